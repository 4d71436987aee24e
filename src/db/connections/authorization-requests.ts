import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Knex } from 'knex';
import { uuidv7 } from 'uuidv7';
import { hashOfSecret } from '../access/hash-of-secret';
import { AuthorizationRequestModel } from '../models/authorization-request';

/** Long enough to sign in with a second factor. */
const LIFETIME_MINUTES = 10;
const SECRET_BYTES = 32;
const STATE_FORMAT = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([A-Za-z0-9_-]{43})$/;
/** Retention of ended requests: a late callback can be distinguished from a forged one. */
const KEPT_HOURS = 24;

export interface NewAuthorizationRequest {
  connectionId: string;
  redirectUri: string;
  scopes: readonly string[];
  requestedBy: string;
}

export interface BegunAuthorization {
  /** `{id}.{secret}`: goes to Zoho and comes back; stored nowhere. */
  state: string;
  expiresAt: Date;
}

/** Reason for refusing a state; `unknown` covers malformed, unknown and forged ones alike. */
export type StateRefusal = 'unknown' | 'expired' | 'used';

/** Begins a consent. Only the SHA-256 of its state is stored: 256 random bits need no slow hash. */
export async function createAuthorizationRequest(
  knex: Knex,
  request: NewAuthorizationRequest,
): Promise<BegunAuthorization> {
  const id = uuidv7();
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  await knex.raw(`delete from sync.authorization_requests where expires_at < now() - make_interval(hours => ?)`, [
    KEPT_HOURS,
  ]);
  const answer = await knex.raw<{ rows: [{ expiresAt: Date }] }>(
    `insert into sync.authorization_requests
       (id, connection_id, state_hash, redirect_uri, scopes, requested_by, expires_at)
     values (?, ?, ?, ?, ?, ?, now() + make_interval(mins => ?))
     returning expires_at as "expiresAt"`,
    [
      id,
      request.connectionId,
      hashOfSecret(secret),
      request.redirectUri,
      [...request.scopes],
      request.requestedBy,
      LIFETIME_MINUTES,
    ],
  );
  return { state: `${id}.${secret}`, expiresAt: answer.rows[0].expiresAt };
}

/**
 * Spends a state: of callbacks that bring the same one, however many at once, one gets the request it belongs to.
 * The secret is compared in constant time.
 */
export async function spendAuthorizationRequest(
  knex: Knex,
  state: string,
): Promise<AuthorizationRequestModel | StateRefusal> {
  const [, id, secret] = STATE_FORMAT.exec(state) ?? [];
  if (id === undefined || secret === undefined) return 'unknown';
  const request = await AuthorizationRequestModel.query(knex).findById(id);
  if (!request || !timingSafeEqual(request.stateHash, hashOfSecret(secret))) return 'unknown';
  const answer = await knex.raw<{ rowCount: number }>(
    `update sync.authorization_requests set used_at = now() where id = ? and used_at is null and expires_at > now()`,
    [id],
  );
  if (answer.rowCount === 1) return request;
  const { usedAt } = await AuthorizationRequestModel.query(knex).findById(id).throwIfNotFound();
  return usedAt === null ? 'expired' : 'used';
}
