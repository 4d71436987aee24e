import { activityInfo } from '@temporalio/activity';
import { LineTooLong } from '../../db/mirror/copy/csv-to-binary';
import { loadChunk } from '../../db/mirror/load/load-chunk';
import { ResultFileBroken } from '../../db/mirror/load/result-file';
import { markNotBulkReadable } from '../../db/mirror/module-fields';
import { toDatabaseError } from '../../db/postgres/pg-errors';
import {
  findBulkReadJob,
  saveSubmittedBulkRead,
  updateBulkReadJob,
  type BulkReadJobRow,
} from '../../db/sessions/bulk-read-jobs';
import { findLoadedChunk, type ChunkResult } from '../../db/sessions/chunks';
import { MODIFIED_TIME_FIELD, notExported } from '../../domain/mirror/mirror-field';
import { exportColumns } from '../../domain/planning/export-columns';
import { expectedBulkJobMs } from '../../domain/planning/read-methods';
import { chunkOfJob } from '../../domain/runs/chunk-numbers';
import { isJobOverdue, pollDelayMs } from '../../domain/runs/poll-schedule';
import type { ComparisonRequest } from '../../temporal/contract/comparison';
import { FAILURES, pendingFailure, permanentFailure } from '../../temporal/contract/failures';
import type { SyncTarget } from '../../temporal/contract/targets';
import { createBulkReadJob, getBulkReadJob } from '../../zoho/bulk/bulk-read';
import type { BulkReadCriteria } from '../../zoho/bulk/bulk-read-criteria';
import { ZohoError } from '../../zoho/errors/errors';
import type { ActivityDependencies } from '../dependencies';
import { withZoho, type ZohoWork } from '../with-zoho';
import { comparisonTerms } from './comparison/comparison-terms';
import { exportedRows } from './exported-rows';
import { loadMirror, partialReadOf } from './load-mirror';

export interface BulkPageRequest extends SyncTarget {
  /** Rows the page is expected to have: how long its export will take. */
  expectedRows: number;
  /** The session's own number of the page: each round of reading has its own numbers. */
  job: number;
  /** Zoho's page: 200,000 rows each. */
  page: number;
  /** See `FullSyncPlan`; absent from histories of earlier versions. */
  notExported?: string[];
  /** Zoho's time; only records that were modified then or later are exported. ISO 8601, whole seconds. */
  changesSince?: string;
  /** Expected duration of the export from now, as the one before took; a rule of thumb without it. */
  expectedMs?: number;
}

/** Downloads of a file that cannot be read before its job is submitted anew. */
const MAX_DOWNLOADS = 3;
/** Submissions of a page's job before a file that cannot be read fails the sync. */
const MAX_UNREADABLE_FILES = 2;

/** State of a job that has to be submitted again. */
const LOST = 'LOST';

/**
 * Submits the job that exports one page. Idempotent: a job that is known is not submitted again. (One whose answer is
 * lost is made twice; Zoho has no way to look jobs up, and the second costs credits, not correctness.) Fields that Zoho
 * refuses are taken out one after the other, as it names them, until it takes the rest.
 * @throws bulk_read.field_refused when some field of the plan cannot be exported by now, whichever attempt or page has
 *   learned that: the job is submitted, and the workflow plans again
 */
export async function submitBulkRead(deps: ActivityDependencies, request: BulkPageRequest): Promise<void> {
  const existing = await findBulkReadJob(deps.knex, request.sessionId, request.job);
  const isSubmitted = existing !== undefined && existing.state !== LOST;
  const { names, cause } = isSubmitted ? NO_REFUSALS : await submitWithoutRefused(deps, request);
  const refused = request.notExported ? await refusedSince(deps, request, request.notExported) : names;
  if (refused.length > 0) throw fieldsRefused(request, refused, cause);
}

/** Refusals of fields that an attempt has met. */
interface Refusals {
  names: readonly string[];
  cause?: Error | undefined;
}

const NO_REFUSALS: Refusals = { names: [] };

/** The fields that are not exported now, but were when the plan was made. */
async function refusedSince(
  deps: ActivityDependencies,
  request: SyncTarget,
  planned: readonly string[],
): Promise<string[]> {
  return notExported((await loadMirror(deps, request)).fields).filter((name) => !planned.includes(name));
}

async function submitWithoutRefused(deps: ActivityDependencies, request: BulkPageRequest): Promise<Refusals> {
  const names: string[] = [];
  let cause: Error | undefined;
  return withZoho(deps, request, async (zoho) => {
    for (;;) {
      try {
        await submitJob(deps, zoho, request);
        return { names, cause };
      } catch (error) {
        if (!(error instanceof ZohoError) || error.fieldName === undefined) throw error;
        if (!(await leaveOut(deps, request, error.fieldName))) throw error;
        names.push(error.fieldName);
        cause = error;
      }
    }
  });
}

