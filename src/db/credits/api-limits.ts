import type { Knex } from 'knex';
import type { ApiLimits } from '../../domain/credits/edition-limits';

/** Source of a connection's limits; a later one replaces an earlier one, not the reverse. */
export type LimitsSource = 'assumed' | 'edition' | 'configured';

/** Zoho's limits for a connection, and the percentage of its credits that stays free. */
export interface KnownLimits extends ApiLimits {
  limitsFrom: LimitsSource;
  bufferPercent: number;
  /** Zoho was asked for the edition within the last day. */
  isEditionFresh: boolean;
}

/** Licenses are bought and given back, and Zoho tells nobody: the edition counts as known for this long. */
const EDITION_KNOWN_FOR = '1 day';

/**
 * Stores Zoho's limits for the connection.
 *
 * @param limitsFrom `edition` for limits computed from the organization's license, which leave `configured` ones alone;
 *   `configured` for limits that a person has set, for example with the credits of add-ons.
 */
export async function saveApiLimits(
  knex: Knex,
  connectionId: string,
  limits: ApiLimits,
  limitsFrom: Exclude<LimitsSource, 'assumed'>,
): Promise<void> {
  await knex.raw(
    `insert into sync.credit_accounts as account
       (connection_id, daily_credits, concurrency, heavy_concurrency, limits_from, minute)
     values (?, ?, ?, ?, ?, '-infinity')
     on conflict (connection_id) do update set daily_credits = excluded.daily_credits,
       concurrency = excluded.concurrency, heavy_concurrency = excluded.heavy_concurrency,
       limits_from = excluded.limits_from
     where excluded.limits_from = 'configured' or account.limits_from <> 'configured'`,
    [connectionId, limits.dailyCredits, limits.concurrency, limits.heavyConcurrency, limitsFrom],
  );
}

/** Notes that Zoho was asked for the edition just now; what a person has configured stays, and is not asked for either. */
export async function noteEditionRead(knex: Knex, connectionId: string): Promise<void> {
  await knex.raw('update sync.credit_accounts set edition_read_at = now() where connection_id = ?', [connectionId]);
}

/** Reads the limits that the broker applies; undefined before the connection's first call. */
export async function findApiLimits(knex: Knex, connectionId: string): Promise<KnownLimits | undefined> {
  const answer = await knex.raw<{ rows: KnownLimits[] }>(
    `select daily_credits::float8 as "dailyCredits", concurrency, heavy_concurrency as "heavyConcurrency",
       limits_from as "limitsFrom", buffer_percent::float8 as "bufferPercent",
       coalesce(edition_read_at > now() - ?::interval, false) as "isEditionFresh"
     from sync.credit_accounts where connection_id = ?`,
    [EDITION_KNOWN_FOR, connectionId],
  );
  return answer.rows[0];
}
