import type { Knex } from 'knex';
import { alignTasks } from '../../src/db/maintenance/housekeeping-tasks';
import type { TaskName } from '../../src/domain/maintenance/housekeeping-tasks';
import { poll } from './poll';

/** A task that was handed on to nobody is made due again after so long, in milliseconds. */
const AGAIN_MS = 1_000;

interface HousekeptEngine {
  readonly knex: Knex;
  readonly worker: { readonly output: string };
}

/**
 * Lets a worker do a task of the housekeeping now, and waits until it has.
 * @param connectionId of a task that every connection has
 */
export async function housekeep(
  { knex, worker }: HousekeptEngine,
  name: TaskName,
  connectionId?: string,
): Promise<void> {
  // A connection that was just made would be noticed half a minute later.
  await alignTasks(knex);
  const bindings = { name, connectionId: connectionId ?? null };
  const rows = async (sql: string): Promise<{ since: string; error: string | null }[]> =>
    (await knex.raw<{ rows: { since: string; error: string | null }[] }>(sql, bindings)).rows;
  const which = `name = :name and connection_id is not distinct from :connectionId::uuid`;
  const makeDue = () =>
    rows(`update sync.housekeeping_tasks set due_at = now() where ${which} returning now()::text as since`);
  const since = (await makeDue())[0]?.since ?? '';
  let asked = Date.now();
  const ended = await poll(
    async () => {
      const [row] = await rows(
        `select last_error as error from sync.housekeeping_tasks
         where ${which} and started_at >= '${since}' and ended_at >= started_at`,
      );
      if (!row && Date.now() - asked > AGAIN_MS) {
        asked = Date.now();
        await makeDue();
      }
      return row;
    },
    { what: `the task ${name} is done`, pauseMs: 50, timeoutMs: 60_000, explain: async () => worker.output },
  );
  if (ended.error !== null) throw new Error(`The task ${name} failed: ${ended.error}`);
}