async function submitJob(
  deps: ActivityDependencies,
  { transport, options }: ZohoWork,
  request: BulkPageRequest,
): Promise<void> {
  const { changesSince, connectionId, sessionId, module, page, job: number } = request;
  const { columns } = exportColumns((await loadMirror(deps, request)).fields);
  const query = { module, fields: columns, page, ...(changesSince !== undefined && { criteria: since(changesSince) }) };
  const job = await createBulkReadJob(transport, query, options);
  await saveSubmittedBulkRead(deps.knex, {
    connectionId,
    sessionId,
    page: number,
    zohoJobId: job.jobId,
    state: job.state,
    orderedAt: job.serverTime.toISOString(),
  });
}

function since(time: string): BulkReadCriteria {
  return { field: MODIFIED_TIME_FIELD, comparator: 'greater_equal', value: time };
}

/**
 * Takes a field, or the name of what it points to, out of later exports.
 * @returns false if it is out already
 */
async function leaveOut(deps: ActivityDependencies, request: SyncTarget, name: string): Promise<boolean> {
  const [field = name, joined] = name.split('.');
  const { key } = await loadMirror(deps, request);
  return markNotBulkReadable(deps.knex, request.connectionId, key, field, joined === undefined ? 'field' : 'name');
}

function fieldsRefused({ module }: SyncTarget, names: readonly string[], cause?: Error): Error {
  const message = `Bulk read of ${module} refuses ${names.length > 1 ? 'the fields' : 'the field'} ${names.join(', ')}.`;
  return permanentFailure(FAILURES.bulkRead.fieldRefused, message, cause);
}

export interface BulkPageReady {
  rows: number;
  moreRecords: boolean;
}

/**
 * Asks once whether a page is ready. While it is not, the attempt fails with the time of the next one, so that waiting
 * costs no history and shows itself in the Temporal UI.
 * @throws ZohoError `endless_list` when pages come again and again, or stay empty
 * @throws bulk_read.pending, bulk_read.lost (submit it again), bulk_read.field_refused (plan again)
 */
export async function awaitBulkRead(deps: ActivityDependencies, request: BulkPageRequest): Promise<BulkPageReady> {
  const row = await submittedJob(deps, request);
  return withZoho(deps, request, async ({ transport, options }) => {
    const job = await getBulkReadJob(transport, row.zohoJobId, options).catch(async (error: unknown) => {
      if (error instanceof ZohoError && error.category === 'not_found')
        throw await loseJob(deps, request, 'is unknown');
      throw error;
    });
    await updateBulkReadJob(deps.knex, request.sessionId, request.job, job.state, job.result ?? null);
    if (job.result?.moreRecords) await assertProgress(deps, request, job.result.count);
    if (job.result) return { rows: job.result.count, moreRecords: job.result.moreRecords };
    if (job.failure) {
      const { code, fieldName } = job.failure;
      const lost = await loseJob(deps, request, `failed with ${code}`);
      // The job may have been submitted before this was known of the field.
      const isNews = fieldName !== undefined && (await leaveOut(deps, request, fieldName));
      throw isNews ? fieldsRefused(request, [fieldName], lost) : lost;
    }
    const { attempt, scheduledTimestampMs } = activityInfo();
    const expectedMs = request.expectedMs ?? expectedBulkJobMs(request.expectedRows);
    const elapsedMs = Date.now() - scheduledTimestampMs;
    const wait = pollDelayMs(attempt, expectedMs - elapsedMs);
    throw pendingFailure(
      FAILURES.bulkRead.pending,
      `Bulk read job ${row.zohoJobId} of ${request.module}, page ${request.page}, is ${job.state}.`,
      wait,
      isJobOverdue(elapsedMs, expectedMs),
    );
  });
}

/** Whether there are more pages is Zoho's word alone, and each costs 50 credits: so they have to bring other rows. */
async function assertProgress(deps: ActivityDependencies, request: BulkPageRequest, rows: number): Promise<void> {
  const { sessionId, job, module, page } = request;
  const chunkOf = (back: number) =>
    findLoadedChunk(deps.knex, { sessionId, chunkNumber: chunkOfJob(job, page) - back });
  const [one, other] = page > 2 ? await Promise.all([chunkOf(1), chunkOf(2)]) : [];
  const isRepeated =
    typeof one?.minId === 'string' &&
    one.minId === other?.minId &&
    one.maxId === other.maxId &&
    one.read === other.read;
  if (rows > 0 && !isRepeated) return;
  const reason = `page ${page} of the export ${rows > 0 ? 'follows two with the same rows' : 'has no rows'}, and Zoho says that there are more`;
  const label = { operation: 'get_bulk_read_job', module };
  throw new ZohoError({ ...label, category: 'endless_list', code: 'PAGES_WITHOUT_END', reason });
}

