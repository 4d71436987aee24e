import type { Knex } from 'knex';
import { listSharing } from '../../db/connections/connections';
import type { ConnectionModel } from '../../db/models/connection';
import { missingScopes } from '../../zoho/auth/scopes';
import type { Connection } from './schemas';

const WHAT_TO_DO: Readonly<Record<Connection['status'], string | null>> = {
  connected: null,
  not_connected: 'Connect the organization: pulse connect.',
  needs_reauth: 'Connect the organization again: pulse connect.',
  disconnected: 'Connect the organization again to continue: pulse connect.',
  removing: 'Nothing: its tables and rows are being removed.',
};

/** Presents a connection to callers: no secret, sealed or not. */
export async function presentConnection(knex: Knex, connection: ConnectionModel): Promise<Connection> {
  const status = statusOf(connection);
  const { scopes, orgId } = connection;
  return {
    id: connection.id,
    name: connection.name,
    status,
    statusReason: connection.statusReason,
    whatToDo: WHAT_TO_DO[status],
    dataCenter: connection.dataCenter,
    accountsUrl: connection.accountsUrl,
    apiDomain: connection.apiDomain,
    clientId: connection.clientId,
    scopes,
    missingScopes: scopes.length === 0 ? [] : missingScopes(scopes),
    organization: orgId === null ? null : { id: orgId, edition: connection.edition, timeZone: connection.orgTimeZone },
    sharesOrganizationWith: await listSharing(knex, connection),
    nightlyAt: connection.nightlyAt.slice(0, 'HH:MM'.length),
    scheduleTimeZone: connection.scheduleTimeZone,
    nightlyParallelism: connection.nightlyParallelism,
    connectedAt: iso(connection.connectedAt),
    accessTokenExpiresAt: iso(connection.accessTokenExpiresAt),
    createdAt: connection.createdAt.toISOString(),
    updatedAt: connection.updatedAt.toISOString(),
  };
}

function statusOf({ status, refreshTokenEncrypted, accessTokenEncrypted }: ConnectionModel): Connection['status'] {
  if (status === 'removing') return 'removing';
  if (status === 'disabled') return 'disconnected';
  if (refreshTokenEncrypted === null && accessTokenEncrypted === null) return 'not_connected';
  return status === 'active' ? 'connected' : 'needs_reauth';
}

function iso(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}
