import { setTimeout as sleep } from 'node:timers/promises';
import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import type { FailedAttempt } from '../db/runs/waits';
import { isExhausted, RETRY_RULES } from '../domain/retry-rules';
import { operationRun, sessionRun, type RunRef } from '../domain/runs/run';
import type { Logger } from '../logger';
import { isOverdue } from '../temporal/contract/failures';
import { toFailure, type Classified } from './to-failure';

/** Pauses that follow from the number of the attempt alone, in milliseconds. */
const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 20_000;
/** The same where workers were refused together. */
const FIRST_BACKOFF_MS = 2_000;
const MAX_BACKOFF_MS = 60_000;
/** Time that the books of failed attempts get: they may be in the database that is away. */
const BOOKS_TIMEOUT_MS = 2_000;

/** Books of the failed attempts of runs. */
export interface AttemptBooks {
  record(failed: FailedAttempt): Promise<{ failures: number; sinceMs: number }>;
  forget(run: RunRef, activityId: string, isSettled: boolean): Promise<void>;
}

/**
 * The one place where a failure becomes Temporal's: its type says what happened, its rule whether to try again and for
 * how long, and the run's log what is waited for. The sequence of commands of workflows is not concerned.
 */
export class FailureInterceptor implements ActivityInboundCallsInterceptor {
  readonly #logger: Logger;
  readonly #books: AttemptBooks;

  constructor(logger: Logger, books: AttemptBooks) {
    this.#logger = logger;
    this.#books = books;
  }

  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    const run = runOf(input.args[0]);
    try {
      const result = await next(input);
      await this.#forget(run, true);
      return result;
    } catch (error) {
      // Whatever a cancelled attempt stumbled over (a closed stream, an aborted statement), it was cancelled.
      const isCancelled = cancellationSignal().aborted;
      const classified = isCancelled ? undefined : toFailure(error);
      if (!classified) {
        await this.#forget(run, false);
        throw isCancelled ? cancellationSignal().reason : error;
      }
      this.#log(classified.failure, error);
      throw await this.#limited(run, classified);
    }
  }

  #log(failure: ApplicationFailure, error: unknown): void {
    if (failure.category === ApplicationFailureCategory.BENIGN) return;
    const { activityType, attempt, workflowExecution } = activityInfo();
    this.#logger.warn(
      { activityType, attempt, workflowId: workflowExecution?.workflowId, type: failure.type, err: error },
      failure.message,
    );
  }

  /** The failure with the time of the next attempt, or as the last one where its rule is exhausted. */
  async #limited(run: RunRef | undefined, classified: Classified): Promise<ApplicationFailure> {
    const { failure, retry } = classified;
    if (failure.nonRetryable) {
      await this.#forget(run, false);
      return failure;
    }
    const delay = Number(failure.nextRetryDelay ?? pauseMs(failure));
    const counted = await this.#record(run, classified, delay);
    if (!counted || !isExhausted(retry, counted.failures, counted.sinceMs)) return withDelay(failure, delay);
    await this.#forget(run, false);
    return ApplicationFailure.create({
      ...(failure.type && { type: failure.type }),
      message: `${failure.message} Given up after ${counted.failures} attempts${describeTime(counted.sinceMs)}.${adviceMissingIn(classified)}`,
      nonRetryable: true,
      ...(failure.details && { details: failure.details }),
    });
  }

  /** @returns undefined when nothing can be counted now; then the attempt does not count either */
  async #record(run: RunRef | undefined, { failure, retry, whatToDo }: Classified, delay: number) {
    const { activityId, activityType, attempt, scheduledTimestampMs } = activityInfo();
    // Maintenance belongs to no run and comes again by itself.
    if (!run) return { failures: attempt, sinceMs: Date.now() - scheduledTimestampMs };
    const failed: FailedAttempt = {
      run,
      activityId,
      activityType,
      failureType: failure.type ?? '',
      message: failure.message,
      whatToDo,
      attempt,
      nextAttemptAt: new Date(Date.now() + delay),
      isWait: 'isWait' in RETRY_RULES[retry],
      isOverdue: isOverdue(failure),
    };
    return this.#unlessSlow(this.#books.record(failed));
  }

  async #forget(run: RunRef | undefined, isSettled: boolean): Promise<void> {
    const { activityId, attempt } = activityInfo();
    if (!run || attempt === 1) return;
    await this.#unlessSlow(this.#books.forget(run, activityId, isSettled));
  }

  async #unlessSlow<T>(books: Promise<T>): Promise<T | undefined> {
    const answered = books.catch((error: unknown) => {
      this.#logger.debug({ err: error }, 'The books of failed attempts could not be kept.');
      return undefined;
    });
    return Promise.race([answered, sleep(BOOKS_TIMEOUT_MS, undefined, { ref: false })]);
  }
}

/** The run that an activity works for, as its first argument names it. */
function runOf(request: unknown): RunRef | undefined {
  if (typeof request !== 'object' || request === null) return undefined;
  const { run, sessionId, operationId } = request as { run?: RunRef; sessionId?: string; operationId?: string };
  if (run) return run;
  if (operationId !== undefined) return operationRun(operationId);
  return sessionId === undefined ? undefined : sessionRun(sessionId);
}

function withDelay(failure: ApplicationFailure, nextRetryDelay: number): ApplicationFailure {
  if (failure.nextRetryDelay !== undefined && failure.nextRetryDelay !== null) return failure;
  const { type, message, category, details } = failure;
  return ApplicationFailure.create({
    message,
    nextRetryDelay,
    ...(type && { type }),
    ...(details && { details }),
    ...(category && { category }),
  });
}

/** Exponential; with jitter where workers were refused together, so that they do not come back together. */
function pauseMs(failure: ApplicationFailure): number {
  const { attempt } = activityInfo();
  if (failure.category !== ApplicationFailureCategory.BENIGN) {
    return Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
  }
  const ceiling = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1));
  return Math.round(ceiling / 2 + (Math.random() * ceiling) / 2);
}

function describeTime(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return '';
  return minutes < 120 ? ` in ${minutes} minutes` : ` in ${Math.round(minutes / 60)} hours`;
}

function adviceMissingIn({ failure, whatToDo }: Classified): string {
  return failure.message.includes(whatToDo) ? '' : ` ${whatToDo}`;
}
