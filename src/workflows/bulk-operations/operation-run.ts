import { CancellationScope, isCancellation, setHandler, workflowInfo } from '@temporalio/workflow';
import { progressOf, type ItemProgress } from '../../domain/runs/bulk-operations';
import { operationRun } from '../../domain/runs/run';
import { FAILURES, permanentFailure } from '../../temporal/contract/failures';
import {
  operationProgressQuery,
  type BulkOperationInput,
  type BulkOperationResult,
} from '../../temporal/contract/operation-messages';
import type { OperationTarget } from '../../temporal/contract/targets';
import { notifyCaller, settleOperation } from '../activity-proxies';
import { failureOfRun, isFailure } from '../run/activity-failures';
import { RunControl } from '../run/run-control';
import { RunRecorder } from '../run/run-recorder';

/** Dependencies of the work of an operation. */
export interface OperationRun {
  target: OperationTarget;
  control: RunControl;
  recorder: RunRecorder;
}

/** Result of the work of an operation. */
export interface WorkDone {
  message: string;
  /** Why it cannot be called completed. */
  incompleteness?: string | undefined;
  /** Where only Zoho has counted. */
  progress?: ItemProgress;
  /** Shown with the result. */
  details?: object;
}

/**
 * The life of a bulk operation around its work: its row, pause and resume, and an end that leaves no record without an
 * outcome, however it comes.
 */
export async function runBulkOperation(
  input: BulkOperationInput,
  title: string,
  work: (run: OperationRun) => Promise<WorkDone>,
): Promise<BulkOperationResult> {
  const { operationId, connectionId } = input;
  const target: OperationTarget = { operationId, connectionId };
  const recorder = new RunRecorder(operationRun(operationId), `${title} to ${input.modules.join(', ')}`);
  const control = new RunControl(recorder);
  setHandler(operationProgressQuery, () => ({ status: recorder.status, phase: recorder.phase }));
  const { firstExecutionRunId, workflowId } = workflowInfo();
  try {
    const begun = { status: 'in_progress', phase: 'planning', workflowId, firstExecutionRunId } as const;
    await recorder.record(begun, 'Checking the request.');
    const done = await work({ target, control, recorder });
    const result = await end(input, target, recorder, done.incompleteness === undefined ? 'completed' : 'failed', done);
    if (done.incompleteness === undefined) return result;
    throw permanentFailure(FAILURES.bulkOperation.incomplete, done.incompleteness);
  } catch (error) {
    if (isFailure(error, FAILURES.run.ended) || isFailure(error, FAILURES.bulkOperation.incomplete)) throw error;
    if (isCancellation(error)) {
      await end(input, target, recorder, 'cancelled', { message: 'Cancelled.' });
      throw error;
    }
    const failure = failureOfRun(error, 'The operation failed.');
    await end(input, target, recorder, 'failed', { message: failure.message, incompleteness: failure.message });
    throw failure;
  }
}

/** Closes the operation, also while it is being cancelled. */
async function end(
  { notifiesCaller }: BulkOperationInput,
  target: OperationTarget,
  recorder: RunRecorder,
  status: 'completed' | 'failed' | 'cancelled',
  { message, incompleteness, progress, details }: WorkDone,
): Promise<BulkOperationResult> {
  return CancellationScope.nonCancellable(async () => {
    const { counts, runningJobs } = await settleOperation(target);
    const { processed, successful, failed } = progress ?? progressOf(counts);
    const result: BulkOperationResult = { status, counts, runningJobs };
    const text = [message, ...describeRest(counts.cancelled, runningJobs)].join(' ');
    await recorder.record(
      {
        status,
        phase: status,
        processedRecords: processed,
        successfulRecords: successful,
        failedRecords: failed,
        result: { ...result, ...details },
        ...(incompleteness !== undefined && { errorMessage: incompleteness }),
      },
      text,
      status === 'completed' ? 'INFO' : 'WARNING',
    );
    // The caller can still ask: a URL that takes nothing changes nothing about the operation.
    if (notifiesCaller) await notifyCaller(target).catch(() => false);
    return result;
  });
}

function describeRest(notSent: number, runningJobs: readonly string[]): string[] {
  return [
    ...(notSent > 0 ? [`${notSent} records were not sent.`] : []),
    ...(runningJobs.length > 0
      ? [
          `Zoho cannot be stopped and goes on with job ${runningJobs.join(', ')}: what it still writes is not followed here.`,
        ]
      : []),
  ];
}
