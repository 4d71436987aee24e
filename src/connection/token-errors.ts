import { ZohoError } from '../zoho/errors/errors';

/** The grant cannot be used, and no attempt changes that. */
export function grantNotUsable(code: string, reason: string): ZohoError {
  return new ZohoError({ operation: 'refresh_token', category: 'auth_revoked', code, reason });
}

/** The grant is of another organization than the data in the mirror. */
export function otherOrganization(granted: string | null, mirrored: string): ZohoError {
  const reason = `the grant is for the Zoho organization ${granted ?? 'without a number'}, and the mirror holds the data of ${mirrored}`;
  return grantNotUsable('OTHER_ORGANIZATION', reason);
}

/** The row names a host to which no token may go. */
export function apiDomainNotAllowed(): ZohoError {
  const reason = 'not sent: the API domain of the connection does not belong to its data center';
  const code = 'API_DOMAIN_NOT_ALLOWED';
  return new ZohoError({ operation: 'connect', category: 'request_bug', code, reason });
}

/** No further token may be requested yet. */
export function tokenLimitReached(retryAfterMs: number): ZohoError {
  return new ZohoError({
    operation: 'refresh_token',
    category: 'auth_throttled',
    code: 'NOT_YET',
    reason: 'not sent: no further access token may be asked for yet',
    retryAfterMs,
  });
}

/** The request of another process takes longer than one call. */
export function tokenStillAwaited(waitedMs: number): ZohoError {
  const reason = `another process has asked for an access token for ${Math.round(waitedMs / 1000)} s`;
  return new ZohoError({ operation: 'refresh_token', category: 'server', code: 'TOKEN_AWAITED', reason });
}

/** A refusal of the refresh token that may be passing. */
export function refusalToConfirm(
  { operation, code, httpStatus }: ZohoError,
  { refusals, of, retryAfterMs }: { refusals: number; of: number; retryAfterMs: number },
): ZohoError {
  const reason = `Zoho refused the refresh token (${refusals} of ${of} times); it is tried again before that is believed`;
  return new ZohoError({ operation, category: 'server', code, httpStatus, reason, retryAfterMs });
}

/** The next token waits, since Zoho took none of the last ones; `why` says which calls it refused. */
export function nextTokenDelayed(why: string, retryAfterMs: number): ZohoError {
  const reason = `not sent: ${why}; the next one is asked for in ${Math.ceil(retryAfterMs / 1000)} s`;
  const code = 'TOKENS_REFUSED';
  return new ZohoError({ operation: 'refresh_token', category: 'auth_expired', code, reason, retryAfterMs });
}

/** Zoho takes none of the tokens that it issues, however new: the user, the address or the data center is at fault. */
export function newTokensRefused(refusal: ZohoError, tokens: number): ZohoError {
  const { operation, module, httpStatus } = refusal;
  const reason = describeRefusedTokens(refusal, tokens);
  return new ZohoError({ operation, module, category: 'auth_revoked', code: 'TOKENS_REFUSED', httpStatus, reason });
}

/** Zoho takes the tokens for other calls, and for this one it takes none. */
export function callRefused({ operation, module, code, httpStatus }: ZohoError, tokens: number): ZohoError {
  const reason = `Zoho answered ${code} to this call with ${tokens} new access tokens that it takes for other calls`;
  return new ZohoError({ operation, module, category: 'permission', code, httpStatus, reason });
}

/** One clause on a series of refused access tokens. */
export function describeRefusedTokens({ code }: ZohoError, tokens: number): string {
  return `Zoho answered ${code} to the last ${tokens} access tokens, each of which it had just issued`;
}
