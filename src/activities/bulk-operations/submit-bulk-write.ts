import { randomBytes } from 'node:crypto';
import type { ZohoCalls } from '../../connection/call';
import { hashOfSecret } from '../../db/access/hash-of-secret';
import { fileRows } from '../../db/bulk-operations/bulk-write-files';
import { getJob, hasRefusedCallback, updateJob, type WriteJobRow } from '../../db/bulk-operations/bulk-write-jobs';
import { counted } from '../../domain/counted';
import type { BulkWriteColumn } from '../../domain/records/bulk-write-columns';
import { FAILURES, pendingFailure, permanentFailure } from '../../temporal/contract/failures';
import type { BulkWriteSubmission } from '../../temporal/contract/results';
import type { OperationTarget } from '../../temporal/contract/targets';
import {
  BULK_WRITE_DATE_FORMAT,
  BULK_WRITE_DATETIME_FORMAT,
  createBulkWriteJob,
  type BulkWriteFieldMapping,
  uploadBulkFile,
} from '../../zoho/bulk/bulk-write';
import { writeBulkFile } from '../../zoho/bulk/bulk-write-file';
import { ZohoError } from '../../zoho/errors/errors';
import { getOrg } from '../../zoho/metadata/org';
import type { ActivityDependencies } from '../dependencies';
import { withZoho } from '../with-zoho';
import { wasRefused } from './was-refused';

/** One file of a bulk write and the job that writes it. */
export interface BulkWriteFileTarget extends OperationTarget {
  /** From 1. */
  file: number;
}

/** Time to wait for Zoho's own call at the end of a job, when only it can tell whether the job exists. */
const UNANSWERED_SUBMISSION_MS = 10 * 60_000;
const ASK_AGAIN_MS = 5_000;

/** Codes with which Zoho does not take the URL for its call: plain HTTP, or a name that it cannot look up. */
const CALLBACK_REFUSALS: ReadonlySet<string> = new Set(['INVALID_CALLBACK_URL', 'INVALID_CALLBACK_METHOD']);

/**
 * Writes a file from the database and uploads it to Zoho. Idempotent: a file that is uploaded is not uploaded again
 * before Zoho has lost it.
 * @throws bulk_write.organization_unnamed
 */
export async function uploadBulkWriteFile(deps: ActivityDependencies, target: BulkWriteFileTarget): Promise<void> {
  const { operationId, file } = target;
  const job = await getJob(deps.knex, operationId, 'write', file);
  if (job.state !== 'PLANNED' && job.state !== 'LOST') return;
  const { module, columns } = job.details;
  const names = columns.map(({ field }) => field);
  const fileName = `${module}-${file}.csv`;
  await deps.spool.withFile(`write-${operationId}-${file}`, (zip) =>
    withZoho(deps, target, async (zoho) => {
      zoho.report({ file, doing: 'writing the file' });
      const rows = fileRows(deps.knex, operationId, file, names);
      const written = await writeBulkFile(zip, { fileName, columns: names, rows });
      zoho.report({ file, doing: 'uploading', bytes: written.bytes });
      const { zgid } = await getOrg(zoho.transport, zoho.options);
      if (zgid === null) {
        const message = 'Zoho does not say the number of the organization, which an upload has to name.';
        throw permanentFailure(FAILURES.bulkWrite.organizationUnnamed, message);
      }
      const { fileId } = await uploadBulkFile(zoho.transport, { file: zip, zgid }, zoho.options);
      await updateJob(deps.knex, operationId, 'write', file, { state: 'UPLOADED', details: { fileId, fileName } });
    }),
  );
}

/**
 * Submits the job that writes an uploaded file. Idempotent by the job's number, which is kept as soon as Zoho names it.
 *
 * A submission whose answer is lost cannot be looked up at Zoho. Where a repeated job does no harm (update, upsert, and
 * insert with a key, which skips what exists) it is submitted again, for another 500 credits; rows that the first one
 * added then count as updated or skipped. Any other insert is not repeated: if Zoho was given a URL to call, its call
 * names the job; otherwise nobody can know.
 *
 * A URL that Zoho does not take for its call is left out: the job is asked for in any case.
 * @returns undefined where nothing needs to be said, which is also what histories of earlier versions hold
 * @throws bulk_write.file_lost (upload it again), bulk_write.outcome_unknown
 */
