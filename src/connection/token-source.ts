import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import {
  forgetTokenRejections,
  requireReauthorization,
  saveRefreshedToken,
  setTokenRefusals,
} from '../db/connections/connection-grants';
import { forgetAccessToken, openSecrets } from '../db/connections/connection-secrets';
import { getConnection, withTokenRow } from '../db/connections/connections';
import {
  LEASE_RENEWAL_MS,
  renewRefreshLease,
  returnRefreshLease,
  takeRefreshLease,
} from '../db/connections/token-refresh-lease';
import { blockTokenRequests, claimTokenRequest, returnTokenRequest } from '../db/connections/token-request-budget';
import type { ConnectionModel } from '../db/models/connection';
import type { KeyRing } from '../db/postgres/encryption';
import type { Reach } from '../domain/reach';
import { ZohoAccounts } from '../zoho/auth/oauth';
import { type CallLabel, ZohoError } from '../zoho/errors/errors';
import { isAllowedApiDomain, usualApiDomain } from '../zoho/http/data-centers';
import type { AccessToken, TokenSource } from '../zoho/http/transport';
import type { ZohoOrg } from '../zoho/metadata/org';
import { countRejection } from './count-rejection';
import { refuseOtherOrganization } from './refuse-other-organization';
import { RefusedCalls } from './refused-calls';
import {
  apiDomainNotAllowed,
  callRefused,
  grantNotUsable,
  nextTokenDelayed,
  refusalToConfirm,
  tokenLimitReached,
  tokenStillAwaited,
} from './token-errors';

/** Margin before its expiry at which a token is replaced, so that it does not expire during a call. */
const RENEW_BEFORE_MS = 5 * 60_000;
/** Time that a token given by hand, whose lifetime is unknown, is used from memory before the database is asked. */
const UNKNOWN_LIFETIME_MS = 60_000;
/** Refusals in a row that count: now and then Zoho refuses a good refresh token. */
const REFUSALS_TO_BELIEVE = 3;
const CONFIRM_AFTER_MS = 20_000;
/** Tokens, good for other calls, after which a call that takes none of them is refused for good. */
const TOKENS_FOR_A_CALL = 3;
/** Pause between looks at the row while another process asks Zoho. */
const LOOK_AGAIN_MS = 200;
/** Time on top of that for one call to Zoho after which a token of another process is no longer waited for. */
const AWAIT_OTHERS_MS = 15_000;

export interface TokenSettings extends Reach {
  knex: Knex;
  /** @throws KeyRingInvalid when the process was given none */
  keyRing: () => KeyRing;
  /** Give-up time of a call to Zoho, in milliseconds. */
  timeoutMs: number;
  /** Wait before a refused refresh token is tried again, in milliseconds. @default 20000 */
  confirmGrantAfterMs?: number | undefined;
  /** False reads the connection's row each time, so that a new grant counts at once. @default true */
  cacheTokens?: boolean | undefined;
}

/** Token as it is in the row. */
interface StoredToken extends AccessToken {
  /** Zoho has taken none of the latest tokens yet, this one included. */
  readonly isDoubted: boolean;
  /** Zoho has said that the grant is of the organization whose data the mirror holds. */
  readonly isChecked: boolean;
}

/** Result of a refresh; `retry` when the grant was replaced meanwhile. */
type Outcome = { token: StoredToken } | { error: ZohoError } | { retry: true };

/** Grant that a process alone may ask with, until it returns its lease. */
interface ClaimedGrant {
  readonly lease: string;
  readonly clientId: string;
  readonly refreshToken: string;
  readonly accounts: ZohoAccounts;
}

/**
 * Access tokens of one connection, shared by all processes through its row. Zoho issues at most ten tokens in ten
 * minutes, so a process that finds no token there takes a lease and requests one; all others look until they find it.
 * Nobody holds a database connection meanwhile, since an answer of Zoho's may take half a minute. Once the budget is
 * used up no request is sent: the failure says when the next one is due. A token that is refused is replaced, with
 * growing pauses while Zoho takes none at all; after some the connection counts as one that must be connected again.
 */
export class DatabaseTokenSource implements TokenSource {
  #cached: StoredToken | undefined;
  #inFlight: Promise<StoredToken> | undefined;
  readonly #organizationOf: (token: AccessToken) => Promise<ZohoOrg>;
  readonly #refusedCalls = new RefusedCalls();
  readonly #knex: Knex;
  readonly #ring: KeyRing;
  readonly #connectionId: string;
  readonly #timeoutMs: number;
  readonly #confirmAfterMs: number;
  readonly #cacheTokens: boolean;
  readonly #reach: Reach;

