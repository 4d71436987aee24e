import { CancellationScope, condition, isCancellation, setHandler } from '@temporalio/workflow';
import { progressOf, incompleteness, type ItemProgress } from '../../domain/runs/bulk-operations';
import { FAILURES } from '../../temporal/contract/failures';
import {
  jobFinishedSignal,
  type BulkOperationInput,
  type BulkOperationResult,
} from '../../temporal/contract/operation-messages';
import type { BulkWritePlan } from '../../temporal/contract/results';
import {
  awaitBulkWrite,
  collectBulkWriteResult,
  markFileUnknown,
  orderBulkWriteJob,
  planBulkWrite,
  settleOperation,
  uploadBulkWriteFile,
} from '../activity-proxies';
import { causeOf, isFailure } from '../run/activity-failures';
import { runBulkOperation, type OperationRun, type WorkDone } from './operation-run';

/** Uploads of a file before its repeated loss fails the operation. */
const MAX_UPLOADS = 3;

/**
 * Writes up to 25,000 records, inserts, updates and upserts mixed: Zoho takes one operation of one module a job, so the
 * records are sorted into files, which are written one after another in the order of the request.
 */
export async function bulkWrite(input: BulkOperationInput): Promise<BulkOperationResult> {
  const finished = new Set<number>();
  setHandler(jobFinishedSignal, ({ file }) => void finished.add(file));
  return runBulkOperation(input, 'Bulk write', (run) => writeFiles(run, finished));
}

async function writeFiles(run: OperationRun, finished: Set<number>): Promise<WorkDone> {
  const { control, recorder, target } = run;
  const plan = await control.step(() => planBulkWrite(target));
  await recorder.record(
    { phase: 'writing', totalRecords: plan.rows, plan },
    `${plan.rows} records go to Zoho in ${plan.files.length} files, for ${plan.credits} credits.`,
  );
  for (const each of plan.files) await writeFile(run, each, plan.files.length, finished);
  const { counts } = await control.step(() => settleOperation(target));
  const { successful, failed } = progressOf(counts);
  return {
    message: `Zoho wrote ${successful} of ${plan.rows} records (${counts.added} added, ${counts.updated} updated) and did not write ${failed}.`,
    incompleteness: incompleteness(counts),
  };
}

async function writeFile(
  run: OperationRun,
  { file, module, action, rows }: BulkWritePlan['files'][number],
  files: number,
  finished: Set<number>,
): Promise<void> {
  const { control, recorder } = run;
  const target = { ...run.target, file };
  const what = `File ${file} of ${files}: ${action} ${rows} records of ${module}`;
  try {
    await order(run, file);
    recorder.note({ phase: `waiting for file ${file} of ${files}` }, `${what}: Zoho has the job.`);
    await control.step(() => jobEnded(target, finished));
    const progress = await control.step(() => collectBulkWriteResult(target));
    recorder.note(progressPatch(progress), `${what}: done.`);
  } catch (error) {
    if (!isFailure(error, FAILURES.bulkWrite.outcomeUnknown)) throw error;
    await control.step(() => markFileUnknown(target));
    recorder.warn(`${what}: ${causeOf(error)?.message ?? 'the outcome is unknown.'}`);
  }
}

/** Zoho keeps an uploaded file for a while only: one that was lost meanwhile is uploaded again. */
async function order({ control, target: { operationId, connectionId } }: OperationRun, file: number): Promise<void> {
  const target = { operationId, connectionId, file };
  for (let upload = 1; ; upload += 1) {
    try {
      await control.step(() => uploadBulkWriteFile(target));
      await control.step(() => orderBulkWriteJob(target));
      return;
    } catch (error) {
      if (!isFailure(error, FAILURES.bulkWrite.fileLost) || upload === MAX_UPLOADS) throw error;
    }
  }
}

/** Asks for the job again and again; when Zoho says that it has ended, at once. */
async function jobEnded(target: Parameters<typeof awaitBulkWrite>[0], finished: Set<number>): Promise<void> {
  const step = CancellationScope.current();
  for (;;) {
    finished.delete(target.file);
    const asking = new CancellationScope();
    const ended = asking.run(() => awaitBulkWrite(target));
    const notified = CancellationScope.nonCancellable(() => condition(() => finished.has(target.file)));
    const isEnded = await Promise.race([ended.then(() => true), notified.then(() => false)]);
    if (isEnded) return;
    asking.cancel();
    try {
      await ended;
      return;
    } catch (error) {
      if (!isCancellation(error) || step.consideredCancelled) throw error;
    }
  }
}

function progressPatch({ processed, successful, failed }: ItemProgress) {
  return { processedRecords: processed, successfulRecords: successful, failedRecords: failed };
}
