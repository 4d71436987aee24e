import type { Knex } from 'knex';
import { forgetAccessToken, openSecrets, saveIssuedToken, setConnectionStatus, withTokenRow } from '../db/connections';
import type { KeyRing } from '../db/encryption';
import type { ConnectionModel } from '../db/models/connection';
import { type AccessToken, type TokenSource, ZohoAccounts, ZohoError } from '../zoho';

/** A token is replaced this long before it expires, so that no call starts with one that dies on the way. */
const RENEW_BEFORE_MS = 5 * 60_000;
/** How long a token given by hand, whose lifetime nobody knows, is used from memory before the database is asked. */
const UNKNOWN_LIFETIME_MS = 60_000;

/**
 * Access tokens of one connection, shared by all processes through its row. Zoho mints ten tokens in ten minutes at
 * most, so whoever finds the token missing locks the row and asks Zoho once; everybody else finds the new one there.
 */
export class DatabaseTokenSource implements TokenSource {
  private cached: AccessToken | undefined;
  private inFlight: Promise<AccessToken> | undefined;

  constructor(
    private readonly knex: Knex,
    private readonly ring: KeyRing,
    private readonly connectionId: string,
    private readonly timeoutMs: number,
  ) {}

  async current(): Promise<AccessToken> {
    if (this.cached && this.cached.expiresAt.getTime() - RENEW_BEFORE_MS > Date.now()) return this.cached;
    this.inFlight ??= this.fromDatabase().finally(() => (this.inFlight = undefined));
    this.cached = await this.inFlight;
    return this.cached;
  }

  async reject(accessToken: string): Promise<void> {
    if (this.cached?.accessToken === accessToken) this.cached = undefined;
    await withTokenRow(this.knex, this.connectionId, async (trx, connection) => {
      if (openSecrets(this.ring, connection).accessToken === accessToken) {
        await forgetAccessToken(trx, this.connectionId);
      }
    });
  }

  private async fromDatabase(): Promise<AccessToken> {
    try {
      return await withTokenRow(this.knex, this.connectionId, async (trx, connection) => {
        const known = this.knownToken(connection);
        if (known) return known;
        const issued = await this.refresh(connection);
        await saveIssuedToken(trx, this.ring, this.connectionId, issued);
        return issued;
      });
    } catch (error) {
      if (error instanceof ZohoError && error.category === 'auth_revoked') {
        await setConnectionStatus(this.knex, this.connectionId, 'needs_reauth', error.message);
      }
      throw error;
    }
  }

  private knownToken(connection: ConnectionModel): AccessToken | undefined {
    const { accessToken } = openSecrets(this.ring, connection);
    const { apiDomain, accessTokenExpiresAt } = connection;
    if (!accessToken || !apiDomain) return undefined;
    const expiresAt = accessTokenExpiresAt ?? new Date(Date.now() + RENEW_BEFORE_MS + UNKNOWN_LIFETIME_MS);
    return expiresAt.getTime() - RENEW_BEFORE_MS > Date.now() ? { accessToken, apiDomain, expiresAt } : undefined;
  }

  private async refresh(connection: ConnectionModel): Promise<AccessToken> {
    const { clientSecret, refreshToken } = openSecrets(this.ring, connection);
    if (!refreshToken) {
      throw new ZohoError({
        operation: 'refresh_token',
        category: 'auth_revoked',
        code: 'NOT_CONNECTED',
        reason: 'the connection has no refresh token',
      });
    }
    const accounts = new ZohoAccounts({
      accountsUrl: connection.accountsUrl,
      clientId: connection.clientId,
      clientSecret,
      timeoutMs: this.timeoutMs,
    });
    try {
      return await accounts.refresh(refreshToken);
    } finally {
      await accounts.close();
    }
  }
}
