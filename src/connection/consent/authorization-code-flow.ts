import {
  createAuthorizationRequest,
  spendAuthorizationRequest,
  type StateRefusal,
} from '../../db/connections/authorization-requests';
import { getConnection } from '../../db/connections/connections';
import type { AuthorizationRequestModel } from '../../db/models/authorization-request';
import type { ConnectionModel } from '../../db/models/connection';
import { authorizationUrl } from '../../zoho/auth/oauth';
import { NEEDED_SCOPES } from '../../zoho/auth/scopes';
import { callbackAccounts } from '../../zoho/http/data-centers';
import type { ConnectSettings } from '../settings';
import { acceptGrant } from './accept-grant';
import { type GrantRefusalCode, GrantRefused } from './errors';

/** Query parameters of the callback. */
export interface Callback {
  state?: string | undefined;
  code?: string | undefined;
  /** Instead of a code, e.g. `access_denied`. */
  error?: string | undefined;
  location?: string | undefined;
  accountsServer?: string | undefined;
}

export interface Completed {
  connection: ConnectionModel;
  /** Actor who began the consent, as in the audit log. */
  requestedBy: string;
}

const STATE_REFUSALS: Readonly<Record<StateRefusal, [GrantRefusalCode, string]>> = {
  unknown: ['state_unknown', 'This page was not opened by a consent that Pipeline Pulse began. Nothing was changed.'],
  expired: ['state_expired', 'The consent took too long. Begin again.'],
  used: ['state_used', 'This consent was already used. Begin again if the organization is not connected.'],
};

export interface ConsentRequest {
  /** Scopes to request. @default everything the product needs */
  scopes?: readonly string[] | undefined;
  /** Actor who begins it, as in the audit log. */
  requestedBy: string;
}

/** Begins a consent in the browser (Zoho's documentation: Authorization Request). */
export async function beginConsent(
  settings: ConnectSettings,
  connection: ConnectionModel,
  { scopes = NEEDED_SCOPES, requestedBy }: ConsentRequest,
): Promise<{ authorizationUrl: string; expiresAt: Date }> {
  const { redirectUri } = settings;
  const { accountsUrl, clientId } = connection;
  const request = { connectionId: connection.id, redirectUri, scopes, requestedBy };
  const { state, expiresAt } = await createAuthorizationRequest(settings.knex, request);
  return { authorizationUrl: authorizationUrl({ accountsUrl, clientId, redirectUri, scopes, state }), expiresAt };
}

/**
 * Completes a consent with the callback's parameters. The state is spent first, so a callback works only once, even if
 * it fails. The other parameters are read afterwards, since anybody could have forged them.
 * @param announce called once it is known whose consent it is, before anything is done; what it throws ends it
 * @throws GrantRefused, ZohoError
 */
export async function completeConsent(
  settings: ConnectSettings,
  callback: Callback,
  announce: (connection: ConnectionModel, requestedBy: string) => Promise<void>,
): Promise<Completed> {
  const request = await spendAuthorizationRequest(settings.knex, callback.state ?? '');
  if (typeof request === 'string') throw new GrantRefused(...STATE_REFUSALS[request]);
  const connection = await getConnection(settings.knex, request.connectionId);
  await announce(connection, request.requestedBy);
  try {
    const connected = await exchangeFor(settings, connection, request, callback);
    return { connection: connected, requestedBy: request.requestedBy };
  } catch (error) {
    throw error instanceof GrantRefused ? new GrantRefused(error.code, error.message, connection.name) : error;
  }
}

async function exchangeFor(
  settings: ConnectSettings,
  connection: ConnectionModel,
  { redirectUri, scopes }: AuthorizationRequestModel,
  { code, error, location, accountsServer }: Callback,
): Promise<ConnectionModel> {
  if (error !== undefined || code === undefined) throw new GrantRefused('consent_refused', consentRefusal(error));
  const origin = callbackAccounts(connection.accountsUrl, { location, accountsServer });
  if (origin === null) {
    throw new GrantRefused(
      'foreign_accounts_server',
      'The answer names an accounts server that is not the one of a Zoho data center, so the code was not sent to it. Begin again.',
    );
  }
  const { accountsUrl, dataCenter } = origin;
  const at = { accountsUrl, dataCenter: dataCenter ?? connection.dataCenter };
  return acceptGrant(settings, connection, { code, ...at, redirectUri, scopes });
}

function consentRefusal(error: string | undefined): string {
  if (error === 'access_denied') return 'The consent was refused in Zoho. Begin again and accept to connect.';
  const known = error !== undefined && /^[a-z_]{1,40}$/.test(error) ? ` (${error})` : '';
  return `Zoho did not give a grant code${known}. Check the client and the scopes in the Zoho API console, then begin again.`;
}
