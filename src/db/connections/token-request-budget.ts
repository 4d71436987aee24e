import type { Knex } from 'knex';
import { LIMITS } from '../../domain/zoho-limits';

/** Used part of the budget. */
export interface TokenRequestUsage {
  /** Token requests of the last ten minutes. */
  used: number;
  limit: number;
  /** Time of the next allowed request; null: now. */
  nextAt: Date | null;
}

/**
 * Time of the next allowed token request: once requests are no longer blocked, and the tenth newest has left the window.
 * `c` is the connection's row.
 */
const NEXT_AT = `
  greatest(c.token_requests_blocked_until, (
    select requested + make_interval(mins => ${LIMITS.accessTokens.windowMinutes})
    from unnest(c.token_requests) as requested order by requested desc offset ${LIMITS.accessTokens.perWindow - 1} limit 1))`;

/**
 * Takes one token request from the budget. To be called under the lock of the connection's row, in the transaction of
 * the request. PostgreSQL's clock counts, so processes need not agree on the time.
 * @returns 0, or the milliseconds to wait, and then nothing was taken
 */
export async function claimTokenRequest(trx: Knex.Transaction, connectionId: string): Promise<number> {
  const answer = await trx.raw<{ rows: [{ waitMs: number }] }>(
    `select greatest(0, ceil(extract(epoch from ${NEXT_AT} - clock_timestamp()) * 1000))::float8 as "waitMs"
     from sync.connections c where id = ?`,
    [connectionId],
  );
  const { waitMs } = answer.rows[0];
  if (waitMs > 0) return waitMs;
  await trx.raw(
    `update sync.connections c set token_requests_blocked_until = null, token_requests = array(
       select requested from unnest(token_requests || clock_timestamp()) as requested
       where requested > clock_timestamp() - make_interval(mins => ?) order by requested)
     where id = ?`,
    [LIMITS.accessTokens.windowMinutes, connectionId],
  );
  return 0;
}

/** Returns the latest request to the budget, since Zoho refused it and issued no token. */
export async function returnTokenRequest(trx: Knex.Transaction, connectionId: string): Promise<void> {
  await trx.raw(`update sync.connections set token_requests = trim_array(token_requests, 1) where id = ?`, [
    connectionId,
  ]);
}

/** Blocks token requests of all processes for a while. */
export async function blockTokenRequests(trx: Knex.Transaction, connectionId: string, forMs: number): Promise<void> {
  await trx.raw(
    `update sync.connections
     set token_requests_blocked_until = clock_timestamp() + make_interval(secs => ?::float8 / 1000) where id = ?`,
    [forMs, connectionId],
  );
}

/** Reads how much of the budget is used. */
export async function tokenRequestUsage(knex: Knex, connectionId: string): Promise<TokenRequestUsage> {
  const answer = await knex.raw<{ rows: [{ used: number; nextAt: Date | null }] }>(
    `select case when ${NEXT_AT} > clock_timestamp() then ${NEXT_AT} end as "nextAt",
       (select count(*)::int from unnest(token_requests) as requested
        where requested > clock_timestamp() - make_interval(mins => ?)) as used
     from sync.connections c where id = ?`,
    [LIMITS.accessTokens.windowMinutes, connectionId],
  );
  return { ...answer.rows[0], limit: LIMITS.accessTokens.perWindow };
}
