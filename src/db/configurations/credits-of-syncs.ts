import type { Knex } from 'knex';

/** Sessions whose mean is taken. */
const NEWEST = 10;

/** Mean credits of the newest completed sessions of a module; null where none has completed. */
export interface MeasuredCredits {
  incremental: number | null;
  full: number | null;
}

/** Reads what a sync of a module has cost lately, by its kind. */
export async function readCreditsOfSyncs(knex: Knex, connectionId: string, module: string): Promise<MeasuredCredits> {
  const answer = await knex.raw<{ rows: { type: string; credits: number | null }[] }>(
    `select type, (
       select avg(credits_spent)::float8 from (
         select credits_spent from sync.crm_sync_sessions
         where connection_id = :connectionId and module_name = :module and session_type = type and status = 'completed'
         order by id desc limit :newest) newest
     ) as credits
     from unnest(array['incremental_sync', 'full_sync']) as type`,
    { connectionId, module, newest: NEWEST },
  );
  const credits = new Map(answer.rows.map((row) => [row.type, row.credits]));
  return { incremental: credits.get('incremental_sync') ?? null, full: credits.get('full_sync') ?? null };
}
