import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { ConnectionModel } from '../models/connection';
import type { KeyRing } from '../postgres/encryption';
import { NEW_GRANT_COUNTS } from './connection-grants';
import { type ConnectionSecrets, openIntactSecrets, sealSecrets } from './connection-secrets';
import { insertConnection, lockByName, type ConnectionSettings } from './connections';

/**
 * Creates the connection that the environment describes, or updates it. Unchanged settings are ignored, so a grant
 * given through the API survives a restart. Tokens issued since stay, unless the settings bring a new grant: another
 * refresh token or another client.
 */
export async function ensureConnection(
  knex: Knex,
  ring: KeyRing,
  settings: ConnectionSettings,
): Promise<ConnectionModel> {
  return knex.transaction(async (trx) => {
    const existing = await lockByName(trx, settings.name);
    if (!existing) return insertConnection(trx, ring, settings, hashOf(settings));
    if (existing.status === 'removing') return existing;
    const settingsHash = hashOf(settings);
    if (existing.settingsHash?.equals(settingsHash)) return existing;
    return ConnectionModel.query(trx).patchAndFetchById(existing.id, {
      ...changesOf(ring, existing, settings),
      settingsHash,
      updatedAt: new Date(),
    });
  });
}

function changesOf(ring: KeyRing, existing: ConnectionModel, settings: ConnectionSettings) {
  // Secrets that no longer open are lost; what the environment says is whole.
  const known = openIntactSecrets(ring, existing);
  const { dataCenter, clientId, accountsUrl, clientSecret } = settings;
  const granted = settings.refreshToken || known?.refreshToken;
  const sameGrant = existing.clientId === clientId && known !== undefined && known.refreshToken === granted;
  const isMoved = existing.accountsUrl !== accountsUrl;
  const isTried = !sameGrant || known.clientSecret !== clientSecret;
  const apiDomain = sameGrant && !isMoved ? existing.apiDomain : null;
  const owner = { id: existing.id, clientId, accountsUrl, apiDomain };
  return {
    dataCenter,
    accountsUrl,
    clientId,
    apiDomain,
    ...sealSecrets(ring, owner, { ...(sameGrant ? grantOf(known, isMoved) : settings), clientSecret }),
    ...((!sameGrant || isMoved) && { accessTokenExpiresAt: null, grantCheckedAt: null }),
    ...(!sameGrant && { tokenRequests: [] }),
    ...(isTried && { status: 'active' as const, statusReason: null, ...NEW_GRANT_COUNTS }),
  };
}

/** The tokens that stay; an access token is of the server that issued it. */
function grantOf({ refreshToken, accessToken }: ConnectionSecrets, isMoved: boolean) {
  return isMoved ? { refreshToken } : { refreshToken, accessToken };
}

/** Client secrets and tokens are long and random, so a hash of them can be kept; one over all reveals least. */
function hashOf({ name: _name, ...settings }: ConnectionSettings): Buffer {
  return createHash('sha256')
    .update(JSON.stringify(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest();
}
