import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { Reach } from '../../domain/reach';
import { CREDITS, type ZohoOperation } from '../../domain/zoho-limits';
import { parseRetryAfter } from '../errors/classify-error';
import { type CallLabel, type ErrorCategory, ZohoError } from '../errors/errors';
import { type CallObserver, CallReport } from '../http/call-report';
import { isAllowedAccountsUrl, isAllowedApiDomain, usualApiDomain } from '../http/data-centers';
import { decode } from '../http/decode';
import { type HttpAnswer, HttpClient } from '../http/http-client';
import type { AccessToken, CallOptions } from '../http/transport';

export interface OAuthClient extends Reach {
  /** The accounts server of the connection: one of Zoho's. */
  accountsUrl: string;
  clientId: string;
  clientSecret: string;
  /** As registered; not used by self clients. */
  redirectUri?: string | undefined;
  /** API domain of earlier tokens, for answers that name none. @default the one of the data center */
  apiDomain?: string | null | undefined;
  /** Limit for connecting, for the headers and for each pause in the body, in milliseconds. */
  timeoutMs: number;
  observer?: CallObserver | undefined;
}

export interface GrantedTokens extends AccessToken {
  /** Null when Zoho gave none, as it does for a repeated consent: keep the one you have. */
  refreshToken: string | null;
  /** Granted scopes; null when Zoho does not say. */
  scopes: string[] | null;
}

/** Old answers give the lifetime in milliseconds under the same key; no token lives longer than a day. */
const MAX_LIFETIME_SECONDS = 100_000;
const DEFAULT_LIFETIME_SECONDS = 3600;

const Refusal = z.object({ error: z.string(), error_description: z.string().optional().catch(undefined) });
const Tokens = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).nullish().catch(null),
  api_domain: z.string().min(1).optional().catch(undefined),
  expires_in: z.coerce.number().positive().catch(DEFAULT_LIFETIME_SECONDS),
  expires_in_sec: z.coerce.number().positive().optional().catch(undefined),
  scope: z.string().optional().catch(undefined),
});
const Revoked = z.object({ status: z.literal('success') });

/**
 * One OAuth client at one accounts server of Zoho (Zoho's documentation: OAuth). Every method makes one call.
 *
 * Failures are `ZohoError`s: `auth_revoked` for credentials Zoho does not accept (some refusals of refresh tokens are
 * passing: confirm them before you give up), `auth_throttled` when too many tokens were asked for, `server`,
 * `network`.
 */
export class ZohoAccounts {
  readonly #client: OAuthClient;
  readonly #http: HttpClient;

  /** @throws ZohoError `request_bug` if the accounts URL is neither Zoho's nor an allowed loopback address. */
  constructor(client: OAuthClient) {
    if (!isAllowedAccountsUrl(client.accountsUrl, client.allowLoopback)) {
      const reason = 'the accounts URL is not one of Zoho';
      throw new ZohoError({ operation: 'connect', category: 'request_bug', code: 'ACCOUNTS_URL_NOT_ALLOWED', reason });
    }
    this.#client = client;
    this.#http = new HttpClient(client.timeoutMs, client.privateHosts);
  }

  /** Waits for the calls in flight, then closes the connections. */
  async close(): Promise<void> {
    await this.#http.close();
  }

