/** What a consent is asked for. */
export interface AuthorizationRequest {
  /** The accounts server where the consent begins. */
  accountsUrl: string;
  clientId: string;
  /** As registered for the client in Zoho's API console. */
  redirectUri: string;
  scopes: readonly string[];
  /** Comes back with the grant code; unguessable. */
  state: string;
}

/**
 * Where the browser of the person who consents has to go (Zoho's documentation: Authorization Request). Offline access
 * and the consent page are always asked for: without both Zoho gives no refresh token. Zoho documents no PKCE for
 * server-based clients.
 */
export function authorizationUrl({ accountsUrl, clientId, redirectUri, scopes, state }: AuthorizationRequest): string {
  const url = new URL('/oauth/v2/auth', accountsUrl);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: scopes.join(','),
    access_type: 'offline',
    prompt: 'consent',
    state,
  }).toString();
  return url.href;
}
