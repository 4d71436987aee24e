import { z } from 'zod';
import { LIMITS } from '../../domain/zoho-limits';
import { classifyEnvelope } from '../errors/classify-error';
import { type CallLabel, type ErrorCategory, requestBug, unexpectedAnswer, type ZohoError } from '../errors/errors';
import { count, decode, optionalText } from '../http/decode';
import { checkPaging, joinFields } from '../http/request-limits';
import type { CallOptions, DownloadOptions, ZohoTransport } from '../http/transport';
import { type BulkReadCriteria, bulkReadCriteria } from './bulk-read-criteria';

/** `COMPLETED` and `FAILURE` are final. */
export const BULK_READ_STATES = ['ADDED', 'QUEUED', 'IN PROGRESS', 'COMPLETED', 'FAILURE'] as const;
export type BulkReadState = (typeof BULK_READ_STATES)[number];

export interface BulkReadQuery {
  module: string;
  /** 1 to 200 API names; every field without it. Not used with a page token, which replays the first query. */
  fields?: readonly string[] | undefined;
  /** 1 is the first 200,000 rows, 2 the next. */
  page?: number | undefined;
  /** From the result before; bound to the user, lives 24 hours. */
  pageToken?: string | undefined;
  criteria?: BulkReadCriteria | undefined;
  /** Zoho posts the job here when it ends: unsigned, so only a hint to look. */
  callbackUrl?: string | undefined;
}

export interface BulkReadResult {
  page: number;
  /** Rows in the file. */
  count: number;
  /** Relative to the API domain; answers for one day, at most 10 times a minute. */
  downloadUrl: string;
  moreRecords: boolean;
  nextPageToken: string | null;
}

/** Failure of a job. After a `server` failure a new job can succeed. */
export interface BulkReadFailure {
  category: ErrorCategory;
  code: string;
  message: string;
  retryable: boolean;
  /** The field that cannot be exported, if that is the reason. */
  fieldName?: string;
}

export interface BulkReadJob {
  jobId: string;
  state: BulkReadState;
  /** Present if and only if the job is completed. */
  result?: BulkReadResult;
  /** Present if and only if the job failed. */
  failure?: BulkReadFailure;
  serverTime: Date;
}

const state = z
  .string()
  .transform((text) => text.replaceAll('_', ' '))
  .pipe(z.enum(BULK_READ_STATES));

const Created = z.object({ data: z.tuple([z.object({ details: z.object({ id: z.string(), state }) })], z.unknown()) });

const Result = z
  .object({
    page: z.number().catch(1),
    count,
    download_url: z.string(),
    more_records: z.boolean(),
    next_page_token: optionalText,
  })
  .transform((result): BulkReadResult => ({
    page: result.page,
    count: result.count,
    downloadUrl: result.download_url,
    moreRecords: result.more_records,
    nextPageToken: result.next_page_token,
  }));

const ErrorMessage = z.object({ error_message: z.object({ code: z.string(), details: z.unknown().optional() }) });
const Job = z.object({
  data: z.tuple([z.object({ id: z.string(), state, result: z.unknown().optional() })], z.unknown()),
});

/**
 * Orders an export of up to 200,000 rows as zipped CSV (Zoho's documentation: Bulk Read, Create Job). 50 credits,
 * also when an answer is lost and the call made again.
 *
 * @throws ZohoError `request_bug` with `fieldName` (FIELD_NOT_AVAILABLE, FIELD_NOT_SUPPORTED) for a field that the
 *   field metadata lists but an export cannot have; `cursor_lost` for an expired page token.
 */
export async function createBulkReadJob(
  transport: ZohoTransport,
  query: BulkReadQuery,
  options?: CallOptions,
): Promise<{ jobId: string; state: BulkReadState; serverTime: Date }> {
  const label = { operation: 'create_bulk_read_job', module: query.module } as const;
  const request = { ...label, path: '/crm/bulk/v8/read', body: jobBody(label, query) };
  return transport.json(request, options, (value, { status, serverTime }) => {
    const { id, state } = decode(Created, value, label, status).data[0].details;
    return { jobId: id, state, serverTime };
  });
}

/**
 * Reads the state of a job (Zoho's documentation: Bulk Read, Get Job Details). 1 credit.
 *
 * @throws ZohoError `not_found` for a job Zoho does not know (any more).
 */
export async function getBulkReadJob(
  transport: ZohoTransport,
  jobId: string,
  options?: CallOptions,
): Promise<BulkReadJob> {
  const label = { operation: 'get_bulk_read_job' } as const;
  const request = { ...label, path: `/crm/bulk/v8/read/${encodeURIComponent(jobId)}` };
  return transport.json(request, options, (value, { status, serverTime }) => {
    const [job] = decode(Job, value, label, status).data;
    const known = { jobId: job.id, state: job.state, serverTime };
    if (job.state === 'COMPLETED') return { ...known, result: decode(Result, job.result, label, status) };
    if (job.state === 'FAILURE') return { ...known, failure: failureOf(label, job.result) };
    return known;
  });
}

/**
 * Saves the zip of a completed job (Zoho's documentation: Bulk Read, Download Result). 1 credit.
 *
 * @param downloadUrl as the job named it: a path, since a token must never go to another host.
 * @param destinationFile exists only once it is complete.
 * @throws ZohoError `network` for a cut stream, `not_found` once the result has expired, `rate_limited` above 10
 *   downloads a minute. Errors of the disk pass through.
 */
export async function downloadBulkReadResult(
  transport: ZohoTransport,
  downloadUrl: string,
  destinationFile: string,
  options?: DownloadOptions,
): Promise<{ bytes: number }> {
  const label = { operation: 'download_bulk_read_result' } as const;
  if (!isResultPath(downloadUrl)) throw requestBug(label, 'the download URL is not a path of the bulk API');
  return transport.download({ ...label, path: downloadUrl }, destinationFile, options);
}

function isResultPath(downloadUrl: string): boolean {
  const anyHost = 'http://host.invalid';
  if (!downloadUrl.startsWith('/') || !URL.canParse(downloadUrl, anyHost)) return false;
  const url = new URL(downloadUrl, anyHost);
  return url.origin === anyHost && url.pathname.startsWith('/crm/bulk/');
}

function jobBody(label: CallLabel, query: BulkReadQuery): object {
  checkPaging(label, { page: query.page, pageToken: query.pageToken });
  const callback = query.callbackUrl === undefined ? {} : { callback: { url: query.callbackUrl, method: 'post' } };
  if (query.pageToken !== undefined) return { ...callback, query: { page_token: query.pageToken } };
  if (query.fields) joinFields(label, query.fields, LIMITS.bulkRead.fields);
  return {
    ...callback,
    query: {
      module: { api_name: query.module },
      ...(query.fields && { fields: query.fields }),
      ...(query.criteria ? { criteria: bulkReadCriteria(label, query.criteria) } : {}),
      page: query.page ?? 1,
    },
    file_type: 'csv',
  };
}

function failureOf(label: CallLabel, result: unknown): BulkReadFailure {
  const parsed = ErrorMessage.safeParse(result);
  const error: ZohoError = parsed.success
    ? classifyEnvelope(label, 200, parsed.data.error_message)
    : unexpectedAnswer(label, 200, 'reason why the job failed');
  const { category, code, message, retryable, fieldName } = error;
  return { category, code, message, retryable, ...(fieldName === undefined ? {} : { fieldName }) };
}
