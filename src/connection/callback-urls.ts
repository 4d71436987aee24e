/** Path prefix of the control API, with its version; it is part of every URL that Zoho was given. */
export const API_PREFIX = '/api/v1';

/** Paths that Zoho calls, below {@link API_PREFIX}. */
export const CALLBACK_PATHS = {
  consent: '/oauth/callback',
  bulkWrite: '/callbacks/bulk-write',
  notifications: '/webhooks/zoho',
} as const;

/**
 * The redirect URI of a consent: Zoho sends the browser there with the grant code.
 * @param apiUrl where the browser reaches the control API, without a path
 */
export function consentCallbackUrl(apiUrl: string): string {
  return `${apiUrl}${API_PREFIX}${CALLBACK_PATHS.consent}`;
}

/**
 * The URL that Zoho calls when the job of one file of a bulk write ends.
 * @param publicUrl where Zoho reaches the control API; empty if it cannot
 * @param secret proves that the call is Zoho's
 * @returns undefined without a public URL
 */
export function bulkWriteCallbackUrl(
  publicUrl: string,
  operationId: string,
  file: number,
  secret: string,
): string | undefined {
  if (publicUrl === '') return undefined;
  const url = new URL(`${publicUrl.replace(/\/$/, '')}${API_PREFIX}${CALLBACK_PATHS.bulkWrite}/${operationId}`);
  url.search = new URLSearchParams({ file: String(file), secret }).toString();
  return url.href;
}

/**
 * The URL to which Zoho sends notifications of a channel.
 * @param publicUrl where Zoho reaches the control API; empty if it cannot
 * @param secretPath of the channel
 * @returns undefined without a public URL
 */
export function notificationUrl(publicUrl: string, secretPath: string): string | undefined {
  if (publicUrl === '') return undefined;
  return `${publicUrl.replace(/\/$/, '')}${API_PREFIX}${CALLBACK_PATHS.notifications}/${secretPath}`;
}