export async function submitBulkWriteJob(
  deps: ActivityDependencies,
  target: BulkWriteFileTarget,
): Promise<BulkWriteSubmission | undefined> {
  const { operationId, file } = target;
  const job = await getJob(deps.knex, operationId, 'write', file);
  if (job.zohoJobId === null) await submitOnce(deps, target, job);
  const { details } = await getJob(deps.knex, operationId, 'write', file);
  return details.callbackRefused === true ? { callbackRefused: true } : undefined;
}

async function submitOnce(deps: ActivityDependencies, target: BulkWriteFileTarget, job: WriteJobRow): Promise<void> {
  const { operationId, file } = target;
  const takesNoCallback = await hasRefusedCallback(deps.knex, operationId);
  if (job.state === 'ORDERING' && !isRepeatable(job)) throw unanswered(deps, job, takesNoCallback);
  await withZoho(deps, target, async (zoho) => {
    const secret = randomBytes(24).toString('base64url');
    const url = takesNoCallback ? undefined : deps.bulkWriteCallbackUrl(operationId, file, secret);
    try {
      const callback = url === undefined ? undefined : { url, hash: hashOfSecret(secret) };
      await submit(deps, target, zoho, job, callback);
    } catch (error) {
      if (url === undefined || !isCallbackRefusal(error)) throw error;
      await updateJob(deps.knex, operationId, 'write', file, { state: 'UPLOADED', details: { callbackRefused: true } });
      await submit(deps, target, zoho, job, undefined);
    }
  });
}

async function submit(
  { knex }: ActivityDependencies,
  { operationId, file }: BulkWriteFileTarget,
  { transport, options }: ZohoCalls,
  job: WriteJobRow,
  callback: { url: string; hash: Buffer } | undefined,
): Promise<void> {
  await updateJob(knex, operationId, 'write', file, {
    state: 'ORDERING',
    ...(callback && { callbackHash: callback.hash }),
  });
  try {
    // Not cut short by a pause or a cancellation: a submission without its answer cannot be mended.
    const { signal: _signal, ...uncut } = options;
    const { jobId } = await createBulkWriteJob(transport, queryOf(job, callback?.url), uncut);
    await updateJob(knex, operationId, 'write', file, { state: 'ORDERED', zohoJobId: jobId });
  } catch (error) {
    if (!wasRefused(error, 'create_bulk_write_job')) throw error;
    const isLost = error.category === 'not_found';
    await updateJob(knex, operationId, 'write', file, { state: isLost ? 'LOST' : 'UPLOADED' });
    if (!isLost) throw error;
    throw permanentFailure(FAILURES.bulkWrite.fileLost, `Zoho no longer has file ${file}: ${error.message}`, error);
  }
}

function isCallbackRefusal(error: unknown): boolean {
  return error instanceof ZohoError && CALLBACK_REFUSALS.has(error.code);
}

function isRepeatable({ details: { action, findBy } }: WriteJobRow): boolean {
  return action !== 'insert' || findBy !== null;
}

function unanswered(
  deps: ActivityDependencies,
  { file, ageMs, details }: WriteJobRow,
  takesNoCallback: boolean,
): Error {
  const what = `The job to insert ${counted(details.rows, 'record')} into ${details.module} was not answered`;
  const canCallBack = !takesNoCallback && deps.bulkWriteCallbackUrl('', file, '') !== undefined;
  if (canCallBack && ageMs < UNANSWERED_SUBMISSION_MS) {
    return pendingFailure(FAILURES.bulkWrite.pending, `${what}; waiting for Zoho to name the job.`, ASK_AGAIN_MS);
  }
  return permanentFailure(
    FAILURES.bulkWrite.outcomeUnknown,
    `${what}. It is not sent again, since it may have been taken.`,
  );
}

function queryOf({ details }: WriteJobRow, callbackUrl: string | undefined) {
  const { module, action, findBy, ignoreEmpty, columns, fileId = '', fileName = '' } = details;
  return {
    operation: action,
    module,
    fileId,
    fileName,
    findBy: findBy ?? undefined,
    fieldMappings: columns.map(mappingOf),
    ignoreEmpty,
    callbackUrl,
  };
}

function mappingOf({ field, kind }: BulkWriteColumn, index: number): BulkWriteFieldMapping {
  switch (kind) {
    case 'reference':
      return { field, index, findBy: 'id' };
    case 'date':
      return { field, index, format: BULK_WRITE_DATE_FORMAT };
    case 'datetime':
      return { field, index, format: BULK_WRITE_DATETIME_FORMAT };
    case 'text':
      return { field, index };
  }
}
