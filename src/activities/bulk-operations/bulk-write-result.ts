import { activityInfo } from '@temporalio/activity';
import { countItems, closePendingItems } from '../../db/bulk-operations/bulk-operation-items';
import { getJob, updateJob, type WriteJobRow } from '../../db/bulk-operations/bulk-write-jobs';
import { counted } from '../../domain/counted';
import { progressOf, type ItemProgress, type ItemStatus } from '../../domain/runs/bulk-operations';
import { isJobOverdue, pollDelayMs } from '../../domain/runs/poll-schedule';
import { FAILURES, pendingFailure, permanentFailure } from '../../temporal/contract/failures';
import { getBulkWriteJob } from '../../zoho/bulk/bulk-write';
import { ZohoError } from '../../zoho/errors/errors';
import type { ActivityDependencies } from '../dependencies';
import { withZoho } from '../with-zoho';
import { readBulkWriteResult, type ResultReading } from './read-bulk-write-result';
import type { BulkWriteFileTarget } from './submit-bulk-write';

const NO_RESULT: ResultReading = { isRead: true, written: 0, unmatched: 0 };

/**
 * Asks once whether Zoho has written a file. While it has not, the attempt fails with the time of the next one, so that
 * waiting costs no history and shows itself in the Temporal UI.
 * @throws bulk_write.pending, bulk_write.outcome_unknown for a job that Zoho does not know (any more)
 */
export async function awaitBulkWrite(deps: ActivityDependencies, target: BulkWriteFileTarget): Promise<void> {
  const { operationId, file } = target;
  const { zohoJobId, details } = await getJob(deps.knex, operationId, 'write', file);
  const jobId = zohoJobId ?? '';
  await withZoho(deps, target, async ({ transport, options }) => {
    const job = await getBulkWriteJob(transport, jobId, options).catch((error: unknown) => {
      if (!(error instanceof ZohoError) || error.category !== 'not_found') throw error;
      throw permanentFailure(FAILURES.bulkWrite.outcomeUnknown, `Zoho does not know the job ${jobId} any more.`, error);
    });
    const of =
      job.files.find(({ name }) => name === details.fileName) ??
      job.files.find(({ failure }) => failure) ??
      job.files[0];
    const counts = of && {
      added: of.addedCount,
      updated: of.updatedCount,
      skipped: of.skippedCount,
      total: of.totalCount,
    };
    const result = { downloadUrl: job.downloadUrl, counts, failureCode: of?.failure?.code };
    await updateJob(deps.knex, operationId, 'write', file, { state: job.state, result });
    if (job.state === 'COMPLETED' || job.state === 'FAILED') return;
    throw pendingFailure(
      FAILURES.bulkWrite.pending,
      `Bulk write job ${jobId} of ${counted(details.rows, 'record')} of ${details.module} is ${job.state}.`,
      pollDelayMs(activityInfo().attempt, Infinity),
      isJobOverdue(Date.now() - activityInfo().scheduledTimestampMs),
    );
  });
}

/**
 * Reads from the result file what became of each row of a file, and keeps it. Rows of which the result says nothing, or
 * nothing certain, are not passed over: in a job that failed they failed, otherwise they are unknown. Idempotent.
 * @returns the figures of the whole operation
 */
export async function collectBulkWriteResult(
  deps: ActivityDependencies,
  target: BulkWriteFileTarget,
): Promise<ItemProgress> {
  const { operationId, file } = target;
  const job = await getJob(deps.knex, operationId, 'write', file);
  const reading = job.downloadUrl === null ? NO_RESULT : await readBulkWriteResult(deps, target, job.downloadUrl, job);
  await closePendingItems(deps.knex, operationId, endOfTheRest(job, reading), file);
  return progressOf(await countItems(deps.knex, operationId));
}

function endOfTheRest(
  { state, failureCode, counts }: WriteJobRow,
  { isRead, written, unmatched }: ResultReading,
): { status: ItemStatus; code: string } {
  const isFailed = state === 'FAILED' || failureCode !== null;
  const counted = counts ? counts.added + counts.updated : 0;
  // What Zoho counts as written beyond the rows that are known may be any of the rest.
  if (isFailed && counted <= written && unmatched === 0) {
    return { status: 'failed', code: failureCode ?? 'JOB_FAILED' };
  }
  if (!isRead) return { status: 'unknown', code: 'RESULT_EXPIRED' };
  return { status: 'unknown', code: unmatched > 0 ? 'RESULT_NOT_MATCHED' : 'NOT_IN_RESULT' };
}
