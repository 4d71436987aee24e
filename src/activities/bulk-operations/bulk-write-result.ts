import { activityInfo } from '@temporalio/activity';
import {
  countItems,
  saveRowOutcomes,
  closePendingItems,
  type ItemOutcome,
} from '../../db/bulk-operations/bulk-operation-items';
import { getJob, updateJob, type WriteJobRow } from '../../db/bulk-operations/bulk-write-jobs';
import { progressOf, type ItemProgress, type ItemStatus } from '../../domain/runs/bulk-operations';
import { largestExport } from '../../domain/runs/export-pages';
import { isJobOverdue, pollDelayMs } from '../../domain/runs/poll-schedule';
import { FAILURES, pendingFailure, permanentFailure } from '../../temporal/contract/failures';
import { downloadBulkWriteResult, getBulkWriteJob } from '../../zoho/bulk/bulk-write';
import { parseBulkWriteResult, type BulkWriteRow, type BulkWriteRowStatus } from '../../zoho/bulk/bulk-write-result';
import { ZohoError } from '../../zoho/errors/errors';
import type { ActivityDependencies } from '../dependencies';
import { withZoho } from '../with-zoho';
import type { BulkWriteFileTarget } from './submit-bulk-write';

/** Outcomes that one statement writes. */
const ROWS_PER_STATEMENT = 1_000;

const STATUSES: Readonly<Record<BulkWriteRowStatus, ItemStatus>> = {
  ADDED: 'added',
  UPDATED: 'updated',
  SKIPPED: 'skipped',
  UNPROCESSED: 'unprocessed',
};

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
    const [of] = job.files;
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
      `Bulk write job ${jobId} of ${details.rows} records of ${details.module} is ${job.state}.`,
      pollDelayMs(activityInfo().attempt, Infinity),
      isJobOverdue(Date.now() - activityInfo().scheduledTimestampMs),
    );
  });
}

/**
 * Reads from the result file what became of each row of a file, and keeps it. Rows that the result does not name are
 * not passed over: in a job that failed they failed, otherwise they are unknown. Idempotent.
 * @returns the figures of the whole operation
 */
export async function collectBulkWriteResult(
  deps: ActivityDependencies,
  target: BulkWriteFileTarget,
): Promise<ItemProgress> {
  const { operationId, file } = target;
  const job = await getJob(deps.knex, operationId, 'write', file);
  const isRead = job.downloadUrl === null ? true : await readResult(deps, target, job.downloadUrl, job.details.rows);
  await closePendingItems(deps.knex, operationId, endOfTheRest(job, isRead), file);
  return progressOf(await countItems(deps.knex, operationId));
}

/** @returns false if Zoho no longer has the file: it keeps one for seven days */
async function readResult(
  deps: ActivityDependencies,
  target: BulkWriteFileTarget,
  url: string,
  sentRows: number,
): Promise<boolean> {
  const largest = largestExport(sentRows);
  const { operationId, file } = target;
  try {
    return await deps.spool.withFile(`written-${operationId}-${file}`, (zip) =>
      withZoho(deps, target, async (zoho) => {
        zoho.report({ file, doing: 'downloading the result' });
        await downloadBulkWriteResult(zoho.transport, url, zip, { ...zoho.options, largest });
        let rows = 0;
        for await (const batch of batchesOf(parseBulkWriteResult(zip, largest), ROWS_PER_STATEMENT)) {
          zoho.signal.throwIfAborted();
          await saveRowOutcomes(deps.knex, operationId, file, batch.map(outcomeOf));
          rows += batch.length;
          zoho.report({ file, doing: 'reading the result', rows });
        }
        return true;
      }),
    );
  } catch (error) {
    if (error instanceof ZohoError && error.category === 'not_found') return false;
    throw error;
  }
}

function outcomeOf({ rowNumber, status, recordId, errors }: BulkWriteRow): ItemOutcome & { rowNumber: number } {
  return {
    rowNumber,
    status: STATUSES[status],
    recordId,
    errors: errors.map(({ code, fields }) => ({ code, fields })),
  };
}

function endOfTheRest({ state, failureCode }: WriteJobRow, isRead: boolean): { status: ItemStatus; code: string } {
  if (state === 'FAILED' || failureCode !== null) return { status: 'failed', code: failureCode ?? 'JOB_FAILED' };
  return { status: 'unknown', code: isRead ? 'NOT_IN_RESULT' : 'RESULT_EXPIRED' };
}

async function* batchesOf<T>(rows: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
