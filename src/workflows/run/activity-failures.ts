import { RetryState, TimeoutType } from '@temporalio/common';
import { ActivityFailure, ApplicationFailure, isCancellation, rootCause, TimeoutFailure } from '@temporalio/workflow';
import { NumberRangeExceeded } from '../../domain/runs/chunk-numbers';
import type { AttemptEnd } from '../../domain/runs/step-states';
import type { FailureKind } from '../../temporal/contract/failure-kind';
import { FAILURES } from '../../temporal/contract/failures';

/** Failure that an activity raised, from what the workflow caught. */
export function causeOf(error: unknown): ApplicationFailure | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure ? cause : undefined;
}

export function isFailure(error: unknown, { type }: FailureKind): boolean {
  return causeOf(error)?.type === type;
}

/** Zoho's codes for a name that no module has. */
const UNKNOWN_MODULE: ReadonlySet<unknown> = new Set(['INVALID_MODULE', 'NO_MODULE']);

/** Whether Zoho was asked for a module by a name that it does not know. */
export function isUnknownModule(error: unknown): boolean {
  const [about] = (causeOf(error)?.details ?? []) as ({ code?: unknown } | undefined)[];
  return UNKNOWN_MODULE.has(about?.code);
}

/**
 * Failure with which a run ends: of the type that an activity or the run's own code raised, so that a search for the
 * type finds the run.
 * @param otherwise message where the cause has none
 */
export function failureOfRun(error: unknown, otherwise: string): ApplicationFailure {
  return ApplicationFailure.create({
    message: rootCause(error) ?? otherwise,
    type: typeOf(error),
    nonRetryable: true,
  });
}

function typeOf(error: unknown): string {
  if (error instanceof NumberRangeExceeded) return FAILURES.chunks.rangeExceeded.type;
  return causeOf(error)?.type ?? FAILURES.run.unknown.type;
}

/**
 * Way in which a failed attempt of a step ended. Temporal makes no further attempt of an activity that it has asked to
 * stop, so a failure that would have been tried again, such as "not ready yet", is then no more than its end.
 */
export function howAttemptEnded(error: unknown): AttemptEnd {
  if (isCancellation(error)) return 'cut_short';
  const isLast = !(error instanceof ActivityFailure) || error.retryState !== RetryState.CANCEL_REQUESTED;
  return isLast || isPermanent(error.cause) ? 'failure' : 'cut_short';
}

function isPermanent(cause: Error | undefined): boolean {
  if (cause instanceof TimeoutFailure) return cause.timeoutType === TimeoutType.SCHEDULE_TO_CLOSE;
  return cause instanceof ApplicationFailure && cause.nonRetryable === true;
}
