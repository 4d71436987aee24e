import type { Knex } from 'knex';

/** Figures for planning, measured by earlier runs; undefined where nothing was synced or called yet. */
export interface PlanningFacts {
  /** Rows of the module by Zoho's count, as the newest session found it. */
  rows: number | undefined;
  /** Mean time of one call of the last 24 hours, downloads left out, in milliseconds. */
  latencyMs: number | undefined;
  /** Credits spent in the last 24 hours, Zoho's accounting period. */
  creditsSpent: number;
}

/** Reads the figures for planning work with a module. */
export async function readPlanningFacts(knex: Knex, connectionId: string, module: string): Promise<PlanningFacts> {
  const [counted, spent] = await Promise.all([
    knex.raw<{ rows: { rows: number }[] }>(
      `select expected_records::float8 as rows from sync.crm_sync_sessions
       where connection_id = ? and module_name = ? and session_type = 'full_sync' and expected_records is not null
       order by id desc limit 1`,
      [connectionId, module],
    ),
    knex.raw<{ rows: [{ latencyMs: number | null; creditsSpent: number }] }>(
      `select sum(latency_ms_total) filter (where operation not like 'download%')::float8
           / nullif(sum(calls) filter (where operation not like 'download%'), 0) as "latencyMs",
         coalesce(sum(credits), 0)::float8 as "creditsSpent"
       from sync.api_ledger where connection_id = ? and spent_at > now() - interval '24 hours'`,
      [connectionId],
    ),
  ]);
  const { latencyMs, creditsSpent } = spent.rows[0];
  return { rows: counted.rows[0]?.rows, latencyMs: latencyMs ?? undefined, creditsSpent };
}
