import type { Knex } from 'knex';
import { HOUSEKEEPING_TASKS, type TaskName, type TaskSettings } from '../../domain/maintenance/housekeeping-tasks';

/** A task whose turn it is. */
export interface DueTask {
  id: number;
  name: TaskName;
  connectionId: string | null;
}

/** A task that asks Zoho is handed on; if nobody begins it, it is due again after so many seconds. */
const HANDED_ON_SECONDS = 60;

/**
 * Brings the rows in line with the tasks that there are: of each one row, or one for every connection. New ones are due
 * at once as a rule. Idempotent.
 */
export async function alignTasks(knex: Knex): Promise<void> {
  const tasks = Object.entries<TaskSettings>(HOUSEKEEPING_TASKS);
  await knex.raw(
    `with wanted as (
       select task.name, connection.id as connection_id, make_interval(secs => task.seconds) as every, task.is_later
       from unnest(:names::text[], :seconds::int[], :asksZoho::boolean[], :isLater::boolean[])
         as task (name, seconds, asks_zoho, is_later)
       left join sync.connections connection on task.asks_zoho
       where not task.asks_zoho or connection.id is not null
     ), gone as (
       delete from sync.housekeeping_tasks task where name <> all(:names::text[])
     ), changed as (
       update sync.housekeeping_tasks task set every = wanted.every, due_at = least(due_at, now() + wanted.every)
       from wanted
       where task.name = wanted.name and task.connection_id is not distinct from wanted.connection_id
         and task.every <> wanted.every
     )
     insert into sync.housekeeping_tasks (name, connection_id, every, due_at)
     select name, connection_id, every, case when is_later then now() + every else now() end from wanted
     where not exists (select from sync.housekeeping_tasks task
       where task.name = wanted.name and task.connection_id is not distinct from wanted.connection_id)
     on conflict do nothing`,
    {
      names: tasks.map(([name]) => name),
      seconds: tasks.map(([, { everySeconds }]) => everySeconds),
      asksZoho: tasks.map(([, { asksZoho }]) => asksZoho),
      isLater: tasks.map(([, { isLater = false }]) => isLater),
    },
  );
}

/**
 * Takes tasks whose turn it is, those that have waited longest first. Their next turn is set before they begin, so one
 * that ends its worker costs its own turn alone. What asks Zoho is taken for connections that can be used.
 * @param besides ids of tasks that are at work here
 */
export async function claimDueTasks(knex: Knex, besides: readonly number[], limit: number): Promise<DueTask[]> {
  const answer = await knex.raw<{ rows: DueTask[] }>(
    `with due as (
       select task.id from sync.housekeeping_tasks task
       where task.due_at <= now() and task.id <> all(:besides::int[])
         and (task.connection_id is null or exists (
           select from sync.connections where id = task.connection_id and status = 'active'))
       order by task.due_at limit :limit for update of task skip locked
     )
     update sync.housekeeping_tasks task set started_at = case when connection_id is null then now() else started_at end,
       due_at = now() + case when connection_id is null then every else make_interval(secs => :handedOn) end
     from due where task.id = due.id
     returning task.id, task.name, task.connection_id as "connectionId"`,
    { besides: [...besides], limit, handedOn: HANDED_ON_SECONDS },
  );
  return answer.rows;
}

/** Sets the next turn of a task of a connection before it begins. @returns its id; undefined if there is none */
export async function beginTask(knex: Knex, name: TaskName, connectionId: string): Promise<number | undefined> {
  const answer = await knex.raw<{ rows: { id: number }[] }>(
    `update sync.housekeeping_tasks set started_at = now(), due_at = now() + every
     where name = ? and connection_id = ? returning id`,
    [name, connectionId],
  );
  return answer.rows[0]?.id;
}

/** Notes the end of a task. @param error null if it went well @param hasMore it is its turn again at once */
export async function endTask(knex: Knex, id: number, error: string | null, hasMore = false): Promise<void> {
  await knex.raw(
    `update sync.housekeeping_tasks set ended_at = now(), last_error = :error,
       due_at = case when :hasMore then now() else due_at end
     where id = :id`,
    { id, error, hasMore },
  );
}

/** Makes it the turn of tasks now, of every connection those that have several. May run in a transaction. */
export async function makeDue(knex: Knex, ...names: TaskName[]): Promise<void> {
  await knex.raw(
    `with due as materialized (
       select id from sync.housekeeping_tasks where name = any(?) order by id for update
     )
     update sync.housekeeping_tasks task set due_at = now() from due where task.id = due.id`,
    [names],
  );
}

/** Whether tasks have waited for their turn as long as that: nobody keeps house. */
export async function hasWaitingTasks(knex: Knex, seconds: number): Promise<boolean> {
  const answer = await knex.raw<{ rows: { waiting: boolean }[] }>(
    `select exists (select from sync.housekeeping_tasks
       where connection_id is null and due_at < now() - make_interval(secs => ?)) as waiting`,
    [seconds],
  );
  return answer.rows[0]?.waiting ?? false;
}
