import type { Knex } from 'knex';
import { toJsonb } from '../postgres/json';

/** Credit cost of an operation in one organization (Zoho's documentation: Get Supported APIs). */
export interface CreditCost {
  /** The engine's name of the operation, e.g. `list_records`. */
  operation: string;
  minCredits: number;
  maxCredits: number;
}

/**
 * Stores credit costs of an organization. A call is then charged by the price list, but at least the minimum and at most
 * the maximum. Operations that are not named keep their costs.
 */
export async function saveCreditCosts(
  knex: Knex,
  connectionId: string,
  overrides: readonly CreditCost[],
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

/** Whether the credit costs of a connection were stored within the last week. */
export async function areCreditCostsFresh(knex: Knex, connectionId: string): Promise<boolean> {
  const answer = await knex.raw<{ rows: [{ known: boolean }] }>(
    `select exists (select from sync.credit_costs
       where connection_id = ? and updated_at > now() - interval '7 days') as known`,
    [connectionId],
  );
  return answer.rows[0].known;
}
