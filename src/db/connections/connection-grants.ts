import type { Knex } from 'knex';
import { closeAlert, openAlert } from '../health/alerts';
import { ConnectionModel } from '../models/connection';
import type { KeyRing } from '../postgres/encryption';
import { type IssuedToken, openIntactSecrets, openSecrets, saveIssuedToken, sealSecrets } from './connection-secrets';
import { insertConnection, lockByName } from './connections';

/** The alert of a connection whose grant Zoho no longer accepts. */
const NEEDS_REAUTH_ALERT = 'connection.needs_reauth';

/** Tokens and organization that a consent or a grant code gave access to. */
export interface NewGrant {
  accountsUrl: string;
  dataCenter: string;
  refreshToken: string;
  accessToken: string;
  expiresAt: Date;
  apiDomain: string;
  scopes: readonly string[];
  /** `zgid` of the org that consented. */
  orgId: string | null;
}

/** Counts of a grant at its beginning. */
export const NEW_GRANT_COUNTS = {
  tokenRequestsBlockedUntil: null,
  tokenRefusals: 0,
  tokenRejections: 0,
} as const;

/** Stores a new grant: the connection works again, its alert is closed, and Zoho's limits count anew. */
export async function saveGrant(
  trx: Knex.Transaction,
  ring: KeyRing,
  connection: ConnectionModel,
  grant: NewGrant,
): Promise<void> {
  const { id, clientId } = connection;
  const { accountsUrl, dataCenter, apiDomain, scopes, orgId, refreshToken, accessToken } = grant;
  const { clientSecret } = openSecrets(ring, connection);
  const owner = { id, clientId, accountsUrl, apiDomain };
  await ConnectionModel.query(trx)
    .findById(id)
    // A consent that was begun before the connection was to go brings nothing back.
    .whereNot('status', 'removing')
    .patch({
      accountsUrl,
      dataCenter,
      apiDomain,
      ...sealSecrets(ring, owner, { clientSecret, refreshToken, accessToken }),
      accessTokenExpiresAt: grant.expiresAt,
      scopes: [...scopes],
      ...(orgId !== null && { orgId }),
      connectedAt: new Date(),
      grantCheckedAt: new Date(),
      updatedAt: new Date(),
      // The exchange minted the first one.
      tokenRequests: [new Date()],
      ...NEW_GRANT_COUNTS,
      status: 'active',
      statusReason: null,
    });
  await closeAlert(trx, { connectionId: id, kind: NEEDS_REAUTH_ALERT });
}

/** Stores the token of a refresh. The grant works, so refusals are forgotten and its alert is closed; tokens may not. */
export async function saveRefreshedToken(
  trx: Knex.Transaction,
  ring: KeyRing,
  connection: ConnectionModel,
  token: IssuedToken,
): Promise<void> {
  await saveIssuedToken(trx, ring, connection, token);
  await ConnectionModel.query(trx)
    .findById(connection.id)
    .patch({ status: 'active', statusReason: connection.tokenRejections > 0 ? connection.statusReason : null });
  if (connection.tokenRefusals > 0) await setTokenRefusals(trx, connection.id, 0);
  await closeAlert(trx, { connectionId: connection.id, kind: NEEDS_REAUTH_ALERT });
}

/** Stores the number of consecutive refusals of the refresh token. */
export async function setTokenRefusals(trx: Knex.Transaction, id: string, tokenRefusals: number): Promise<void> {
  await ConnectionModel.query(trx).findById(id).patch({ tokenRefusals });
}

/**
 * Stores the number of access tokens in a row that Zoho took for no call.
 * @param reason for people who look at the connection; null while it may be nothing
 */
export async function saveTokenRejections(
  trx: Knex.Transaction,
  id: string,
  tokenRejections: number,
  reason: string | null,
): Promise<void> {
  await ConnectionModel.query(trx).findById(id).patch({ tokenRejections, statusReason: reason });
}

/** Stores that a grant is of the organization whose data the mirror holds, or will hold. */
export async function saveCheckedGrant(
  trx: Knex.Transaction,
  id: string,
  org: Partial<Pick<ConnectionModel, 'orgId' | 'orgTimeZone' | 'edition'>>,
): Promise<void> {
  await ConnectionModel.query(trx)
    .findById(id)
    .patch({ ...org, grantCheckedAt: new Date() });
}

