import { dropGrant, saveTokenRejections, setTokenRefusals } from '../../db/connections/connection-grants';
import { forgetAccessToken, openSecrets } from '../../db/connections/connection-secrets';
import { getConnection, setConnectionStatus, withTokenRow } from '../../db/connections/connections';
import type { ConnectionModel } from '../../db/models/connection';
import { type OAuthClient, ZohoAccounts } from '../../zoho/auth/oauth';
import { ZohoError } from '../../zoho/errors/errors';
import { REJECTIONS_TO_BELIEVE } from '../count-rejection';
import { endChannels } from '../end-channels';
import type { ConnectSettings } from '../settings';

/** Refusals counted beforehand when a person asks for a refresh: the next one is final. */
const REFUSALS_BEFORE_LAST = 2;

/**
 * Requests a new access token now, even for a connection that was given up, since its grant may work again.
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
    await setTokenRefusals(trx, id, REFUSALS_BEFORE_LAST);
    await saveTokenRejections(trx, id, REJECTIONS_TO_BELIEVE - 1, null);
  });
  await settings.organizations.zoho.tokens(id).reread();
  return getConnection(knex, id);
}

/**
 * Ends the channels of notifications, revokes the grant at Zoho and deletes it (Zoho's documentation: Revoke Refresh
 * Token). The grant is not deleted while Zoho cannot be reached; one that Zoho no longer knows counts as revoked, and one
 * that was given meanwhile stays.
 * Idempotent.
 * @param by the actor, as in the audit log
 * @throws ZohoError
 */
export async function revokeGrant(
  settings: ConnectSettings,
  connection: ConnectionModel,
  by: string,
): Promise<ConnectionModel> {
  const ring = settings.keyRing();
  const before = await getConnection(settings.knex, connection.id);
  const { clientSecret, refreshToken } = openSecrets(ring, before);
  const { accountsUrl, clientId } = before;
  await endChannels(settings.organizations, before.id);
  if (refreshToken !== undefined) await revoke(settings, { accountsUrl, clientId, clientSecret }, refreshToken);
  await withTokenRow(settings.knex, before.id, async (trx, now) => {
    const isSame = openSecrets(ring, now).refreshToken === refreshToken;
    if (isSame && now.status !== 'disabled') await dropGrant(trx, now.id, `Disconnected by ${by}.`);
  });
  return getConnection(settings.knex, before.id);
}

async function revoke(
  { timeoutMs, allowLoopback, privateHosts }: ConnectSettings,
  client: Pick<OAuthClient, 'accountsUrl' | 'clientId' | 'clientSecret'>,
  refreshToken: string,
): Promise<void> {
  const accounts = new ZohoAccounts({ ...client, timeoutMs, allowLoopback, privateHosts });
  try {
    await accounts.revoke(refreshToken);
  } catch (error) {
    const isUnknown = error instanceof ZohoError && ['invalid_token', 'invalid_code'].includes(error.code);
    if (!isUnknown) throw error;
  } finally {
    await accounts.close();
  }
}
