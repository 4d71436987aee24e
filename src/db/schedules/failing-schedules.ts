import type { Knex } from 'knex';

/** A schedule whose last syncs all failed for one reason. */
export interface FailingSchedule {
  /** Of the schedule. */
  id: string;
  connectionId: string;
  key: string;
  module: string;
  failures: number;
  /** Type of the failures. */
  type: string;
  /** Of the last one: one sentence. */
  error: string | null;
}

/**
 * Finds the schedules at work whose module had no sync that completed among the last ones, as many as its configuration
 * allows to fail, since it was resumed; all of them failed for the same of these reasons.
 * @param types of failures
 */
export async function findFailingSchedules(knex: Knex, types: readonly string[]): Promise<FailingSchedule[]> {
  const answer = await knex.raw<{ rows: FailingSchedule[] }>(
    `select 'incremental:' || connection.name || ':' || configuration.module_name as id,
       connection.id as "connectionId", configuration.module_name as key,
       coalesce(mirror.api_name, configuration.module_name) as module, failed.failures, failed.type, failed.error
     from sync.sync_configurations configuration
     join sync.connections connection on connection.id = configuration.connection_id and connection.status = 'active'
     left join sync.mirrors mirror
       on mirror.connection_id = configuration.connection_id and mirror.key = configuration.module_name
     cross join lateral (
       select count(*)::int as failures, min(recent.type) as type,
         (array_agg(recent.error order by recent.id desc))[1] as error
       from (
         select session.id, session.status, session.error_message as error, (
             select log.data_payload ->> 'type' from sync.sync_status_logs log
             where log.session_id = session.id and log.log_level = 'ERROR' order by log.id desc limit 1) as type
         from sync.crm_sync_sessions session
         where session.connection_id = configuration.connection_id
           and session.module_name = configuration.module_name
           and session.session_type in ('full_sync', 'incremental_sync') and session.status in ('completed', 'failed')
           and session.started_at > coalesce(configuration.resumed_at, configuration.created_at)
         order by session.id desc limit configuration.pause_after_failures
       ) recent
       having bool_and(recent.status = 'failed') and count(distinct coalesce(recent.type, '')) = 1
     ) failed
     where configuration.is_active and configuration.paused_at is null and configuration.pause_after_failures > 0
       and failed.failures = configuration.pause_after_failures and failed.type = any(?)
     order by 1`,
    [[...types]],
  );
  return answer.rows;
}

/** A module whose schedule was paused after failures, as an open alert says. */
export interface PausedModule {
  /** Of the schedule. */
  id: string;
  connectionId: string;
  key: string;
  /** Whether the engine's pause is still there. */
  isPaused: boolean;
  /** Whether a sync has completed since. */
  works: boolean;
}

/** Lists the modules of which an open alert of a kind says that their schedule is paused. */
export async function listPausedModules(knex: Knex, kind: string): Promise<PausedModule[]> {
  const answer = await knex.raw<{ rows: PausedModule[] }>(
    `select 'incremental:' || connection.name || ':' || alert.module_name as id, connection.id as "connectionId",
       alert.module_name as key,
       coalesce(configuration.is_active and configuration.paused_by = 'engine', false) as "isPaused",
       exists (
         select from sync.crm_sync_sessions session
         where session.connection_id = alert.connection_id and session.module_name = alert.module_name
           and session.session_type in ('full_sync', 'incremental_sync') and session.status = 'completed'
           and session.completed_at > alert.opened_at) as works
     from sync.alerts alert
     join sync.connections connection on connection.id = alert.connection_id
     left join sync.sync_configurations configuration
       on configuration.connection_id = alert.connection_id and configuration.module_name = alert.module_name
     where alert.kind = ? and alert.closed_at is null and alert.module_name is not null
     order by 1`,
    [kind],
  );
  return answer.rows;
}