/** Forgets rejected access tokens: Zoho takes the present one. */
export async function forgetTokenRejections(knex: Knex, id: string): Promise<void> {
  await ConnectionModel.query(knex)
    .findById(id)
    .where('token_rejections', '>', 0)
    .where('status', 'active')
    .patch({ tokenRejections: 0, statusReason: null });
}

/**
 * Marks a connection that a person must connect again, and raises the alert for it. One that was disconnected on
 * purpose stays as it is. Idempotent.
 * @param reason why, free of secrets
 */
export async function requireReauthorization(
  trx: Knex.Transaction,
  { id, name, status }: ConnectionModel,
  reason: string,
): Promise<void> {
  if (status === 'disabled') return;
  await ConnectionModel.query(trx)
    .findById(id)
    .patch({ status: 'needs_reauth', statusReason: reason, updatedAt: new Date() });
  await openAlert(trx, {
    connectionId: id,
    kind: NEEDS_REAUTH_ALERT,
    severity: 'critical',
    message: `The connection ${name} cannot be used (${reason}): nothing of it is synced. Connect the organization again.`,
  });
}

/** Removes the grant of a connection that was disconnected on purpose; its organization stays known. */
export async function dropGrant(trx: Knex.Transaction, id: string, reason: string): Promise<void> {
  await ConnectionModel.query(trx)
    .findById(id)
    .patch({
      refreshTokenEncrypted: null,
      accessTokenEncrypted: null,
      accessTokenExpiresAt: null,
      scopes: [],
      connectedAt: null,
      grantCheckedAt: null,
      tokenRequests: [],
      ...NEW_GRANT_COUNTS,
      status: 'disabled',
      statusReason: reason,
      updatedAt: new Date(),
    });
  await closeAlert(trx, { connectionId: id, kind: NEEDS_REAUTH_ALERT });
}

/** The OAuth client of a connection, as an administrator gives it. */
export interface ClientCredentials {
  /** Lower-case letters, digits and `_`; also names the mirror's schema. */
  name: string;
  dataCenter: string;
  accountsUrl: string;
  clientId: string;
  clientSecret: string;
}

/**
 * Creates a connection that is yet to be connected, or replaces its client. Tokens belong to the client they were
 * issued for: another client id ends the grant, another secret of the same client keeps it and lets it be tried again.
 * @returns whether it was created
 */
export async function saveClient(knex: Knex, ring: KeyRing, client: ClientCredentials): Promise<boolean> {
  return knex.transaction(async (trx) => {
    const existing = await lockByName(trx, client.name);
    if (existing) await replaceClient(trx, ring, existing, client);
    else await insertConnection(trx, ring, client);
    return !existing;
  });
}

/** Creates a connection that is yet to be connected. @returns false if there is one of this name */
export async function createClient(knex: Knex, ring: KeyRing, client: ClientCredentials): Promise<boolean> {
  return knex.transaction(async (trx) => {
    if (await lockByName(trx, client.name)) return false;
    await insertConnection(trx, ring, client);
    return true;
  });
}

async function replaceClient(
  trx: Knex.Transaction,
  ring: KeyRing,
  connection: ConnectionModel,
  client: ClientCredentials,
): Promise<void> {
  const { id } = connection;
  const known = openIntactSecrets(ring, connection);
  const sameClient = client.clientId === connection.clientId && known !== undefined;
  const keepsGrant = sameClient && known.refreshToken !== undefined;
  if (!sameClient) await dropGrant(trx, id, 'The client was replaced.');
  // The grant of a person from another data center stays bound to theirs.
  const { dataCenter, accountsUrl } = keepsGrant ? connection : client;
  const apiDomain = keepsGrant ? connection.apiDomain : null;
  const owner = { id, clientId: client.clientId, accountsUrl, apiDomain };
  const { clientSecret } = client;
  await ConnectionModel.query(trx)
    .findById(id)
    .patch({
      dataCenter,
      accountsUrl,
      apiDomain,
      clientId: client.clientId,
      ...sealSecrets(ring, owner, keepsGrant ? { ...known, clientSecret } : { clientSecret }),
      ...(!sameClient && { status: 'needs_reauth', statusReason: 'The client was replaced: connect again.' }),
      ...(keepsGrant &&
        connection.status === 'needs_reauth' && { status: 'active', statusReason: null, ...NEW_GRANT_COUNTS }),
      updatedAt: new Date(),
    });
  if (keepsGrant) await closeAlert(trx, { connectionId: id, kind: NEEDS_REAUTH_ALERT });
}
