import type { Knex } from 'knex';
import { toJsonb } from '../postgres/json';

/** What Zoho says an operation costs this organization (Zoho's documentation: Get Supported APIs). */
export interface CostOverride {
  /** The operation in our words, e.g. `list_records`. */
  operation: string;
  minCredits: number;
  maxCredits: number;
}

/**
 * Stores what operations cost in this organization. A call is then charged what the price list says, but no less and
 * no more than this. Operations that are not named keep what they had.
 */
export async function saveCostOverrides(
  knex: Knex,
  connectionId: string,
  overrides: readonly CostOverride[],
): Promise<void> {
  await knex.raw(
    `insert into sync.credit_costs (connection_id, operation, min_credits, max_credits)
     select ?, operation, "minCredits", "maxCredits"
     from jsonb_to_recordset(?::jsonb) as listed (operation text, "minCredits" integer, "maxCredits" integer)
     on conflict (connection_id, operation) do update set min_credits = excluded.min_credits,
       max_credits = excluded.max_credits, updated_at = now()`,
    [connectionId, toJsonb(overrides)],
  );
}

/** Whether the prices of a connection were stored within the last week. */
export async function areCostsKnown(knex: Knex, connectionId: string): Promise<boolean> {
  const answer = await knex.raw<{ rows: [{ known: boolean }] }>(
    `select exists (select from sync.credit_costs
       where connection_id = ? and updated_at > now() - interval '7 days') as known`,
    [connectionId],
  );
  return answer.rows[0].known;
}
