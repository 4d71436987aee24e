import type { Knex } from 'knex';
import { LIMITS } from '../../domain/zoho-limits';

/** How much of the limit is used. */
export interface MintUsage {
  /** Tokens that were asked for in the last ten minutes. */
  used: number;
  limit: number;
  /** When the next one may be asked for; null: now. */
  nextAt: Date | null;
}

/**
 * When the next token may be asked for: once the gate opens, and once the tenth newest mint has left the window.
 * `c` is the connection's row.
 */
const NEXT_AT = `
  greatest(c.token_gate_until, (
    select mint + make_interval(mins => ${LIMITS.accessTokens.windowMinutes})
    from unnest(c.token_mints) as mint order by mint desc offset ${LIMITS.accessTokens.perWindow - 1} limit 1))`;

/**
 * Counts a token that is about to be asked for. To be called under the lock of the connection's row, in the transaction
 * that asks; PostgreSQL's clock counts, so processes need not agree on the time.
 * @returns 0, or the milliseconds to wait, and then nothing was counted
 */
export async function claimMint(trx: Knex.Transaction, connectionId: string): Promise<number> {
  const answer = await trx.raw<{ rows: [{ waitMs: number }] }>(
    `select greatest(0, ceil(extract(epoch from ${NEXT_AT} - clock_timestamp()) * 1000))::float8 as "waitMs"
     from sync.connections c where id = ?`,
    [connectionId],
  );
  const { waitMs } = answer.rows[0];
  if (waitMs > 0) return waitMs;
  await trx.raw(
    `update sync.connections c set token_gate_until = null, token_mints = array(
       select mint from unnest(token_mints || clock_timestamp()) as mint
       where mint > clock_timestamp() - make_interval(mins => ?) order by mint)
     where id = ?`,
    [LIMITS.accessTokens.windowMinutes, connectionId],
  );
  return 0;
}

/** Takes the latest claim back: Zoho refused, so it minted nothing. */
export async function releaseMint(trx: Knex.Transaction, connectionId: string): Promise<void> {
  await trx.raw(`update sync.connections set token_mints = trim_array(token_mints, 1) where id = ?`, [connectionId]);
}

/** Lets nobody ask for a token for a while. */
export async function closeMintGate(trx: Knex.Transaction, connectionId: string, forMs: number): Promise<void> {
  await trx.raw(
    `update sync.connections
     set token_gate_until = clock_timestamp() + make_interval(secs => ?::float8 / 1000) where id = ?`,
    [forMs, connectionId],
  );
}

export async function mintUsage(knex: Knex, connectionId: string): Promise<MintUsage> {
  const answer = await knex.raw<{ rows: [{ used: number; nextAt: Date | null }] }>(
    `select case when ${NEXT_AT} > clock_timestamp() then ${NEXT_AT} end as "nextAt",
       (select count(*)::int from unnest(token_mints) as mint
        where mint > clock_timestamp() - make_interval(mins => ?)) as used
     from sync.connections c where id = ?`,
    [LIMITS.accessTokens.windowMinutes, connectionId],
  );
  return { ...answer.rows[0], limit: LIMITS.accessTokens.perWindow };
}
