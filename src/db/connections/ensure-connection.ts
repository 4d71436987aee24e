import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { ConnectionModel } from '../models/connection';
import type { KeyRing } from '../postgres/encryption';
import { NEW_GRANT_COUNTS } from './connection-grants';
import { openSecrets, sealClientSecret, sealTokens } from './connection-secrets';
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
    const known = openSecrets(ring, existing);
    const settingsHash = hashOf(settings);
    if (existing.settingsHash?.equals(settingsHash)) return existing;
    const granted = settings.refreshToken || known.refreshToken;
    const sameGrant = existing.clientId === settings.clientId && known.refreshToken === granted;
    const newSecret = known.clientSecret !== settings.clientSecret;
    const { id } = existing;
    return ConnectionModel.query(trx).patchAndFetchById(id, {
      dataCenter: settings.dataCenter,
      accountsUrl: settings.accountsUrl,
      clientId: settings.clientId,
      ...(newSecret && sealClientSecret(ring, id, settings.clientSecret)),
      ...(!sameGrant && {
        ...sealTokens(ring, id, settings),
        accessTokenExpiresAt: null,
        apiDomain: null,
        tokenRequests: [],
      }),
      ...((!sameGrant || newSecret) && { status: 'active', statusReason: null, ...NEW_GRANT_COUNTS }),
      settingsHash,
      updatedAt: new Date(),
    });
  });
}

/** Client secrets and tokens are long and random, so a hash of them can be kept; one over all reveals least. */
function hashOf({ name: _name, ...settings }: ConnectionSettings): Buffer {
  return createHash('sha256')
    .update(JSON.stringify(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest();
}
