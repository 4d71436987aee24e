import { ApiError } from '../http/api-error';
import { type Exchange, header, isObject } from '../http/exchange';
import { parseBulkCriteria } from '../query/bulk-criteria';
import { resolvePath } from '../query/field-path';
import type { OpenModule, Records } from '../store/records';
import type { JobQuery } from './job';
import type { BulkReadJobs } from './jobs';

const MAX_PAGE = 500;
/** Above this number Zoho exports every field instead of refusing. */
const MAX_FIELDS = 200;

export interface CreateRequest {
  readonly query: JobQuery;
  readonly callbackUrl?: string;
}

function refuse(code: string, message: string, details: Record<string, unknown> = {}): ApiError {
  return new ApiError(400, code, message, details);
}

/**
 * Reads and checks the body of Bulk Read: Create Job.
 * @throws ApiError with the documented codes
 */
export function readCreateRequest(records: Records, jobs: BulkReadJobs, exchange: Exchange): CreateRequest {
  const body = readBody(exchange);
  const callbackUrl = readCallback(body['callback']);
  const query = body['query'];
  if (!isObject(query)) throw refuse('INVALID_REQUEST', 'query is missing', { api_name: 'query' });
  if (body['file_type'] !== undefined && body['file_type'] !== 'csv') {
    throw refuse('INVALID_REQUEST', 'the file type is not supported for the module', { api_name: 'file_type' });
  }
  const checked =
    typeof query['page_token'] === 'string' ? jobs.continuation(query['page_token']) : readQuery(records, query);
  return { query: checked, ...(callbackUrl !== undefined && { callbackUrl }) };
}

function readBody(exchange: Exchange): Readonly<Record<string, unknown>> {
  if (!(header(exchange, 'content-type') ?? '').includes('application/json')) {
    throw new ApiError(415, 'MEDIA_TYPE_NOT_SUPPORTED', 'the media type is not supported');
  }
  if (exchange.body.length === 0) throw refuse('REQUEST_BODY_IS_EMPTY', 'the request body is empty');
  let body: unknown;
  try {
    body = JSON.parse(exchange.body.toString('utf8'));
  } catch {
    throw refuse('REQUEST_BODY_NOT_READABLE', 'the request body is not readable');
  }
  if (!isObject(body)) throw refuse('REQUEST_BODY_NOT_SUPPORTED', 'the request body is not supported');
  return body;
}

function readCallback(callback: unknown): string | undefined {
  if (callback === undefined || callback === null) return undefined;
  const url = isObject(callback) ? callback['url'] : undefined;
  if (typeof url !== 'string' || !/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw refuse('INVALID_CALLBACK_URL', 'the callback url is not valid');
  }
  if (isObject(callback) && callback['method'] !== 'post') {
    throw refuse('INVALID_CALLBACK_METHOD', 'the callback method is not supported', {
      supported_callback_methods: ['post'],
    });
  }
  return url;
}

function readQuery(records: Records, query: Readonly<Record<string, unknown>>): JobQuery {
  const module = query['module'];
  const name = isObject(module) ? module['api_name'] : module;
  if (typeof name !== 'string' || !records.find(name)) {
    throw refuse('MODULE_NOT_AVAILABLE', 'the module is not available', { api_name: String(name) });
  }
  const opened = records.open(name);
  if (query['cvid'] !== undefined && query['cvid'] !== null) {
    throw refuse('CVID_NOT_SUPPORTED', 'the cvid is not supported', { api_name: 'cvid' });
  }
  const criteria = query['criteria'] ?? undefined;
  return {
    module: opened.module.apiName,
    fields: readFields(records, opened, query['fields']),
    page: readPage(query['page'] ?? 1),
    ...(criteria !== undefined && { criteria, condition: parseBulkCriteria(records, opened, criteria) }),
  };
}

function readPage(page: unknown): number {
  if (typeof page !== 'number' || !Number.isInteger(page) || page < 1) {
    throw refuse('PAGE_NOT_SUPPORTED', 'the page is not supported', { api_name: 'page' });
  }
  if (page > MAX_PAGE) throw refuse('PAGE_RANGE_EXCEEDED', 'the page range is exceeded', { max_limit: MAX_PAGE });
  return page;
}

function readFields(records: Records, opened: OpenModule, fields: unknown): string[] {
  const { module } = opened;
  const exportable = module.columns.filter(({ field }) => !field.refusedByBulkRead).map(({ field }) => field.apiName);
  if (fields === undefined || fields === null) return exportable;
  if (!Array.isArray(fields)) throw refuse('INVALID_REQUEST', 'fields is not an array', { api_name: 'fields' });
  const names = [...new Set(fields.map(String))].filter((name) => name.toLowerCase() !== 'id');
  if (names.length > MAX_FIELDS || fields.length === 0) return exportable;
  for (const name of names) {
    if (resolvePath(records, opened, name) && !module.column(name)?.field.refusedByBulkRead) continue;
    const details = { api_name: name, module: module.apiName };
    throw refuse('FIELD_NOT_AVAILABLE', 'the field is not available', details);
  }
  return names;
}
