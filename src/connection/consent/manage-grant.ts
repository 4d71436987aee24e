import { dropGrant, setTokenRefusals } from '../../db/connections/connection-grants';
import {
  forgetAccessToken,
  getConnection,
  openSecrets,
  setConnectionStatus,
  withTokenRow,
} from '../../db/connections/connections';
import type { ConnectionModel } from '../../db/models/connection';
import { type OAuthClient, ZohoAccounts } from '../../zoho/auth/oauth';
import { ZohoError } from '../../zoho/errors/errors';
import type { ConnectSettings } from '../settings';
import { DatabaseTokenSource } from '../token-source';

/** A grant that a person asks to be tried gets one chance: the first refusal is believed. */
const ONE_REFUSAL_LEFT = 2;

/**
 * Asks Zoho for a new access token now, also for a connection that was given up: its grant may work again.
 * @throws ZohoError `auth_revoked` when the connection has to be connected again, `auth_throttled` with the wait when
 *   ten tokens were asked for in ten minutes
 */
export async function refreshNow(settings: ConnectSettings, connection: ConnectionModel): Promise<ConnectionModel> {
  const { knex } = settings;
  const { id } = connection;
  await withTokenRow(knex, id, async (trx, now) => {
    if (now.refreshTokenEncrypted === null) return;
    await forgetAccessToken(trx, id);
    if (now.status !== 'needs_reauth') return;
    await setConnectionStatus(trx, id, 'active', null);
    await setTokenRefusals(trx, id, ONE_REFUSAL_LEFT);
  });
  await new DatabaseTokenSource(id, settings).current();
  return getConnection(knex, id);
}

/**
 * Ends the grant at Zoho and forgets it (Zoho's documentation: Revoke Refresh Token). Nothing is forgotten while Zoho
 * cannot be reached; a grant that Zoho no longer knows counts as ended. Idempotent.
 * @param by who asks, as in the audit log
 * @throws ZohoError
 */
export async function revokeGrant(
  settings: ConnectSettings,
  connection: ConnectionModel,
  by: string,
): Promise<ConnectionModel> {
  const ring = settings.keyRing();
  await withTokenRow(settings.knex, connection.id, async (trx, now) => {
    const { clientSecret, refreshToken } = openSecrets(ring, now);
    const { accountsUrl, clientId } = now;
    if (refreshToken !== undefined) await revoke(settings, { accountsUrl, clientId, clientSecret }, refreshToken);
    if (now.status !== 'disabled') await dropGrant(trx, now.id, `Disconnected by ${by}.`);
  });
  return getConnection(settings.knex, connection.id);
}

async function revoke(
  { timeoutMs }: ConnectSettings,
  client: Pick<OAuthClient, 'accountsUrl' | 'clientId' | 'clientSecret'>,
  refreshToken: string,
): Promise<void> {
  const accounts = new ZohoAccounts({ ...client, timeoutMs });
  try {
    await accounts.revoke(refreshToken);
  } catch (error) {
    const isUnknown = error instanceof ZohoError && ['invalid_token', 'invalid_code'].includes(error.code);
    if (!isUnknown) throw error;
  } finally {
    await accounts.close();
  }
}
