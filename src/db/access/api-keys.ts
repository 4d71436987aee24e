import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Knex } from 'knex';
import { uuidv7 } from 'uuidv7';
import { ApiKeyModel, type ApiRole } from '../models/api-key';
import { hashOfSecret } from './hash-of-secret';

/** Lets scanners of source code and logs recognise a leaked key. */
const SCHEME = 'pps';
const PREFIX_BYTES = 6;
const SECRET_BYTES = 32;
const KEY_FORMAT = new RegExp(`^${SCHEME}_([0-9a-f]{${PREFIX_BYTES * 2}})_[A-Za-z0-9_-]{43}$`);
/** `last_used_at` is for people who tidy up: a write per request would buy nothing. */
const LAST_USED_RESOLUTION_SECONDS = 60;

export interface CreatedApiKey {
  key: ApiKeyModel;
  /** `pps_{prefix}_{secret}`: shown once, stored nowhere. */
  secret: string;
}

/** Creates a key. Only the SHA-256 of its secret is stored: 256 random bits need no slow hash. */
export async function createApiKey(
  knex: Knex,
  request: { name: string; role: ApiRole; expiresAt?: Date },
): Promise<CreatedApiKey> {
  const prefix = randomBytes(PREFIX_BYTES).toString('hex');
  const secret = `${SCHEME}_${prefix}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  const key = await ApiKeyModel.query(knex).insertAndFetch({
    id: uuidv7(),
    name: request.name,
    keyHash: hashOfSecret(secret),
    prefix,
    role: request.role,
    expiresAt: request.expiresAt ?? null,
  });
  return { key, secret };
}

/** Prefix of what may be a key; undefined for anything else. */
export function prefixOfKey(presented: string): string | undefined {
  return KEY_FORMAT.exec(presented)?.[1];
}

/** Prefixes of the keys that may still be used. */
export async function listKeyPrefixes(knex: Knex): Promise<ReadonlySet<string>> {
  const keys = await ApiKeyModel.query(knex).select('prefix').whereNull('revoked_at');
  return new Set(keys.map(({ prefix }) => prefix));
}

/** The key that a caller presented, or `undefined` when it is malformed, unknown, expired or revoked. */
export async function verifyApiKey(knex: Knex, presented: string): Promise<ApiKeyModel | undefined> {
  const prefix = prefixOfKey(presented);
  if (prefix === undefined) return undefined;
  const key = await ApiKeyModel.query(knex).findOne({ prefix });
  if (!key || !timingSafeEqual(key.keyHash, hashOfSecret(presented))) return undefined;
  if (!isUsable(key)) return undefined;
  await knex.raw(
    `update sync.api_keys set last_used_at = now()
     where id = ? and (last_used_at is null or last_used_at < now() - make_interval(secs => ?))`,
    [key.id, LAST_USED_RESOLUTION_SECONDS],
  );
  return key;
}

/** Whether a key is neither revoked nor expired. */
export function isUsable({ revokedAt, expiresAt }: Pick<ApiKeyModel, 'revokedAt' | 'expiresAt'>): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt.getTime() > Date.now());
}

/** Lists every key, newest first. */
export async function listApiKeys(knex: Knex): Promise<ApiKeyModel[]> {
  return ApiKeyModel.query(knex).orderBy('id', 'desc');
}

/**
 * Revokes a key; one that is revoked already stays as it is. The last admin key that can be used is not revoked, since
 * nobody could create another.
 * @param idOrPrefix of the key
 * @returns the key as it is now, or why it was not revoked
 */
export async function revokeKey(
  trx: Knex.Transaction,
  idOrPrefix: string,
): Promise<ApiKeyModel | 'unknown' | 'last_admin'> {
  // All admin keys are locked: of two that are revoked at a time one sees the other.
  const admins = await ApiKeyModel.query(trx).where({ role: 'admin' }).orderBy('id').forUpdate();
  const by = idOrPrefix.includes('-') ? { id: idOrPrefix } : { prefix: idOrPrefix };
  const key = await ApiKeyModel.query(trx).findOne(by);
  if (!key) return 'unknown';
  if (key.revokedAt !== null) return key;
  const isNeeded = key.role === 'admin' && isUsable(key) && admins.filter(isUsable).length === 1;
  if (isNeeded) return 'last_admin';
  return key.$query(trx).patchAndFetch({ revokedAt: new Date() });
}
