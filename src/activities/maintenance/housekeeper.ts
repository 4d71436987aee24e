import { setTimeout as sleep } from 'node:timers/promises';
import { cancellationSignal, heartbeat } from '@temporalio/activity';
import { alignTasks, beginTask, claimDueTasks, endTask, type DueTask } from '../../db/maintenance/housekeeping-tasks';
import {
  HOUSEKEEPING_TASKS,
  type AskingTask,
  type QuietTask,
  type TaskOfConnection,
} from '../../domain/maintenance/housekeeping-tasks';
import type { ActivityDependencies } from '../dependencies';
import { toFailure } from '../to-failure';

/** Result of a task: whether it is its turn again at once. */
export interface TaskEnd {
  hasMore: boolean;
}

export type Tasks = Readonly<Record<QuietTask, (now: Date) => Promise<unknown>>>;

/** A task has used up its time; what it has begun goes on until PostgreSQL or the network gives it up. */
class TaskTooSlow extends Error {
  override readonly name = 'TaskTooSlow';

  constructor(ms: number) {
    super(`It did not end within ${ms / 1000} s.`);
  }
}

/** Times of the housekeeper, in milliseconds. */
export interface HousekeeperTimes {
  /** From one look at what is due to the next. */
  lookMs: number;
  /** After which a round ends, so that the history of the workflow stays short. */
  roundMs: number;
  /** That a task may take. */
  taskMs: number;
}

const LOOK_MS = 2_000;
const TIMES: HousekeeperTimes = { lookMs: LOOK_MS, roundMs: 300_000, taskMs: 30_000 };

/** A worker that is stopped is noticed so soon, in milliseconds. */
const NOTICE_MS = 200;
/** Tasks that one worker does at a time. */
const AT_A_TIME = 4;
/** Looks after which new connections are noticed. */
const ALIGN_EVERY = 15;

/**
 * Does the work of the house in one worker: looks what is due, and does it, side by side. A task that hangs is left to
 * itself when its time is over, and holds up no other.
 */
export class Housekeeper {
  readonly #deps: Pick<ActivityDependencies, 'logger'> & { knex: ActivityDependencies['maintenanceKnex'] };
  readonly #tasks: Tasks;
  readonly #isStopping: () => boolean;
  readonly #times: HousekeeperTimes;
  readonly #atWork = new Set<number>();

  /** @param isStopping says whether the worker has been told to end */
  constructor(
    { maintenanceKnex: knex, logger }: Pick<ActivityDependencies, 'maintenanceKnex' | 'logger'>,
    tasks: Tasks,
    isStopping: () => boolean,
    times: Partial<HousekeeperTimes> = {},
  ) {
    this.#deps = { knex, logger };
    this.#tasks = tasks;
    this.#isStopping = isStopping;
    this.#times = { ...TIMES, ...times };
  }

  /**
   * Does what is due for some minutes, or until something is due that asks Zoho.
   * @returns the latter: who called starts it, and lets the house be kept on
   */
  async runDueTasks(): Promise<TaskOfConnection[]> {
    const until = Date.now() + this.#times.roundMs;
    for (let look = 0; Date.now() < until && !this.#mustEnd(); look += 1) {
      heartbeat({ atWork: this.#atWork.size });
      if (look % ALIGN_EVERY === 0) await alignTasks(this.#deps.knex);
      const asking = await this.#beginDue();
      if (asking.length > 0) return asking;
      await this.#pause();
    }
    return [];
  }

  async #beginDue(): Promise<TaskOfConnection[]> {
    const free = AT_A_TIME - this.#atWork.size;
    if (free <= 0) return [];
    const asking: TaskOfConnection[] = [];
    for (const task of await claimDueTasks(this.#deps.knex, [...this.#atWork], free)) {
      const { name, connectionId } = task;
      if (isAsking(name)) {
        if (connectionId !== null) asking.push({ task: name, connectionId });
      } else void this.#run(task, this.#tasks[name]);
    }
    return asking;
  }

  /** Never fails: what went wrong is in the task's row and in the log. */
  async #run({ id, name }: DueTask, work: (now: Date) => Promise<unknown>): Promise<void> {
    this.#atWork.add(id);
    try {
      const end = await within(this.#times.taskMs, work(new Date()));
      await endTask(this.#deps.knex, id, null, hasMore(end));
    } catch (error) {
      this.#deps.logger.warn({ err: error, task: name }, 'A task of the housekeeping failed; its turn comes again.');
      await endTask(this.#deps.knex, id, sentenceOf(error)).catch(() => undefined);
    } finally {
      this.#atWork.delete(id);
    }
  }

  #mustEnd(): boolean {
    return cancellationSignal().aborted || this.#isStopping();
  }

  async #pause(): Promise<void> {
    const until = Date.now() + this.#times.lookMs;
    while (Date.now() < until && !this.#mustEnd()) await sleep(Math.min(NOTICE_MS, this.#times.lookMs));
  }
}

/**
 * Does a task that asks Zoho, of one connection, and notes how it ended. It is not tried again before its next turn.
 * @throws what the task throws
 */
export async function runTaskOfConnection<T>(
  { maintenanceKnex: knex }: Pick<ActivityDependencies, 'maintenanceKnex'>,
  { task, connectionId }: TaskOfConnection,
  work: () => Promise<T>,
): Promise<T> {
  const id = await beginTask(knex, task, connectionId);
  const end = async (error: string | null) => (id === undefined ? undefined : endTask(knex, id, error));
  try {
    const result = await work();
    await end(null);
    return result;
  } catch (error) {
    await end(sentenceOf(error));
    throw error;
  }
}

function isAsking(name: DueTask['name']): name is AskingTask {
  return HOUSEKEEPING_TASKS[name].asksZoho;
}

function hasMore(end: unknown): boolean {
  return typeof end === 'object' && end !== null && 'hasMore' in end && end.hasMore === true;
}

/** The sentence of the failure, which has no value of a record, as the messages of PostgreSQL do. */
function sentenceOf(error: unknown): string {
  return toFailure(error)?.failure.message ?? 'It was cut short.';
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TaskTooSlow(ms)), ms);
  });
  // A failure that comes after its time is over was told of already.
  work.catch(() => undefined);
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
