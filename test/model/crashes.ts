import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import pg from 'pg';
import type { Dice } from './dice';
import type { Tally } from './tally';

/** Time after which another attempt is made: long enough for nothing, short enough for many seeds. */
const NEXT_ATTEMPT_MS = 20;
const MAX_CRASHES_OF_AN_ACTIVITY = 2;
const LAST_STATEMENT = 14;
const LAST_DELAY_MS = 250;

/**
 * Ways in which an attempt of an activity dies.
 * - `before`: nothing of it was done.
 * - `after`: all of it was done, and nobody hears of it.
 * - `zombie`: it is given up while it still works, and does so beside the next attempt.
 * - `statement`: the database connection breaks before a statement is sent, or after it was executed.
 */
export const CRASHES = ['before', 'after', 'zombie', 'statement lost', 'answer lost'] as const;
type CrashKind = (typeof CRASHES)[number];

/** A database connection to be cut. */
interface Cut {
  /** Statements that still pass. */
  left: number;
  side: 'statement lost' | 'answer lost';
}

/** Crashes of the activities of one org, by the dice. */
export class CrashPlan {
  /** Share of the attempts that crash. */
  share = 0;
  readonly #dice: Dice;
  readonly #tally: Tally;
  readonly #begun = new Map<string, number>();
  readonly #crashed = new Map<string, number>();
  readonly #zombies = new Set<Promise<unknown>>();

  constructor(dice: Dice, tally: Tally) {
    this.#dice = dice;
    this.#tally = tally;
  }

  async run(activity: string, key: string, work: () => Promise<unknown>): Promise<unknown> {
    const number = (this.#begun.get(activity) ?? 0) + 1;
    this.#begun.set(activity, number);
    const dice = this.#dice.fork(activity).fork(number);
    const crashes = this.#crashed.get(key) ?? 0;
    if (crashes >= MAX_CRASHES_OF_AN_ACTIVITY || !dice.chance(this.share)) return work();
    this.#crashed.set(key, crashes + 1);
    const kind = dice.pick(CRASHES);
    this.#tally.count('crashes', kind);
    this.#tally.count('crashed activities', activity);
    return this.#crash(kind, dice, work);
  }

  async #crash(kind: CrashKind, dice: Dice, work: () => Promise<unknown>): Promise<unknown> {
    switch (kind) {
      case 'before':
        break;
      case 'after':
        await work();
        break;
      case 'zombie':
        this.#keep(sleep(dice.between(0, LAST_DELAY_MS)).then(work));
        break;
      case 'statement lost':
      case 'answer lost':
        return cuts.run({ left: dice.between(0, LAST_STATEMENT), side: kind }, work);
    }
    throw new Error('The worker was killed.');
  }

  #keep(zombie: Promise<unknown>): void {
    const ended = zombie.catch(() => undefined).finally(() => this.#zombies.delete(ended));
    this.#zombies.add(ended);
  }

  /** Waits until no attempt works that was given up. */
  async settled(): Promise<void> {
    await Promise.all(this.#zombies);
  }
}

/** Crash plans by the name of the connection, or the id of a session of its own, which is part of the ids of workflows. */
export const crashPlans = new Map<string, CrashPlan>();

/** Outermost interceptor of a worker: what it throws is all that Temporal hears of an attempt. */
export class CrashInterceptor implements ActivityInboundCallsInterceptor {
  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    const { activityType, activityId, workflowExecution } = activityInfo();
    const { workflowId = '', runId = '' } = workflowExecution ?? {};
    const plan = crashPlans.get(workflowId.split(':')[1] ?? '');
    try {
      return await (plan ? plan.run(activityType, `${runId}/${activityId}`, () => next(input)) : next(input));
    } catch (error) {
      throw withoutPause(error);
    }
  }
}

/** The same failure, of which the next attempt follows at once. */
function withoutPause(error: unknown): unknown {
  if (error instanceof Error && error.message === 'The worker was killed.') {
    return ApplicationFailure.create({
      message: error.message,
      nextRetryDelay: NEXT_ATTEMPT_MS,
      category: ApplicationFailureCategory.BENIGN,
    });
  }
  if (!(error instanceof ApplicationFailure) || error.nonRetryable) return error;
  const { message, type, details } = error;
  return ApplicationFailure.create({
    message,
    nextRetryDelay: NEXT_ATTEMPT_MS,
    category: ApplicationFailureCategory.BENIGN,
    ...(type && { type }),
    ...(details && { details }),
  });
}

const cuts = new AsyncLocalStorage<Cut>();

type Query = (...args: unknown[]) => unknown;

/** Lets connections of this process break in the middle of an attempt. Returns how to end it. */
export function breakConnections(): () => void {
  const original = Reflect.get(pg.Client.prototype, 'query') as Query;
  // No mock of `node:test`: it would keep the rows of every statement of the run.
  const query = function (this: pg.Client, ...args: unknown[]): unknown {
    const cut = cuts.getStore();
    const isStream = typeof (args[0] as { submit?: unknown } | undefined)?.submit === 'function';
    if (!cut || cut.left < 0 || isStream) return original.apply(this, args);
    cut.left -= 1;
    return cut.left >= 0 ? original.apply(this, args) : cutQuery(this, args, original, cut.side);
  };
  Reflect.set(pg.Client.prototype, 'query', query);
  return () => void Reflect.set(pg.Client.prototype, 'query', original);
}

function cutQuery(client: pg.Client, args: unknown[], original: Query, side: Cut['side']): unknown {
  const { stream } = (client as unknown as { connection: { stream: { destroy(): void } } }).connection;
  if (side === 'statement lost') {
    stream.destroy();
    return original.apply(client, args);
  }
  const lost = (): Error => new Error('Connection terminated unexpectedly');
  const callback = args.at(-1);
  if (typeof callback === 'function') {
    const cutShort = (error: unknown): void => {
      stream.destroy();
      Reflect.apply(callback, undefined, [error ?? lost()]);
    };
    return original.apply(client, [...args.slice(0, -1), cutShort]);
  }
  return (original.apply(client, args) as Promise<unknown>).then(() => {
    stream.destroy();
    throw lost();
  });
}
