import { GrantRefused } from '../../connection/consent/errors';
import type { ConnectionModel } from '../../db/models/connection';
import { EncryptionKeyMissing, KeyRingInvalid, SealedValueInvalid } from '../../db/postgres/encryption';
import { type ErrorCategory, type ItemError, ZohoError } from '../../zoho/errors/errors';
import { Problem, type ProblemCode, type ProblemDetail } from './problem';

/** The problem of a connection whose grant Zoho no longer accepts. */
export function needsReauth({ name, statusReason }: ConnectionModel): Problem {
  const why = statusReason === null ? '' : ` (${statusReason})`;
  return new Problem(
    'connection_needs_reauth',
    `The connection ${name} must be connected again${why}: run pulse connect, or POST /connections/${name}/authorization.`,
  );
}

/** Place in the body of the caller's request for a JSON path of Zoho's; null if it has none. */
type ToPointer = (jsonPath: string | null) => string | null;

/**
 * Translates a failure at Zoho, of a grant, or of the keys that seal it, to a problem; undefined for any other.
 * @param toPointer for routes whose body Zoho gets as it is
 */
export function zohoProblem(error: unknown, toPointer?: ToPointer): Problem | undefined {
  if (error instanceof GrantRefused) return new Problem('grant_refused', error.message, {}, { cause: error });
  if (error instanceof ZohoError) return fromZoho(error, toPointer);
  if (error instanceof KeyRingInvalid || error instanceof EncryptionKeyMissing || error instanceof SealedValueInvalid) {
    return new Problem('encryption_key_missing', error.message, {}, { cause: error });
  }
  return undefined;
}

/** Codes that mean the module in the path does not exist, in any category. */
const NO_SUCH_MODULE: ReadonlySet<string> = new Set(['INVALID_MODULE', 'MODULE_NOT_AVAILABLE', 'MODULE_NOT_SUPPORTED']);

/** Problem of each class of failure; `auth_expired` is replaced by the next call's token. */
const BY_CATEGORY: Readonly<Record<ErrorCategory, ZohoProblemCode>> = {
  auth_expired: 'zoho_unavailable',
  auth_revoked: 'connection_needs_reauth',
  auth_throttled: 'zoho_throttled',
  permission: 'zoho_permission',
  rate_limited: 'zoho_throttled',
  validation: 'zoho_invalid',
  duplicate: 'zoho_refused',
  not_found: 'zoho_not_found',
  conflict: 'zoho_refused',
  locked: 'zoho_locked',
  cursor_lost: 'zoho_cursor_lost',
  endless_list: 'zoho_refused',
  request_bug: 'zoho_invalid',
  capacity: 'zoho_refused',
  server: 'zoho_unavailable',
  network: 'zoho_unavailable',
};

/** Problems of any route that calls Zoho for an organization. */
export const ZOHO_PROBLEMS = [
  'connection_needs_reauth',
  'encryption_key_missing',
  'zoho_permission',
  'zoho_not_found',
  'zoho_refused',
  'zoho_cursor_lost',
  'zoho_invalid',
  'zoho_locked',
  'zoho_throttled',
  'zoho_unavailable',
] as const satisfies readonly ProblemCode[];
type ZohoProblemCode = (typeof ZOHO_PROBLEMS)[number];

/**
 * Problem of a write that Zoho may have done although no answer said so, and that would be done twice if
 * it were sent again; undefined for any other failure.
 */
export function unknownOutcome(error: unknown, whatToDo: string): Problem | undefined {
  if (!(error instanceof ZohoError) || !['network', 'server'].includes(error.category)) return undefined;
  return new Problem('zoho_outcome_unknown', `${error.message}. ${whatToDo}`, {}, { cause: error });
}

function fromZoho(error: ZohoError, toPointer: ToPointer = () => null): Problem {
  const code = NO_SUCH_MODULE.has(error.code) ? 'zoho_not_found' : BY_CATEGORY[error.category];
  const headers = error.retryable ? { 'Retry-After': String(secondsToWait(error)) } : undefined;
  const errors = error.errors.filter(({ fieldName }) => fieldName !== null).map((one) => detailOf(one, toPointer));
  const more = { ...(headers && { headers }), ...(errors.length > 0 && { errors }) };
  return new Problem(code, `${error.message}. ${adviceFor(error)}`, more, { cause: error });
}

function detailOf({ code, fieldName, jsonPath }: ItemError, toPointer: ToPointer): ProblemDetail {
  const pointer = toPointer(jsonPath);
  return { ...(pointer !== null && { pointer }), detail: `${fieldName}: ${code}` };
}

function secondsToWait({ retryAfterMs = 5_000 }: ZohoError): number {
  return Math.max(1, Math.ceil(retryAfterMs / 1000));
}

/** The caller made the request that the engine did not send, so the caller can mend it. */
function adviceFor({ code, whatToDo }: ZohoError): string {
  return code === 'NOT_SENT' ? 'Correct the request as it says.' : whatToDo;
}
