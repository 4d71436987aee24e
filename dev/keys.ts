import { randomBytes } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Knex } from 'knex';
import { createApiKey, revokeKey, verifyApiKey } from '../src/db/access/api-keys';
import { readOrCreateSecret, readSecret } from './secret-file';

const DAY_MS = 24 * 3_600_000;
const LIFETIME_DAYS = 90;
/** Days before its end from which on a start replaces the key. */
const RENEWED_DAYS = 30;

export function apiKeyFile(home: string): string {
  return path.join(home, 'api-key');
}

/**
 * Reads the key ring for secrets at rest, or creates one with a random key: one `id:base64` a line, the first encrypts.
 * @returns the ring in the format of PULSE_ENCRYPTION_KEYS
 */
export async function ensureEncryptionKeys(home: string): Promise<string> {
  const create = (): string => `key-1:${randomBytes(32).toString('base64')}`;
  const ring = await readOrCreateSecret(path.join(home, 'encryption-keys'), create);
  return ring.split('\n').join(',');
}

/**
 * API key with the role admin: the one kept from an earlier run if the database still accepts it and for a while yet,
 * else a new one in its place.
 */
export async function ensureApiKey(home: string, database: Knex): Promise<string> {
  const file = apiKeyFile(home);
  const kept = await readSecret(file);
  const known = kept === undefined ? undefined : await verifyApiKey(database, kept);
  const isLasting = known?.expiresAt && known.expiresAt.getTime() - Date.now() > RENEWED_DAYS * DAY_MS;
  if (kept !== undefined && isLasting) return kept;
  const expiresAt = new Date(Date.now() + LIFETIME_DAYS * DAY_MS);
  const { secret } = await createApiKey(database, { name: 'npm start', role: 'admin', expiresAt });
  await writeFile(`${file}.new`, `${secret}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  if (known) await database.transaction((trx) => revokeKey(trx, known.prefix));
  return secret;
}
