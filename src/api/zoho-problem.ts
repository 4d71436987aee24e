import { GrantRefused } from '../connect/errors';
import { EncryptionKeyMissing, KeyRingInvalid, SealedValueInvalid } from '../db/encryption';
import type { ConnectionModel } from '../db/models/connection';
import { ZohoError } from '../zoho';
import { Problem } from './problem';

/** What whoever wants to use a connection without a grant is told. */
export function needsReauth({ name, statusReason }: ConnectionModel): Problem {
  const why = statusReason === null ? '' : ` (${statusReason})`;
  return new Problem(
    'connection_needs_reauth',
    `The connection ${name} must be connected again${why}: run pulse connect, or POST /connections/${name}/authorization.`,
  );
}

/** What a caller is told of a failure at Zoho, of a grant, or of the keys that seal it; undefined for any other. */
export function zohoProblem(error: unknown): Problem | undefined {
  if (error instanceof GrantRefused) return new Problem('grant_refused', error.message, {}, { cause: error });
  if (error instanceof ZohoError) return fromZoho(error);
  if (error instanceof KeyRingInvalid || error instanceof EncryptionKeyMissing || error instanceof SealedValueInvalid) {
    return new Problem('encryption_key_missing', error.message, {}, { cause: error });
  }
  return undefined;
}

function fromZoho(error: ZohoError): Problem {
  const detail = `${error.message}. ${error.whatToDo}`;
  const cause = { cause: error };
  if (error.category === 'auth_revoked') return new Problem('connection_needs_reauth', detail, {}, cause);
  if (!error.retryable) return new Problem('zoho_refused', detail, {}, cause);
  const throttled = error.category === 'auth_throttled' || error.category === 'rate_limited';
  const seconds = Math.max(1, Math.ceil((error.retryAfterMs ?? 5_000) / 1000));
  const headers = { 'Retry-After': String(seconds) };
  return new Problem(throttled ? 'zoho_throttled' : 'zoho_unavailable', detail, { headers }, cause);
}
