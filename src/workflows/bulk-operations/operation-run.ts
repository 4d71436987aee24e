import { CancellationScope, setHandler, workflowInfo } from '@temporalio/workflow';
import { counted } from '../../domain/counted';
import { progressOf, type ItemProgress } from '../../domain/runs/bulk-operations';
import { operationRun } from '../../domain/runs/run';
import { statusOf } from '../../domain/runs/run-holds';
import { FAILURES, permanentFailure } from '../../temporal/contract/failures';
import {
  operationProgressQuery,
  type BulkOperationInput,
  type BulkOperationResult,
} from '../../temporal/contract/operation-messages';
import type { OperationTarget } from '../../temporal/contract/targets';
import { notifyCaller, closeRemainingItems } from '../activity-proxies';
import { isFailure } from '../run/activity-failures';
import { endRun } from '../run/end-run';
import { RunMessages } from '../run/run-messages';
import { RunRecorder } from '../run/run-recorder';
import { RunSteps } from '../run/run-steps';

/** Dependencies of the work of an operation. */
export interface OperationRun {
  target: OperationTarget;
  steps: RunSteps;
  recorder: RunRecorder;
}

/** Result of the work of an operation. */
export interface WorkDone {
  message: string;
  /** Reason why the operation cannot be called completed. */
  incompleteness?: string | undefined;
  /** Zoho's own counts, where it names no single record. */
  progress?: ItemProgress;
  /** Part of the result in the operation's row. */
  details?: Pick<BulkOperationResult, 'view'>;
}

/**
 * Carries out a bulk operation around its work: its row, pause and resume, and an end that leaves no record without an
 * outcome.
 * @param listen sets the handlers of the operation's own messages, before anything is awaited
 */
export async function runBulkOperation(
  input: BulkOperationInput,
  title: string,
  work: (run: OperationRun) => Promise<WorkDone>,
  listen?: (run: OperationRun, messages: RunMessages) => void,
): Promise<BulkOperationResult> {
  const { operationId, connectionId } = input;
  const target: OperationTarget = { operationId, connectionId };
  const recorder = new RunRecorder(operationRun(operationId), `${title} to ${input.modules.join(', ')}`);
  const messages = new RunMessages(operationRun(operationId));
  const steps = new RunSteps(recorder, messages);
  setHandler(operationProgressQuery, () => ({ status: recorder.status, phase: recorder.phase }));
  const run = { target, steps, recorder };
  listen?.(run, messages);
  const end = (status: OperationEnd, done: WorkDone) => recordEnd(input, target, recorder, status, done);
  return endRun(
    async () => {
      await begin(recorder, steps);
      const done = await work(run);
      if (done.incompleteness === undefined) return end('completed', done);
      await end('failed', done);
      throw permanentFailure(FAILURES.bulkOperation.incomplete, done.incompleteness);
    },
    {
      otherwise: 'The operation failed.',
      cancelled: () => end('cancelled', { message: 'Cancelled.' }),
      failed: ({ message }) => end('failed', { message, incompleteness: message }),
      passesThrough: (error) => isFailure(error, FAILURES.bulkOperation.incomplete),
    },
  );
}

async function begin(recorder: RunRecorder, steps: RunSteps): Promise<void> {
  const { firstExecutionRunId, workflowId } = workflowInfo();
  const begun = { ...statusOf(steps.holds), phase: 'planning', workflowId, firstExecutionRunId };
  await recorder.record(begun, 'Checking the request.');
}

type OperationEnd = 'completed' | 'failed' | 'cancelled';

/** Gives every record its outcome before the row ends, and notifies the caller; also while the run is cancelled. */
async function recordEnd(
  { notifiesCaller }: BulkOperationInput,
  target: OperationTarget,
  recorder: RunRecorder,
  status: OperationEnd,
  { message, incompleteness, progress, details }: WorkDone,
): Promise<BulkOperationResult> {
  return CancellationScope.nonCancellable(async () => {
    const { counts, runningJobs } = await closeRemainingItems(target);
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
    // A URL that takes nothing changes nothing about the operation: its caller can still ask for the result.
    if (notifiesCaller) await notifyCaller(target).catch(() => false);
    return result;
  });
}

function describeRest(notSent: number, runningJobs: readonly string[]): string[] {
  return [
    ...(notSent > 0 ? [`${counted(notSent, 'record was', 'records were')} not sent.`] : []),
    ...(runningJobs.length > 0
      ? [
          `Zoho cannot be stopped and goes on with job ${runningJobs.join(', ')}: what it still writes is not followed here.`,
        ]
      : []),
  ];
}
