import type { Knex } from 'knex';

/** A module whose mirror is to be compared with Zoho, since its counts could not be explained. */
export interface DueComparison {
  connectionId: string;
  /** Name of the connection. */
  connection: string;
  key: string;
  /** Zoho's name of the module now. */
  module: string;
}

/** Comparisons that are started at a time; the others are due with the next turn. */
const MOST_AT_A_TIME = 20;

/** Lists the comparisons that are wanted and that no session has tried since: one that failed told a person why. */
export async function listDueComparisons(knex: Knex): Promise<DueComparison[]> {
  const answer = await knex.raw<{ rows: DueComparison[] }>(
    `select mirror.connection_id as "connectionId", connection.name as connection, mirror.key,
       coalesce(mirror.api_name, mirror.key) as module
     from sync.mirrors mirror join sync.connections connection on connection.id = mirror.connection_id
     where mirror.comparison_wanted_at is not null and connection.status = 'active'
       and not exists (
         select from sync.crm_sync_sessions session
         where session.connection_id = mirror.connection_id and session.module_name = mirror.key
           and session.session_type in ('full_sync', 'verification') and session.started_at >= mirror.comparison_wanted_at)
     order by mirror.comparison_wanted_at, mirror.id limit ?`,
    [MOST_AT_A_TIME],
  );
  return answer.rows;
}
