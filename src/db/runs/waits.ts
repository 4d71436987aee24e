import type { Knex } from 'knex';
import type { RunRef } from '../../domain/runs/run';

/** A failed attempt of an activity that Temporal repeats. */
export interface FailedAttempt {
  run: RunRef;
  activityId: string;
  activityType: string;
  failureType: string;
  message: string;
  whatToDo: string;
  attempt: number;
  nextAttemptAt: Date;
  /** Nothing is wrong: something is waited for, which deserves a line only when it takes long. */
  isWait: boolean;
  /** The wait has lasted much longer than it should. */
  isOverdue: boolean;
}

/** A run's current wait, as it is shown to people. */
export interface RunWait {
  what: string;
  since: Date;
  attempt: number;
  nextAttemptAt: Date;
  whatToDo: string;
}

/** Failures of a kind after which the log names them; then at each doubling. */
const FIRST_LINE_AT = 3;
/** A wait as long as this is named at once, and a wait for Zoho's work not before. */
const LONG_WAIT_SECONDS = 30;
const DELAY_WORTH_A_LINE_SECONDS = 10;

/** The run a line belongs to; no row if it is gone. */
const RUN_OF = `(
  select connection_id, id as session_id, null::uuid as operation_id from sync.crm_sync_sessions where id = :sessionId
  union all
  select connection_id, null, id from sync.bulk_operations where id = :operationId
)`;

/**
 * Records a failed attempt, and writes a line to the run's log when it is due: at the third failure of a kind, then at
 * each doubling, and at once where the next attempt is far.
 * @returns failures of this kind so far, and the time since the first of them in milliseconds
 */
export async function recordFailedAttempt(
  knex: Knex,
  failed: FailedAttempt,
): Promise<{ failures: number; sinceMs: number }> {
  const { run, ...rest } = failed;
  const answer = await knex.raw<{ rows: [{ failures: number; sinceMs: number }] }>(
    `with recorded as (
       insert into sync.run_waits as w (run_id, activity_id, failure_type, activity_type, message, what_to_do, attempt,
         next_attempt_at, next_line_at)
       values (:runId, :activityId, :failureType, :activityType, :message, :whatToDo, :attempt, :nextAttemptAt,
         case when :isWait::boolean or :nextAttemptAt::timestamptz < now() + make_interval(secs => :delay)
           then :first::int else 1 end)
       on conflict (run_id, activity_id, failure_type) do update set
         message = excluded.message, what_to_do = excluded.what_to_do, attempt = excluded.attempt,
         next_attempt_at = excluded.next_attempt_at, failures = w.failures + 1, updated_at = now()
       returning w.*
     ), due as (
       select r.*, format('%s: %s (attempt %s, since %s; next attempt at %s).', r.activity_type,
         rtrim(r.message, '.'), r.attempt, to_char(r.since at time zone 'UTC', 'HH24:MI:SS'),
         to_char(r.next_attempt_at at time zone 'UTC', 'HH24:MI:SS "UTC"')) as line
       from recorded r
       where r.failures >= r.next_line_at
         and (not :isWait::boolean or r.since <= now() - make_interval(secs => :long))
     ), lines as (
       insert into sync.sync_status_logs (connection_id, session_id, operation_id, sequence, position, log_level,
         component, message, error_code)
       select run.connection_id, run.session_id, run.operation_id,
         -(extract(epoch from clock_timestamp()) * 1000000)::bigint, 0,
         case when :isWait::boolean and not :isOverdue::boolean then 'INFO' else 'WARNING' end, 'retry',
         due.line || case when strpos(due.message, due.what_to_do) > 0 then '' else ' ' || due.what_to_do end,
         due.failure_type
       from due, ${RUN_OF} run
       on conflict do nothing
     )
     select r.failures, (extract(epoch from now() - r.since) * 1000)::float8 as "sinceMs",
       exists (select from due) as "isDue"
     from recorded r`,
    {
      ...rest,
      ...runBindings(run),
      first: FIRST_LINE_AT,
      delay: DELAY_WORTH_A_LINE_SECONDS,
      long: LONG_WAIT_SECONDS,
    },
  );
  const [{ failures, sinceMs, isDue }] = answer.rows as [{ failures: number; sinceMs: number; isDue?: boolean }];
  if (isDue) {
    await knex.raw(
      `update sync.run_waits set next_line_at = greatest(? + 1, failures * 2)
       where run_id = ? and activity_id = ? and failure_type = ?`,
      [FIRST_LINE_AT, run.id, failed.activityId, failed.failureType],
    );
  }
  return { failures, sinceMs };
}

/**
 * Forgets the failed attempts of an activity: it goes on, or has ended. If the log named them it says so, too.
 * @param isSettled whether the activity has succeeded
 */
export async function forgetFailedAttempts(
  knex: Knex,
  run: RunRef,
  activityId: string,
  isSettled: boolean,
): Promise<void> {
  await knex.raw(
    `with forgotten as (
       delete from sync.run_waits where run_id = :runId and activity_id = :activityId returning *
     ), named as (
       select activity_type, min(since) as since, sum(failures) as failures from forgotten
       where next_line_at > :first group by activity_type
     )
     insert into sync.sync_status_logs (connection_id, session_id, operation_id, sequence, position, log_level, component,
       message)
     select run.connection_id, run.session_id, run.operation_id,
       -(extract(epoch from clock_timestamp()) * 1000000)::bigint, 0, 'INFO', 'retry',
       format('%s went on after %s attempts that failed since %s.', named.activity_type, named.failures,
         to_char(named.since at time zone 'UTC', 'HH24:MI:SS "UTC"'))
     from named, ${RUN_OF} run where :isSettled::boolean
     on conflict do nothing`,
    { ...runBindings(run), activityId, isSettled, first: FIRST_LINE_AT },
  );
}

/** Current waits of runs, the latest of each; runs that wait for nothing are absent. */
export async function findWaits(knex: Knex, runIds: readonly string[]): Promise<ReadonlyMap<string, RunWait>> {
  if (runIds.length === 0) return new Map();
  const answer = await knex.raw<{ rows: (RunWait & { runId: string })[] }>(
    `select distinct on (run_id) run_id as "runId", message as what, since, attempt,
       next_attempt_at as "nextAttemptAt", what_to_do as "whatToDo"
     from sync.run_waits where run_id = any(?::uuid[]) order by run_id, updated_at desc`,
    [[...runIds]],
  );
  return new Map(answer.rows.map(({ runId, ...wait }) => [runId, wait]));
}

/** Forgets what a run waited for, once it has ended. */
export async function forgetWaits(knex: Knex, runId: string): Promise<void> {
  await knex.raw('delete from sync.run_waits where run_id = ?', [runId]);
}

function runBindings({ kind, id }: RunRef) {
  return { runId: id, sessionId: kind === 'session' ? id : null, operationId: kind === 'operation' ? id : null };
}
