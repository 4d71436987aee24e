import { setHandler } from '@temporalio/workflow';
import { counted } from '../../domain/counted';
import { progressOf, incompleteness, type ItemProgress } from '../../domain/runs/bulk-operations';
import { readFileNumber } from '../../domain/runs/operator-command';
import { FAILURES } from '../../temporal/contract/failures';
import {
  jobFinishedSignal,
  type BulkOperationInput,
  type BulkOperationResult,
} from '../../temporal/contract/operation-messages';
import type { BulkWritePlan, BulkWriteSubmission } from '../../temporal/contract/results';
import {
  awaitBulkWrite,
  collectBulkWriteResult,
  markFileUnknown,
  submitBulkWriteJob,
  planBulkWrite,
  closeRemainingItems,
  uploadBulkWriteFile,
} from '../activity-proxies';
import { causeOf, isFailure } from '../run/activity-failures';
import type { RunMessages } from '../run/run-messages';
import { runBulkOperation, type OperationRun, type WorkDone } from './operation-run';

/** Uploads of a file before its repeated loss fails the operation. */
const MAX_UPLOADS = 3;
const CALLBACK_REFUSED =
  'Zoho does not take the address of PULSE_PUBLIC_URL for its call at the end, so the jobs are only asked for.';

/**
 * Writes up to 25,000 records, inserts, updates and upserts mixed: Zoho takes one operation of one module a job, so the
 * records are sorted into files, which are written one after another in the order of the request.
 */
export async function bulkWrite(input: BulkOperationInput): Promise<BulkOperationResult> {
  return runBulkOperation(input, 'Bulk write', writeFiles, listenForZoho);
}

/** Zoho's call at the end of a job cuts the time to the next question short. */
function listenForZoho({ steps }: OperationRun, messages: RunMessages): void {
  setHandler(jobFinishedSignal, async (payload) => {
    const file = readFileNumber(payload);
    if (file === undefined) messages.refuse('jobFinished', payload);
    else await messages.signal('jobFinished', payload, async () => steps.hint(file));
  });
}

async function writeFiles(run: OperationRun): Promise<WorkDone> {
  const { steps, recorder, target } = run;
  const plan = await steps.run(() => planBulkWrite(target));
  await recorder.record(
    { phase: 'writing', totalRecords: plan.rows, plan },
    `${counted(plan.rows, 'record goes', 'records go')} to Zoho in ${counted(plan.files.length, 'file')}, for ${counted(plan.credits, 'credit')}.`,
  );
  for (const each of plan.files) await writeFile(run, each, plan.files.length);
  const { counts } = await steps.run(() => closeRemainingItems(target));
  const { successful, failed } = progressOf(counts);
  return {
    message: `Zoho wrote ${successful} of ${counted(plan.rows, 'record')} (${counts.added} added, ${counts.updated} updated) and did not write ${failed}.`,
    incompleteness: incompleteness(counts),
  };
}

async function writeFile(
  run: OperationRun,
  { file, module, action, rows }: BulkWritePlan['files'][number],
  files: number,
): Promise<void> {
  const { steps, recorder } = run;
  const target = { ...run.target, file };
  const what = `File ${file} of ${files}: ${action} ${counted(rows, 'record')} of ${module}`;
  try {
    const submission = await uploadAndSubmit(run, file);
    if (submission?.callbackRefused) recorder.warn(`${what}: ${CALLBACK_REFUSED}`);
    recorder.note({ phase: `waiting for file ${file} of ${files}` }, `${what}: Zoho has the job.`);
    await steps.run(() => awaitBulkWrite(target), file);
    const progress = await steps.run(() => collectBulkWriteResult(target));
    recorder.note(progressPatch(progress), `${what}: done.`);
  } catch (error) {
    if (!isFailure(error, FAILURES.bulkWrite.outcomeUnknown)) throw error;
    await steps.run(() => markFileUnknown(target));
    recorder.warn(`${what}: ${causeOf(error)?.message ?? 'the outcome is unknown.'}`);
  }
}

/** Zoho keeps an uploaded file for a while only: one that was lost meanwhile is uploaded again. */
async function uploadAndSubmit(
  { steps, target: operation }: OperationRun,
  file: number,
): Promise<BulkWriteSubmission | undefined> {
  const target = { ...operation, file };
  for (let upload = 1; ; upload += 1) {
    try {
      await steps.run(() => uploadBulkWriteFile(target));
      return await steps.run(() => submitBulkWriteJob(target));
    } catch (error) {
      if (!isFailure(error, FAILURES.bulkWrite.fileLost) || upload === MAX_UPLOADS) throw error;
    }
  }
}

function progressPatch({ processed, successful, failed }: ItemProgress) {
  return { processedRecords: processed, successfulRecords: successful, failedRecords: failed };
}