async function submittedJob(deps: ActivityDependencies, request: BulkPageRequest): Promise<BulkReadJobRow> {
  const row = await findBulkReadJob(deps.knex, request.sessionId, request.job);
  if (!row || row.state === LOST) {
    throw permanentFailure(FAILURES.bulkRead.lost, `Page ${request.page} of ${request.module} has no export job.`);
  }
  return row;
}

async function loseJob(deps: ActivityDependencies, request: BulkPageRequest, how: string): Promise<Error> {
  await updateBulkReadJob(deps.knex, request.sessionId, request.job, LOST);
  return permanentFailure(
    FAILURES.bulkRead.lost,
    `The bulk read job of ${request.module}, page ${request.page}, ${how}.`,
  );
}

/** True if the file itself is at fault: downloading it again may help once, and then no more. */
function isContentFailure(error: unknown): error is Error {
  const kind = toDatabaseError(error)?.kind;
  return isUnreadable(error) || kind === 'malformed_rows' || kind === 'invalid_value';
}

function isUnreadable(error: unknown): error is Error {
  const isTooLarge = error instanceof ZohoError && error.code === 'ANSWER_TOO_LARGE';
  return isTooLarge || error instanceof ResultFileBroken || error instanceof LineTooLong;
}

/** Failure of a file that cannot be read: it asks for another download, then for another job, then it is the last. */
async function unreadableFile(
  deps: ActivityDependencies,
  request: BulkPageRequest,
  row: BulkReadJobRow,
  error: Error,
): Promise<Error> {
  if (activityInfo().attempt < MAX_DOWNLOADS) return error;
  const reason = isUnreadable(error) ? error.message : 'its rows do not have the columns of its header.';
  if (row.orders < MAX_UNREADABLE_FILES) return loseJob(deps, request, `has a file that cannot be read: ${reason}`);
  return permanentFailure(
    FAILURES.content.fileNotReadable,
    `The exported page ${request.page} of ${request.module} cannot be read, of ${row.orders} jobs: ${reason} ${FAILURES.content.fileNotReadable.whatToDo}`,
  );
}

export interface LoadBulkPageRequest extends BulkPageRequest {
  chunkNumber: number;
  /** Compare the values of every row; those of changed ones only without it. */
  compareValues?: boolean;
  /** Set while the module is compared with its mirror. */
  comparison?: ComparisonRequest;
  keepSeenIds: boolean;
  trackRecords: boolean;
  /** The mirror was empty when the session began. */
  firstLoad?: boolean;
}

/**
 * Downloads a page's file and loads it as one chunk. The file is spooled first: the transaction never waits for the
 * network, and a file that was cut off is found before it touches the mirror. Idempotent by chunk.
 * @throws bulk_read.lost when the file is gone, or cannot be read for the first time; content.file_not_readable
 */
export async function loadBulkPage(deps: ActivityDependencies, request: LoadBulkPageRequest): Promise<ChunkResult> {
  const loaded = await findLoadedChunk(deps.knex, request);
  if (loaded) return loaded;
  const row = await submittedJob(deps, request);
  const mirror = await loadMirror(deps, request);
  const startedAt = new Date();
  try {
    return await deps.spool.withFile(`${request.sessionId}-${request.job}`, (file) =>
      withZoho(deps, request, async (zoho) => {
        zoho.report({ page: request.page, doing: 'downloading' });
        const { source, bytes } = await exportedRows(mirror, row, file, zoho);
        zoho.report({ page: request.page, doing: 'loading', bytes });
        return loadChunk(deps.knex, mirror, { ...request, kind: 'bulk' }, source, {
          asOf: new Date(row.orderedAt),
          compareValues: request.compareValues ?? false,
          partialRead: partialReadOf(mirror, 'bulk'),
          comparison: request.comparison && comparisonTerms(request.comparison),
          trackRecords: request.trackRecords,
          keepSeenIds: request.keepSeenIds,
          firstLoad: request.firstLoad,
          bytes,
          startedAt,
        });
      }),
    );
  } catch (error) {
    if (error instanceof ZohoError && error.category === 'not_found')
      throw await loseJob(deps, request, 'has no file any more');
    if (isContentFailure(error)) throw await unreadableFile(deps, request, row, error);
    throw error;
  }
}
