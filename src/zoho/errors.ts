/**
 * What went wrong at Zoho, in the classes of "Error envelope, HTTP statuses, classification" of Zoho's documentation.
 * The class decides what the engine does next, so every failure of a call is a `ZohoError` with exactly one.
 */
export const ERROR_CATEGORIES = [
  'auth_expired',
  'auth_revoked',
  'auth_throttled',
  'permission',
  'rate_limited',
  'validation',
  'duplicate',
  'not_found',
  'conflict',
  'locked',
  'cursor_lost',
  'request_bug',
  'capacity',
  'server',
  'network',
] as const;
export type ErrorCategory = (typeof ERROR_CATEGORIES)[number];