  /** @param organizationOf asks Zoho which organization a token is of, at the first use of a new grant */
  constructor(connectionId: string, settings: TokenSettings, organizationOf: (token: AccessToken) => Promise<ZohoOrg>) {
    this.#organizationOf = organizationOf;
    this.#knex = settings.knex;
    this.#ring = settings.keyRing();
    this.#connectionId = connectionId;
    this.#timeoutMs = settings.timeoutMs;
    this.#confirmAfterMs = settings.confirmGrantAfterMs ?? CONFIRM_AFTER_MS;
    this.#cacheTokens = settings.cacheTokens ?? true;
    this.#reach = { allowLoopback: settings.allowLoopback, privateHosts: settings.privateHosts };
  }

  async current(): Promise<AccessToken> {
    if (this.#cacheTokens && this.#cached && this.#cached.expiresAt.getTime() - RENEW_BEFORE_MS > Date.now())
      return this.#cached;
    this.#inFlight ??= this.#checkedToken().finally(() => (this.#inFlight = undefined));
    this.#cached = await this.#inFlight;
    return this.#cached;
  }

  /** Reads the row again, whatever is in memory or on its way: the token there was dropped just now. */
  async reread(): Promise<AccessToken> {
    await this.#inFlight?.catch(() => undefined);
    this.#cached = undefined;
    return this.current();
  }

  async accept(accessToken: string, call: CallLabel): Promise<void> {
    this.#refusedCalls.accepted(accessToken, call);
    if (this.#cached?.accessToken !== accessToken || !this.#cached.isDoubted) return;
    this.#cached = { ...this.#cached, isDoubted: false };
    // The next token that Zoho takes would do it, too.
    await forgetTokenRejections(this.#knex, this.#connectionId).catch(() => undefined);
  }

  async reject(accessToken: string, refusal: ZohoError): Promise<ZohoError> {
    const { tokens, isTakenElsewhere } = this.#refusedCalls.refused(accessToken, refusal);
    if (isTakenElsewhere && tokens >= TOKENS_FOR_A_CALL) return callRefused(refusal, tokens);
    if (this.#cached?.accessToken === accessToken) this.#cached = undefined;
    return withTokenRow(this.#knex, this.#connectionId, async (trx, connection) => {
      const stored = openSecrets(this.#ring, connection);
      if (stored.accessToken !== accessToken) return refusal;
      await forgetAccessToken(trx, this.#connectionId);
      const isCounted = stored.refreshToken !== undefined && !isTakenElsewhere;
      return isCounted ? countRejection(trx, connection, refusal, this.#confirmAfterMs) : refusal;
    });
  }

  /** A token of a grant that is known to be of the right organization: nothing else is called with another one. */
  async #checkedToken(): Promise<StoredToken> {
    for (;;) {
      const token = await this.#fromDatabase();
      if (token.isChecked) return token;
      const checked = await this.#check(token);
      if (checked === 'ok') return { ...token, isChecked: true, isDoubted: false };
      if (checked instanceof ZohoError) throw checked;
    }
  }

  /** @returns why the grant cannot be used, or that it was replaced meanwhile */
  async #check(token: StoredToken): Promise<ZohoError | 'ok' | 'replaced'> {
    const org = await this.#organizationOf(token).catch(async (error: unknown) => {
      const isRefused = error instanceof ZohoError && error.category === 'auth_expired';
      throw isRefused ? await this.reject(token.accessToken, error) : error;
    });
    return withTokenRow(this.#knex, this.#connectionId, async (trx, connection) => {
      const isReplaced = openSecrets(this.#ring, connection).accessToken !== token.accessToken;
      return isReplaced ? 'replaced' : ((await refuseOtherOrganization(trx, connection, org)) ?? 'ok');
    });
  }

  /** Reads without the lock: nearly always the stored token is good, or comes from another process in a moment. */
  async #fromDatabase(): Promise<StoredToken> {
    const giveUpAt = Date.now() + this.#timeoutMs + AWAIT_OTHERS_MS;
    for (;;) {
      const stored = this.#knownToken(await getConnection(this.#knex, this.#connectionId));
      if (stored) return stored;
      const claim = await this.#claim();
      if (claim === 'held') {
        if (Date.now() > giveUpAt) throw tokenStillAwaited(this.#timeoutMs + AWAIT_OTHERS_MS);
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
        continue;
      }
      const outcome = 'accounts' in claim ? await this.#refresh(claim) : claim;
      if ('error' in outcome) throw outcome.error;
      if ('token' in outcome) return outcome.token;
    }
  }

  #knownToken(connection: ConnectionModel): StoredToken | undefined {
    const { accessToken } = openSecrets(this.#ring, connection);
    const { accountsUrl, accessTokenExpiresAt, tokenRejections, grantCheckedAt } = connection;
    if (!accessToken) return undefined;
    const apiDomain = connection.apiDomain ?? usualApiDomain(accountsUrl);
    if (!isAllowedApiDomain(accountsUrl, apiDomain, this.#reach.allowLoopback)) throw apiDomainNotAllowed();
    const expiresAt = accessTokenExpiresAt ?? new Date(Date.now() + RENEW_BEFORE_MS + UNKNOWN_LIFETIME_MS);
    if (expiresAt.getTime() - RENEW_BEFORE_MS <= Date.now()) return undefined;
    return { accessToken, apiDomain, expiresAt, isDoubted: tokenRejections > 0, isChecked: grantCheckedAt !== null };
  }

  /** @returns the grant to ask with, what the row says by now, or `held` while another process asks */
  async #claim(): Promise<ClaimedGrant | Outcome | 'held'> {
    return withTokenRow(this.#knex, this.#connectionId, async (trx, connection) => {
      const known = this.#knownToken(connection);
      if (known) return { token: known };
      const { accountsUrl, apiDomain, clientId, statusReason, tokenRejections } = connection;
      const { clientSecret, refreshToken } = openSecrets(this.#ring, connection);
      if (!refreshToken) {
        return giveUp(trx, connection, grantNotUsable('NOT_CONNECTED', 'the connection has no refresh token'));
      }
      if (connection.status !== 'active') {
        const reason = `Zoho is not asked again: ${statusReason ?? connection.status}`;
        return { error: grantNotUsable('NEEDS_REAUTH', reason) };
      }
      const lease = randomUUID();
      if (!(await takeRefreshLease(trx, connection.id, lease))) return 'held';
      const waitMs = await claimTokenRequest(trx, connection.id);
      if (waitMs > 0) {
        await returnRefreshLease(trx, connection.id, lease);
        const isDelayed = tokenRejections > 0 && statusReason !== null;
        return { error: isDelayed ? nextTokenDelayed(statusReason, waitMs) : tokenLimitReached(waitMs) };
      }
      const accounts = new ZohoAccounts({
        accountsUrl,
        apiDomain,
        clientId,
        clientSecret,
        timeoutMs: this.#timeoutMs,
        ...this.#reach,
      });
      return { lease, clientId, refreshToken, accounts };
    });
  }

  async #refresh(claim: ClaimedGrant): Promise<Outcome> {
    const renewal = setInterval(() => {
      // A lease that is lost lets another process ask, too: that costs a token of the ten, and nothing else.
      renewRefreshLease(this.#knex, this.#connectionId, claim.lease).catch(() => undefined);
    }, LEASE_RENEWAL_MS);
    try {
      const token = await claim.accounts.refresh(claim.refreshToken);
      return await this.#store(claim, async (trx, connection) => {
        await saveRefreshedToken(trx, this.#ring, connection, token);
        const { tokenRejections, grantCheckedAt } = connection;
        return { token: { ...token, isDoubted: tokenRejections > 0, isChecked: grantCheckedAt !== null } };
      });
    } catch (error) {
      if (!(error instanceof ZohoError)) throw error;
      return await this.#store(claim, (trx, connection) => this.#refused(trx, connection, error));
    } finally {
      clearInterval(renewal);
      await claim.accounts.close();
      await returnRefreshLease(this.#knex, this.#connectionId, claim.lease).catch(() => undefined);
    }
  }

  /** Stores what Zoho said of a grant, unless the connection has another one by now. */
  async #store(
    { clientId, refreshToken }: ClaimedGrant,
    work: (trx: Knex.Transaction, connection: ConnectionModel) => Promise<Outcome>,
  ): Promise<Outcome> {
    return withTokenRow(this.#knex, this.#connectionId, async (trx, connection) => {
      const now = openSecrets(this.#ring, connection);
      const isSame = connection.clientId === clientId && now.refreshToken === refreshToken;
      return isSame ? work(trx, connection) : { retry: true };
    });
  }

  /** Stores the refusal in the row, where every process sees it. */
  async #refused(trx: Knex.Transaction, connection: ConnectionModel, error: ZohoError): Promise<Outcome> {
    if (error.category === 'auth_throttled') {
      await blockTokenRequests(trx, connection.id, error.retryAfterMs ?? 0);
      return { error };
    }
    if (error.category !== 'auth_revoked') return { error };
    await returnTokenRequest(trx, connection.id);
    const refusals = connection.tokenRefusals + 1;
    if (error.code !== 'invalid_code' || refusals >= REFUSALS_TO_BELIEVE) return giveUp(trx, connection, error);
    await setTokenRefusals(trx, connection.id, refusals);
    await blockTokenRequests(trx, connection.id, this.#confirmAfterMs);
    const confirmed = { refusals, of: REFUSALS_TO_BELIEVE, retryAfterMs: this.#confirmAfterMs };
    return { error: refusalToConfirm(error, confirmed) };
  }
}

async function giveUp(trx: Knex.Transaction, connection: ConnectionModel, error: ZohoError): Promise<Outcome> {
  await requireReauthorization(trx, connection, error.message);
  return { error };
}
