import type { Knex } from 'knex';
import {
  catchUpMinutesOf,
  offsetSecondsOf,
  type DesiredSchedule,
  type IncrementalSchedule,
  type NightlySchedule,
  type SchedulePause,
} from '../../domain/schedules/desired-schedule';
import { nightOf } from '../../domain/schedules/next-runs';

export interface ScheduleFilter {
  connectionId?: string | undefined;
  /** Of the schedule. */
  id?: string | undefined;
}

interface PauseColumns {
  pausedAt: Date | null;
  pausedBy: string | null;
  pausedReason: string | null;
}

interface NightRow extends PauseColumns {
  connectionId: string;
  connection: string;
  nightlyAt: string;
  scheduleTimeZone: string | null;
  orgTimeZone: string | null;
}

interface ConfigurationRow extends PauseColumns {
  id: string;
  connectionId: string;
  connection: string;
  module: string;
  key: string;
  everyMinutes: number;
  jitterSeconds: number;
  catchUpMinutes: number | null;
}

/** Reads the id by which schedules in Temporal know that they belong to this database. */
export async function readDeployment(knex: Knex): Promise<string> {
  const answer = await knex.raw<{ rows: { id: string }[] }>('select id from sync.deployment');
  const [row] = answer.rows;
  if (!row) throw new Error('The row of sync.deployment is missing.');
  return row.id;
}

/** Reads the schedules that there should be: one of every active configuration, and the night of every organization that has work for it. */
export async function readDesiredSchedules(
  knex: Knex,
  { connectionId, id }: ScheduleFilter = {},
): Promise<DesiredSchedule[]> {
  const answer = await knex.raw<{ rows: ConfigurationRow[] }>(
    `select configuration.id, connection.id as "connectionId", connection.name as connection,
       coalesce(mirror.api_name, configuration.module_name) as module, configuration.module_name as key,
       configuration.sync_frequency_minutes as "everyMinutes", configuration.jitter_seconds as "jitterSeconds",
       configuration.catch_up_minutes as "catchUpMinutes", configuration.paused_at as "pausedAt",
       configuration.paused_by as "pausedBy", configuration.paused_reason as "pausedReason"
     from sync.sync_configurations configuration
     join sync.connections connection on connection.id = configuration.connection_id
     left join sync.mirrors mirror
       on mirror.connection_id = configuration.connection_id and mirror.key = configuration.module_name
     where configuration.is_active
       and (:connectionId::uuid is null or connection.id = :connectionId::uuid)
       and (:id::text is null or :id::text = 'incremental:' || connection.name || ':' || configuration.module_name)
     order by connection.name, configuration.module_name`,
    { connectionId: connectionId ?? null, id: id ?? null },
  );
  return [...answer.rows.map(toSchedule), ...(await readNights(knex, { connectionId, id }))];
}

function toSchedule(row: ConfigurationRow): IncrementalSchedule {
  const { id: configurationId, connectionId, connection, module, key, everyMinutes, jitterSeconds } = row;
  return {
    id: `incremental:${connection}:${key}`,
    kind: 'incremental',
    connectionId,
    connection,
    configurationId,
    module,
    key,
    everyMinutes,
    offsetSeconds: offsetSecondsOf(configurationId, everyMinutes),
    jitterSeconds,
    catchUpMinutes: catchUpMinutesOf(everyMinutes, row.catchUpMinutes),
    pause: pauseOf(row),
  };
}

async function readNights(knex: Knex, { connectionId, id }: ScheduleFilter): Promise<NightlySchedule[]> {
  const answer = await knex.raw<{ rows: NightRow[] }>(
    `select connection.id as "connectionId", connection.name as connection, connection.nightly_at as "nightlyAt",
       connection.schedule_time_zone as "scheduleTimeZone", connection.org_time_zone as "orgTimeZone",
       connection.nightly_paused_at as "pausedAt", connection.nightly_paused_by as "pausedBy",
       connection.nightly_paused_reason as "pausedReason"
     from sync.connections connection
     where exists (
         select from sync.sync_configurations configuration
         where configuration.connection_id = connection.id and configuration.is_active
           and (configuration.nightly <> 'none' or configuration.verify_every <> 'never'))
       and (:connectionId::uuid is null or connection.id = :connectionId::uuid)
       and (:id::text is null or :id::text = 'nightly:' || connection.name)
     order by connection.name`,
    { connectionId: connectionId ?? null, id: id ?? null },
  );
  return answer.rows.map((row) => ({
    id: `nightly:${row.connection}`,
    kind: 'nightly',
    connectionId: row.connectionId,
    connection: row.connection,
    ...nightOf(row),
    pause: pauseOf(row),
  }));
}

function pauseOf({ pausedAt, pausedBy, pausedReason }: PauseColumns): SchedulePause | null {
  return pausedAt && { at: pausedAt, by: pausedBy ?? 'temporal', reason: pausedReason };
}

/** Writes down that a schedule was paused, by whom and why, or that it runs. Idempotent: the first pause stays. */
export async function savePause(
  knex: Knex,
  schedule: DesiredSchedule,
  pause: Pick<SchedulePause, 'by' | 'reason'> | null,
): Promise<void> {
  const paused = { isPaused: pause !== null, by: pause?.by ?? null, reason: pause?.reason ?? null };
  if (schedule.kind === 'nightly') {
    await knex.raw(
      `update sync.connections
       set nightly_paused_at = case when :isPaused then coalesce(nightly_paused_at, now()) end,
         nightly_paused_by = :by, nightly_paused_reason = :reason
       where id = :connectionId
         and (nightly_paused_at is not null, nightly_paused_by, nightly_paused_reason)
           is distinct from (:isPaused, :by::text, :reason::text)`,
      { connectionId: schedule.connectionId, ...paused },
    );
    return;
  }
  await knex.raw(
    `update sync.sync_configurations
     set paused_at = case when :isPaused then coalesce(paused_at, now()) end, paused_by = :by, paused_reason = :reason,
       resumed_at = case when :isPaused then resumed_at else now() end
     where id = :configurationId
       and (paused_at is not null, paused_by, paused_reason)
         is distinct from (:isPaused, :by::text, :reason::text)`,
    { configurationId: schedule.configurationId, ...paused },
  );
}

/**
 * Runs work on a schedule that nobody else of this deployment changes meanwhile: Temporal's update of a schedule reads
 * its state and writes it back, so a pause in between would be lost.
 */
export async function withScheduleLocked<T>(knex: Knex, id: string, work: () => Promise<T>): Promise<T> {
  return knex.transaction(async (trx) => {
    await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`schedule:${id}`]);
    return work();
  });
}
