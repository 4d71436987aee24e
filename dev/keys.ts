import { randomBytes } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Knex } from 'knex';
import { createApiKey, verifyApiKey } from '../src/db/access/api-keys';
import { readOrCreateSecret, readSecret } from './secret-file';

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

/** API key with the role admin: the one kept from an earlier run if the database still accepts it, else a new one. */
export async function ensureApiKey(home: string, database: Knex): Promise<string> {
  const file = apiKeyFile(home);
  const kept = await readSecret(file);
  if (kept !== undefined && (await verifyApiKey(database, kept)) !== undefined) return kept;
  const { secret } = await createApiKey(database, { name: 'npm start', role: 'admin' });
  await writeFile(`${file}.new`, `${secret}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return secret;
}
