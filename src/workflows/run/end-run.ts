import { CancellationScope, isCancellation, type ApplicationFailure } from '@temporalio/workflow';
import { FAILURES } from '../../temporal/contract/failures';
import { failureOfRun, isFailure } from './activity-failures';

/** Ways in which a run ends other than by its result. */
export interface RunEndings {
  /** Message of a failure that has none. */
  otherwise: string;
  /** Records that the run was cancelled. */
  cancelled: () => Promise<unknown>;
  /** Records that the run failed. */
  failed: (failure: ApplicationFailure) => Promise<unknown>;
  /** Whether an error needs no ending here: it has recorded one, or the run goes on elsewhere. */
  passesThrough: (error: unknown) => boolean;
}

/**
 * Result of the work of a run whose row ends as its workflow does. A run that somebody else has closed stays as it is.
 * @throws ApplicationFailure with the type of what went wrong; the cancellation of the workflow, and errors that pass through, as they are
 */
export async function endRun<T>(
  work: () => Promise<T>,
  { otherwise, cancelled, failed, passesThrough }: RunEndings,
): Promise<T> {
  const workflow = CancellationScope.current();
  try {
    return await work();
  } catch (error) {
    if (isFailure(error, FAILURES.run.ended) || passesThrough(error)) throw error;
    if (isCancellation(error) && workflow.consideredCancelled) {
      await cancelled();
      throw error;
    }
    const failure = failureOfRun(error, otherwise);
    await failed(failure);
    throw failure;
  }
}
