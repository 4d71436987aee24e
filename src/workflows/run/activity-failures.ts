import { ActivityFailure, ApplicationFailure, rootCause } from '@temporalio/workflow';
import { NumberRangeExceeded } from '../../domain/runs/chunk-numbers';
import { FAILURES, type FailureKind } from '../../temporal/contract/failures';

/** Failure that an activity raised, from what the workflow caught. */
export function causeOf(error: unknown): ApplicationFailure | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure ? cause : undefined;
}

export function isFailure(error: unknown, { type }: FailureKind): boolean {
  return causeOf(error)?.type === type;
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
