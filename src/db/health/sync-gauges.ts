import type { Knex } from 'knex';
import { ACTIVE_RUN_STATUSES } from '../../domain/runs/enums';

/** The engine's state as numbers to alert on. */
export interface SyncGauges {
  activeSessions: { connection: string; module: string; status: string; count: number }[];
  /** Zoho time up to which each mirror is complete, in seconds since 1970. */
  watermarks: { connection: string; module: string; completeUntil: number }[];
  /** Credits of the last 24 hours, Zoho's accounting period. */
  creditsSpent: { connection: string; credits: number }[];
  connections: { connection: string; connection_id: string }[];
}

export async function readSyncGauges(knex: Knex): Promise<SyncGauges> {
  const [active, watermarks, credits, connections] = await Promise.all([
    knex.raw<{ rows: SyncGauges['activeSessions'] }>(
      `select connection.name as connection, session.module_name as module, session.status, count(*)::int as count
       from sync.crm_sync_sessions session join sync.connections connection on connection.id = session.connection_id
       where session.status = any(?)
       group by 1, 2, 3`,
      [[...ACTIVE_RUN_STATUSES]] as Knex.RawBinding[],
    ),
    knex.raw<{ rows: SyncGauges['watermarks'] }>(
      `select connection.name as connection, mark.module_name as module,
         extract(epoch from mark.complete_until)::float8 as "completeUntil"
       from sync.watermarks mark join sync.connections connection on connection.id = mark.connection_id`,
    ),
    knex.raw<{ rows: SyncGauges['creditsSpent'] }>(
      `select connection.name as connection, coalesce(sum(entry.credits), 0)::float8 as credits
       from sync.connections connection
       left join sync.api_ledger entry
         on entry.connection_id = connection.id and entry.spent_at > now() - interval '24 hours'
       group by 1`,
    ),
    knex.raw<{ rows: SyncGauges['connections'] }>(
      'select name as connection, id as connection_id from sync.connections',
    ),
  ]);
  return {
    activeSessions: active.rows,
    watermarks: watermarks.rows,
    creditsSpent: credits.rows,
    connections: connections.rows,
  };
}
