import { randomBytes } from 'node:crypto';
import type { VirtualClock } from '../clock';
import type { SwitchBoard } from '../switches';

/** The client and refresh token that work without a consent. */
export const DEMO_CLIENT_ID = '1000.SIMULATOR';
export const DEMO_CLIENT_SECRET = 'simulator-secret';
export const DEMO_REFRESH_TOKEN = '1000.simulator.refresh';

const ACCESS_TOKEN_LIFE = 3_600_000;
const CODE_LIFE = 120_000;
const TOKEN_WINDOW = 600_000;
const TOKENS_PER_WINDOW = 10;
const REFRESH_TOKENS_PER_CLIENT = 20;

export interface AccessToken {
  readonly value: string;
  readonly clientId: string;
  readonly refreshToken: string;
  readonly scopes: readonly string[];
  /** Milliseconds since 1970. */
  readonly expires: number;
}

interface RefreshToken {
  readonly value: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly issuedAt: number[];
  active: AccessToken[];
}

interface GrantCode {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly expires: number;
}

export type TokenOutcome = AccessToken | 'invalid_code' | 'throttled';

/** Grant codes, refresh and access tokens of the simulated Accounts server, with their limits (OAuth overview). */
export class TokenStore {
  readonly #codes = new Map<string, GrantCode>();
  readonly #refresh = new Map<string, RefreshToken>();
  readonly #access = new Map<string, AccessToken>();
  readonly clock: VirtualClock;
  readonly throttled: boolean;
  readonly switches: SwitchBoard;

  constructor(clock: VirtualClock, throttled: boolean, switches: SwitchBoard) {
    this.clock = clock;
    this.throttled = throttled;
    this.switches = switches;
    this.reset();
  }

  reset(): void {
    this.#codes.clear();
    this.#refresh.clear();
    this.#access.clear();
    this.#addRefreshToken(DEMO_REFRESH_TOKEN, DEMO_CLIENT_ID, ['*']);
  }

  /** A single-use code for the redirect of a consent. */
  grantCode(clientId: string, redirectUri: string, scopes: readonly string[]): string {
    const code = newToken();
    this.#codes.set(code, { clientId, redirectUri, scopes, expires: this.clock.now() + CODE_LIFE });
    return code;
  }

  /** Spends a code for a new refresh token and its first access token. */
  redeemCode(code: string, clientId: string, redirectUri: string | null): TokenOutcome | 'invalid_redirect_uri' {
    const grant = this.#codes.get(code);
    if (!grant || grant.clientId !== clientId || grant.expires <= this.clock.now()) return 'invalid_code';
    if (redirectUri !== null && redirectUri !== grant.redirectUri) return 'invalid_redirect_uri';
    this.#codes.delete(code);
    const value = newToken();
    this.#addRefreshToken(value, clientId, grant.scopes);
    return this.issue(value, clientId);
  }

  /** A new access token; refused after ten in ten minutes. Of too many active ones the oldest stop working. */
  issue(refreshToken: string, clientId: string): TokenOutcome {
    const refresh = this.#refresh.get(refreshToken);
    if (refresh?.clientId !== clientId) return 'invalid_code';
    const now = this.clock.now();
    while (refresh.issuedAt.length > 0 && (refresh.issuedAt[0] ?? 0) <= now - TOKEN_WINDOW) refresh.issuedAt.shift();
    if (this.throttled && refresh.issuedAt.length >= TOKENS_PER_WINDOW) return 'throttled';
    refresh.issuedAt.push(now);
    const token: AccessToken = {
      value: newToken(),
      clientId,
      refreshToken,
      scopes: refresh.scopes,
      expires: now + ACCESS_TOKEN_LIFE,
    };
    this.#access.set(token.value, token);
    refresh.active = [...refresh.active.filter((active) => active.expires > now), token];
    const most = this.switches.read('activeAccessTokens');
    for (const oldest of refresh.active.splice(0, Math.max(0, refresh.active.length - most))) this.#drop(oldest);
    return token;
  }

  /** The token of an Authorization header if it is valid now. */
  find(value: string): AccessToken | undefined {
    const token = this.#access.get(value);
    return token && token.expires > this.clock.now() ? token : undefined;
  }

  /** Ends a refresh token and every access token made with it. */
  revoke(refreshToken: string): boolean {
    const refresh = this.#refresh.get(refreshToken);
    if (!refresh) return false;
    this.#refresh.delete(refreshToken);
    for (const token of refresh.active) this.#drop(token);
    return true;
  }

  revokeAll(): void {
    for (const value of [...this.#refresh.keys()]) this.revoke(value);
  }

  /** Makes every access token invalid as if its hour were over; refresh tokens stay. */
  expireAccessTokens(): void {
    this.#access.clear();
    for (const refresh of this.#refresh.values()) refresh.active = [];
  }

  counts(): { accessTokens: number; refreshTokens: number } {
    return { accessTokens: this.#access.size, refreshTokens: this.#refresh.size };
  }

  #addRefreshToken(value: string, clientId: string, scopes: readonly string[]): void {
    this.#refresh.set(value, { value, clientId, scopes, issuedAt: [], active: [] });
    const ofClient = [...this.#refresh.values()].filter((token) => token.clientId === clientId);
    if (ofClient.length > REFRESH_TOKENS_PER_CLIENT && ofClient[0]) this.revoke(ofClient[0].value);
  }

  #drop(token: AccessToken): void {
    this.#access.delete(token.value);
  }
}

function newToken(): string {
  return `1000.${randomBytes(16).toString('hex')}.${randomBytes(16).toString('hex')}`;
}
