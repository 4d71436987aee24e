import type { IncomingHttpHeaders } from 'node:http';
import { parseRetryAfter } from '../errors/classify-error';
import { type CallLabel, type ErrorCategory, ZohoError } from '../errors/errors';

/** The `error` values of the accounts server that no retry cures. */
const FINAL_ERRORS: ReadonlySet<string> = new Set([
  'invalid_code',
  'invalid_client',
  'invalid_client_secret',
  'invalid_redirect_uri',
  'redirect_uri_mismatch',
  'invalid_scope',
  'access_denied',
]);

/**
 * Turns a refusal of the accounts server into the one error it means. Most refusals come with HTTP 200.
 *
 * @param error the answer's `error` key, if it is JSON and has one.
 * @param description its `error_description`; only looked into, never repeated.
 */
export function classifyTokenError(
  label: CallLabel,
  answer: { status: number; headers: IncomingHttpHeaders },
  error: string | undefined,
  description: string | undefined,
): ZohoError {
  const { status, headers } = answer;
  const code = error !== undefined && /^[a-z_]{1,60}$/.test(error) ? error : `HTTP_${status}`;
  const isThrottled = error === 'Access Denied' || status === 429 || /too many requests/i.test(description ?? '');
  const category = isThrottled ? 'auth_throttled' : categoryOf(error, status);
  return new ZohoError({
    ...label,
    category,
    code: isThrottled ? 'ACCESS_DENIED' : code,
    httpStatus: status,
    retryAfterMs: parseRetryAfter(headers['retry-after']),
    reason: `Zoho's accounts server answered HTTP ${status}${error === undefined ? '' : ` ${isThrottled ? 'Access Denied' : code}`}`,
  });
}

function categoryOf(error: string | undefined, status: number): ErrorCategory {
  if (error !== undefined && FINAL_ERRORS.has(error)) return 'auth_revoked';
  if (error === 'general_error' || status >= 500 || status === 408) return 'server';
  if (error === undefined && status < 400) return status < 300 ? 'network' : 'server';
  return 'validation';
}
