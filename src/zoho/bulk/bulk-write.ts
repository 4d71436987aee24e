import { stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { hasBulkWrite, LIMITS } from '../../domain/zoho-limits';
import { classifyEnvelope } from '../errors/classify-error';
import { type CallLabel, type ErrorCategory, requestBug } from '../errors/errors';
import { count, decode, optionalText } from '../http/decode';
import { MultipartFile } from '../http/multipart-file';
import { checkCount } from '../http/request-limits';
import type { CallOptions, DownloadOptions, ZohoTransport } from '../http/transport';

const PLAIN_NAME = /^[\w.-]{1,100}$/;

const Uploaded = z.object({
  details: z.object({
    file_id: z.union([z.string(), z.number().refine(Number.isSafeInteger).transform(String)]),
    created_time: optionalText,
  }),
});
/**
 * Uploads the zipped CSV of a bulk write to Zoho's host for content (Zoho's documentation: Bulk Write, Upload).
 *
 * @param upload.file made by `writeBulkFile`: one CSV of at most 25,000 rows, 25 MB zipped. Streamed, not held in
 *   memory.
 * @param upload.zgid the organization's number, from `getOrg`.
 * @throws ZohoError `request_bug` before the call for a file that is too large; the categories of every call. Errors of
 *   the disk pass through.
 */
export async function uploadBulkFile(
  transport: ZohoTransport,
  upload: { file: string; zgid: string },
  options?: CallOptions,
): Promise<{ fileId: string; createdTime: string | null }> {
  const label = { operation: 'upload_bulk_file' } as const;
  const { size: bytes } = await stat(upload.file);
  if (bytes > LIMITS.bulkWrite.zipBytes) {
    throw requestBug(label, `the file has ${bytes} bytes, and Zoho takes ${LIMITS.bulkWrite.zipBytes}`);
  }
  const given = path.basename(upload.file);
  const fileName = PLAIN_NAME.test(given) ? given : 'upload.zip';
  const request = {
    ...label,
    host: 'content',
    path: '/crm/v8/upload',
    headers: { feature: 'bulk-write', 'x-crm-org': upload.zgid },
    body: new MultipartFile(upload.file, { name: 'file', fileName, contentType: 'application/zip', bytes }),
  } as const;
  return transport.json(request, options, (value, { status }) => {
    const { details } = decode(Uploaded, value, label, status);
    return { fileId: details.file_id, createdTime: details.created_time };
  });
}

export type BulkWriteOperation = 'insert' | 'update' | 'upsert';

/** `COMPLETED` and `FAILED` are final; `COMPLETED` says nothing about single rows. */
export const BULK_WRITE_STATES = ['ADDED', 'IN PROGRESS', 'COMPLETED', 'FAILED'] as const;
export type BulkWriteState = (typeof BULK_WRITE_STATES)[number];

/** Zoho's sources disagree about what a file's times look like by default: name the format in every mapping of one. */
export const BULK_WRITE_DATE_FORMAT = 'yyyy-MM-dd';
export const BULK_WRITE_DATETIME_FORMAT = "yyyy-MM-dd'T'HH:mm:ssXXX";

export interface BulkWriteFieldMapping {
  /** API name. */
  field: string;
  /** Column of the file, from 0; left out if every row gets the default value. */
  index?: number | undefined;
  /** For lookups: the field of the other record by which it is found, `id` or a unique field. */
  findBy?: string | undefined;
  /** For dates and times: `BULK_WRITE_DATE_FORMAT`, `BULK_WRITE_DATETIME_FORMAT`. */
  format?: string | undefined;
  /** For rows with an empty cell, or for all rows where there is no column. */
  defaultValue?: string | undefined;
}

export interface BulkWriteJobQuery {
  operation: BulkWriteOperation;
  /** API name. */
  module: string;
  /** From `uploadBulkFile`. */
  fileId: string;
  /** The CSV inside the zip. */
  fileName: string;
  /** `id` or a unique field: mandatory for update and upsert; for insert it skips rows that exist already. */
  findBy?: string | undefined;
  /** Up to 200. Without it the header of the CSV is taken as API names. */
  fieldMappings?: readonly BulkWriteFieldMapping[] | undefined;
  /** True: an empty cell keeps the field's value. False: it clears the field. */
  ignoreEmpty: boolean;
  /** Zoho posts the job here when it ends: unsigned, so only a hint to look. */
  callbackUrl?: string | undefined;
}

export interface BulkWriteFile {
  /** Of the CSV. */
  name: string | null;
  module: string | null;
  state: string | null;
  addedCount: number;
  updatedCount: number;
  /** Rows that failed; the result file says why. */
  skippedCount: number;
  totalCount: number;
  /** Failure of the file as a whole; null if it did not fail. */
  failure: { category: ErrorCategory; code: string; retryable: boolean; whatToDo: string } | null;
}

export interface BulkWriteJob {
  jobId: string;
  state: BulkWriteState;
  files: BulkWriteFile[];
  /** Absolute, on a host of its own; answers for seven days. Null while there is none. */
  downloadUrl: string | null;
  serverTime: Date;
}

const Created = z.object({ details: z.object({ id: z.string() }) });

const state = z
  .string()
  .transform((text) => text.replaceAll('_', ' ').replace('INPROGRESS', 'IN PROGRESS'))
  .pipe(z.enum(BULK_WRITE_STATES));
const counter = count.catch(0);
const Counts = z.object({
  name: optionalText,
  status: optionalText,
  added_count: counter,
  updated_count: counter,
  skipped_count: counter,
  total_count: counter,
});
const Resource = z.object({
  status: optionalText,
  code: optionalText,
  module: z.object({ api_name: z.string() }).nullable().catch(null),
  file: Counts.catch({ name: null, status: null, added_count: 0, updated_count: 0, skipped_count: 0, total_count: 0 }),
});
const Job = z.object({
  id: z.string(),
  status: state,
  resource: z.array(Resource).catch([]),
  result: z.object({ download_url: z.string() }).nullable().catch(null),
});

/**
 * Orders the writing of an uploaded file (Zoho's documentation: Bulk Write, Create Job). 500 credits, also when an
 * answer is lost and the call made again: keep the file id first, and prefer upsert by a unique field, which can be
 * repeated without harm.
 *
 * @throws ZohoError `request_bug` before the call if it breaks a limit; `not_found` for a file Zoho does not have.
 */
export async function createBulkWriteJob(
  transport: ZohoTransport,
  query: BulkWriteJobQuery,
  options?: CallOptions,
): Promise<{ jobId: string; serverTime: Date }> {
  const label = { operation: 'create_bulk_write_job', module: query.module } as const;
  const request = { ...label, path: '/crm/bulk/v8/write', body: jobBody(label, query) };
  return transport.json(request, options, (value, { status, serverTime }) => ({
    jobId: decode(Created, value, label, status).details.id,
    serverTime,
  }));
}

/**
 * Reads the state of a job (Zoho's documentation: Bulk Write, Get Job Details). 1 credit.
 *
 * @throws ZohoError `not_found` for a job Zoho does not know (any more).
 */
export async function getBulkWriteJob(
  transport: ZohoTransport,
  jobId: string,
  options?: CallOptions,
): Promise<BulkWriteJob> {
  const label = { operation: 'get_bulk_write_job' } as const;
  const request = { ...label, path: `/crm/bulk/v8/write/${encodeURIComponent(jobId)}` };
  return transport.json(request, options, (value, { status, serverTime }) => {
    const job = decode(Job, value, label, status);
    return {
      jobId: job.id,
      state: job.status,
      files: job.resource.map((resource) => fileOf(label, resource)),
      downloadUrl: job.result?.download_url ?? null,
      serverTime,
    };
  });
}

/**
 * Saves the zip with what became of each row (Zoho's documentation: Bulk Write, Download Result);
 * `parseBulkWriteResult` reads it.
 *
 * @param downloadUrl as the job named it.
 * @param destinationFile exists only once it is complete.
 * @throws ZohoError `request_bug` for a URL on a host where tokens must not go; `not_found` after seven days.
 */
export async function downloadBulkWriteResult(
  transport: ZohoTransport,
  downloadUrl: string,
  destinationFile: string,
  options?: DownloadOptions,
): Promise<{ bytes: number }> {
  const request = { operation: 'download_bulk_write_result', host: 'download', path: downloadUrl } as const;
  return transport.download(request, destinationFile, options);
}

function jobBody(label: CallLabel, query: BulkWriteJobQuery): object {
  const { operation, module, fileId, fileName, findBy, fieldMappings, ignoreEmpty, callbackUrl } = query;
  if (!hasBulkWrite(module)) throw requestBug(label, 'Zoho has no bulk write for this module');
  if (operation !== 'insert' && findBy === undefined) {
    throw requestBug(label, `it names no field by which an ${operation} finds the records`);
  }
  const mappings = fieldMappings?.map((mapping) => wireMapping(label, mapping));
  if (mappings) checkCount(label, mappings.length, LIMITS.bulkWrite.columns, 'field mappings');
  return {
    operation,
    ignore_empty: ignoreEmpty,
    character_encoding: 'UTF-8',
    callback: callbackUrl === undefined ? undefined : { url: callbackUrl, method: 'post' },
    resource: [
      {
        type: 'data',
        module: { api_name: module },
        file_id: fileId,
        file_names: [fileName],
        find_by: findBy,
        ignore_empty: ignoreEmpty,
        field_mappings: mappings,
      },
    ],
  };
}

function wireMapping(label: CallLabel, { field, index, findBy, format, defaultValue }: BulkWriteFieldMapping): object {
  if (index === undefined && defaultValue === undefined) {
    throw requestBug(label, `the mapping of ${field} has neither a column nor a default value`);
  }
  if (index !== undefined && !(Number.isInteger(index) && index >= 0 && index < LIMITS.bulkWrite.columns)) {
    throw requestBug(label, `the mapping of ${field} names column ${index}, which a file cannot have`);
  }
  const value = defaultValue === undefined ? undefined : { value: defaultValue };
  return { api_name: field, index, find_by: findBy, format, default_value: value };
}

/** States of a file that was not written, whatever state its job has. */
const FAILED_STATES: ReadonlySet<string | null> = new Set(['FAILED', 'FAILURE', 'SKIPPED']);
const STATE = /^(ADDED|QUEUED|IN[ _]?PROGRESS|COMPLETED|FAILED|FAILURE|SKIPPED)$/;

function fileOf(label: CallLabel, { status, code, module, file }: z.infer<typeof Resource>): BulkWriteFile {
  return {
    name: file.name,
    module: module?.api_name ?? null,
    state: status,
    addedCount: file.added_count,
    updatedCount: file.updated_count,
    skippedCount: file.skipped_count,
    totalCount: file.total_count,
    failure: FAILED_STATES.has(status) || FAILED_STATES.has(file.status) ? failureOf(label, code) : null,
  };
}

function failureOf(label: CallLabel, code: string | null): BulkWriteFile['failure'] {
  // Beside a file that failed Zoho may still name a state as its code.
  const isReason = code !== null && !STATE.test(code);
  const error = classifyEnvelope(label, 400, { code: isReason ? code : 'JOB_FAILED' });
  return { category: error.category, code: error.code, retryable: error.retryable, whatToDo: error.whatToDo };
}
