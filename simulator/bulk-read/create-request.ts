import { ApiError } from '../http/api-error';
import { type Exchange, header, isObject } from '../http/exchange';
import { idText, parseJson } from '../http/json-numbers';
import { parseBulkCriteria } from '../query/bulk-criteria';
import { comparisonsOf, type Condition } from '../query/condition';
import { resolvePath } from '../query/field-path';
import type { Simulation } from '../simulation';
import type { OpenModule, Records } from '../store/records';
import { readSwitch } from '../switches';
import { findView } from '../views/custom-views';
import type { JobQuery } from './job';

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
export function readCreateRequest(simulation: Simulation, exchange: Exchange): CreateRequest {
  const body = readBody(exchange);
  const callbackUrl = readCallback(body['callback']);
  const query = body['query'];
  if (!isObject(query)) throw refuse('INVALID_REQUEST', 'query is missing', { api_name: 'query' });
  if (body['file_type'] !== undefined && body['file_type'] !== 'csv') {
    throw refuse('INVALID_REQUEST', 'the file type is not supported for the module', { api_name: 'file_type' });
  }
  const checked =
    typeof query['page_token'] === 'string'
      ? simulation.bulkRead.continuation(query['page_token'])
      : readQuery(simulation, query);
  return { query: checked, ...(callbackUrl !== undefined && { callbackUrl }) };
}

function readBody(exchange: Exchange): Readonly<Record<string, unknown>> {
  if (!(header(exchange, 'content-type') ?? '').includes('application/json')) {
    throw new ApiError(415, 'MEDIA_TYPE_NOT_SUPPORTED', 'the media type is not supported');
  }
  if (exchange.body.length === 0) throw refuse('REQUEST_BODY_IS_EMPTY', 'the request body is empty');
  let body: unknown;
  try {
    body = parseJson(exchange.body.toString('utf8'));
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

function readQuery(simulation: Simulation, query: Readonly<Record<string, unknown>>): JobQuery {
  const { records } = simulation;
  const module = query['module'];
  const name = isObject(module) ? module['api_name'] : module;
  if (typeof name !== 'string' || !records.find(name)) {
    throw refuse('MODULE_NOT_AVAILABLE', 'the module is not available', { api_name: String(name) });
  }
  const opened = records.open(name);
  const criteria = query['criteria'] ?? undefined;
  const cvid = readCvid(query['cvid']);
  const conditions: Condition[] = [];
  if (criteria !== undefined) conditions.push(readCriteria(simulation, opened, criteria));
  const view = cvid === undefined ? undefined : readView(simulation, opened, cvid);
  if (view) conditions.push(view);
  return {
    module: opened.module.apiName,
    fields: readFields(records, opened, query['fields']),
    page: readPage(simulation, query['page'] ?? 1),
    ...(criteria !== undefined && { criteria }),
    ...(cvid !== undefined && { cvid }),
    ...(conditions.length > 0 && { condition: { all: conditions } }),
  };
}

function readCriteria(simulation: Simulation, opened: OpenModule, criteria: unknown): Condition {
  const condition = parseBulkCriteria(simulation.records, opened, criteria);
  const limit = readSwitch(simulation, 'bulkReadValuesPerIn');
  const long = comparisonsOf(condition).find(({ operands }) => operands.length > limit);
  if (long) {
    const details = { api_name: long.path, module: opened.module.apiName, max_limit: limit };
    throw refuse('VALUE_LIMIT_EXCEEDED_IN_CRITERIA', 'too many values in a criterion', details);
  }
  return condition;
}

function readCvid(cvid: unknown): string | undefined {
  if (cvid === undefined || cvid === null) return undefined;
  const id = idText(cvid);
  if (id === undefined) throw refuse('CVID_NOT_SUPPORTED', 'the cvid is not supported', { api_name: 'cvid' });
  return id;
}

/** The filter of a custom view; some views cannot be exported. */
function readView(simulation: Simulation, opened: OpenModule, cvid: string): Condition | undefined {
  const view = findView(simulation, opened.module, cvid);
  if (view.unsupportedByExports) throw refuse('CVID_NOT_SUPPORTED', 'the cvid is not supported', { api_name: 'cvid' });
  return view.condition;
}

function readPage(simulation: Simulation, page: unknown): number {
  if (typeof page !== 'number' || !Number.isInteger(page) || page < 1) {
    throw refuse('PAGE_NOT_SUPPORTED', 'the page is not supported', { api_name: 'page' });
  }
  const limit = readSwitch(simulation, 'bulkReadMaxPage');
  if (page > limit) throw refuse('PAGE_RANGE_EXCEEDED', 'the page range is exceeded', { max_limit: limit });
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