  /** A new access token, valid for an hour. Zoho gives at most 10 in 10 minutes for one refresh token. */
  async refresh(refreshToken: string, options?: CallOptions): Promise<AccessToken> {
    const { clientId, clientSecret } = this.#client;
    const form = { grant_type: 'refresh_token', client_id: clientId, client_secret: clientSecret };
    const { accessToken, apiDomain, expiresAt } = await this.#tokens(
      'refresh_token',
      { ...form, refresh_token: refreshToken },
      options,
    );
    return { accessToken, apiDomain, expiresAt };
  }

  /** The tokens for a grant code, which lives some minutes and works once. */
  async exchange(code: string, options?: CallOptions): Promise<GrantedTokens> {
    const { clientId, clientSecret, redirectUri } = this.#client;
    const form = { grant_type: 'authorization_code', client_id: clientId, client_secret: clientSecret, code };
    const redirect = redirectUri === undefined ? {} : { redirect_uri: redirectUri };
    return this.#tokens('exchange_grant_code', { ...form, ...redirect }, options);
  }

  /** Ends a refresh token and the access tokens that came from it. */
  async revoke(refreshToken: string, options?: CallOptions): Promise<void> {
    const label = { operation: 'revoke_token' } as const;
    await this.#post(label.operation, '/oauth/v2/token/revoke', { token: refreshToken }, options, (answer) =>
      decode(Revoked, answer, label, 200),
    );
  }

  async #tokens(
    operation: ZohoOperation,
    form: Record<string, string>,
    options: CallOptions | undefined,
  ): Promise<GrantedTokens> {
    const startedAt = Date.now();
    return this.#post(operation, '/oauth/v2/token', form, options, (answer) => {
      const tokens = decode(Tokens, answer, { operation }, 200);
      const apiDomain = tokens.api_domain ?? this.#knownApiDomain();
      if (!isAllowedApiDomain(this.#client.accountsUrl, apiDomain, this.#client.allowLoopback)) {
        const reason = 'Zoho named an API domain that does not belong to the data center';
        throw new ZohoError({ operation, category: 'request_bug', code: 'API_DOMAIN_NOT_ALLOWED', reason });
      }
      return {
        accessToken: tokens.access_token,
        refreshToken: tokens.refresh_token ?? null,
        scopes: tokens.scope?.split(/[\s,]+/).filter(Boolean) ?? null,
        apiDomain: new URL(apiDomain).origin,
        expiresAt: new Date(startedAt + lifetimeMs(tokens)),
      };
    });
  }

  /** The domain of a sandbox differs from its data center's, so an earlier one is believed where it belongs there. */
  #knownApiDomain(): string {
    const { accountsUrl, apiDomain, allowLoopback } = this.#client;
    return apiDomain && isAllowedApiDomain(accountsUrl, apiDomain, allowLoopback)
      ? apiDomain
      : usualApiDomain(accountsUrl);
  }

  /** Secrets travel in the body: a query would end up in the logs of proxies. */
  async #post<T>(
    operation: ZohoOperation,
    path: string,
    form: Record<string, string>,
    options: CallOptions | undefined,
    read: (answer: unknown) => T,
  ): Promise<T> {
    options?.signal?.throwIfAborted();
    const body = new URLSearchParams(form).toString();
    const planned = { operation, method: 'POST', path, bytesSent: body.length, credits: CREDITS[operation] };
    const report = new CallReport(planned, [this.#client.observer, options?.observer]);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const { origin } = new URL(this.#client.accountsUrl);
    try {
      const request = { origin, path, method: 'POST', headers, body } as const;
      const answer = await this.#http.send({ operation }, request, options?.signal);
      report.answered(answer.status, answer.headers, answer.body.length);
      const result = read(parseTokenAnswer({ operation }, answer));
      report.succeeded();
      return result;
    } catch (error) {
      report.failed(error, options?.signal);
      throw error;
    }
  }
}

/** Looks for `error` before anything else: most refusals come with HTTP 200. */
function parseTokenAnswer(label: CallLabel, answer: HttpAnswer): unknown {
  let value: unknown;
  try {
    value = JSON.parse(answer.body.toString('utf8'));
  } catch {
    throw classifyTokenError(label, answer, undefined, undefined);
  }
  const refusal = Refusal.safeParse(value);
  if (refusal.success) throw classifyTokenError(label, answer, refusal.data.error, refusal.data.error_description);
  if (answer.status !== 200) throw classifyTokenError(label, answer, undefined, undefined);
  return value;
}

function lifetimeMs(tokens: z.infer<typeof Tokens>): number {
  const lifetime = tokens.expires_in_sec ?? tokens.expires_in;
  return lifetime > MAX_LIFETIME_SECONDS ? lifetime : lifetime * 1000;
}

/** Parameters of an authorization request: client, scopes, redirect URI and state. */
export interface AuthorizationUrlOptions {
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
 * URL of Zoho's consent page, to be opened in a browser (Zoho's documentation: Authorization Request). Offline access
 * and the consent page are always asked for: without both Zoho gives no refresh token. Zoho documents no PKCE for
 * server-based clients.
 */
export function authorizationUrl({
  accountsUrl,
  clientId,
  redirectUri,
  scopes,
  state,
}: AuthorizationUrlOptions): string {
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
function classifyTokenError(
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
  // Whoever answers without naming an error has not looked at the credentials: a gateway, or a server in trouble.
  if (error === undefined) return status < 300 ? 'network' : 'server';
  return 'validation';
}
