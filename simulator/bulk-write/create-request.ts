import type { Column } from '../data/column';
import { isLookup } from '../data/field';
import { ApiError, type ErrorDetails } from '../http/api-error';
import { type Exchange, isObject, jsonBody } from '../http/exchange';
import type { Simulation } from '../simulation';
import type { OpenModule, Records } from '../store/records';
import { readSwitch } from '../switches';
import { systemCheckField } from '../writes/find-duplicate';
import { ENCODINGS, readHeader } from './csv-rows';
import { dateReader } from './date-format';
import { type JobRequest, type Mapping, type Operation, OPERATIONS, type Resource } from './job';

const MAX_COLUMNS = 200;
/** Mapped for the layout of new records only. */
const LAYOUT = 'Layout';

type Input = Readonly<Record<string, unknown>>;

function refuse(code: string, message: string, details: ErrorDetails = {}): ApiError {
  return new ApiError(400, code, message, details);
}

const missing = (key: string, jsonPath: string): ApiError =>
  refuse('MISSING_REQUIRED_KEY', `required key ${key} is not found in request body.`, { json_path: jsonPath });

const notAvailable = (key: string, details: ErrorDetails = {}): ApiError =>
  refuse('MANDATORY_NOT_FOUND', `Required key ${key} is not available`, details);

/**
 * Reads and checks the body of Bulk Write: Create Job, and looks into the uploaded file's header.
 * @throws ApiError with the documented codes, flat
 */
export async function readCreateRequest(simulation: Simulation, exchange: Exchange): Promise<JobRequest> {
  const body = jsonBody(exchange);
  if (!isObject(body)) throw refuse('REQUEST_BODY_NOT_SUPPORTED', 'the request body is not supported');
  const operation = readOperation(body['operation']);
  const callbackUrl = readCallback(body['callback']);
  const characterEncoding = body['character_encoding'] ?? 'UTF-8';
  const encoding = typeof characterEncoding === 'string' ? ENCODINGS[characterEncoding.toUpperCase()] : undefined;
  if (typeof characterEncoding !== 'string' || !encoding) {
    throw refuse('INVALID_DATA', 'invalid data', {
      api_name: 'character_encoding',
      supported_values: Object.keys(ENCODINGS),
    });
  }
  const resources = body['resource'];
  if (resources === undefined) throw missing('resource', '$.resource');
  if (!Array.isArray(resources) || !isObject(resources[0])) throw refuse('INVALID_REQUEST', 'resource is not valid');
  if (resources.length > 1) {
    // Several resources are for a parent with its subforms, and none of the modules here has any.
    const details = { api_name: 'resource', json_path: '$.resource[1]' };
    throw refuse('COEXISTENCE_NOT_ALLOWED', 'resources of different modules are not allowed in one job', details);
  }
  const input = { ignore_empty: body['ignore_empty'], ...resources[0] };
  const resource = await readResource(simulation, input, operation, encoding);
  return { operation, characterEncoding, encoding, resource, ...(callbackUrl !== undefined && { callbackUrl }) };
}

function readOperation(given: unknown): Operation {
  if (given === undefined) throw missing('operation', '$.operation');
  const operation = OPERATIONS.find((candidate) => candidate === given);
  if (operation) return operation;
  const details = { api_name: 'operation', json_path: '$.operation', supported_values: OPERATIONS };
  throw refuse('INVALID_DATA', 'invalid data', details);
}

function readCallback(callback: unknown): string | undefined {
  if (callback === undefined || callback === null) return undefined;
  const { url, method } = isObject(callback) ? callback : {};
  if (typeof url !== 'string' || !/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw refuse('INVALID_CALLBACK_URL', 'the callback url is not valid');
  }
  if (method !== 'post') {
    const details = { supported_callback_methods: ['post'] };
    throw refuse('INVALID_CALLBACK_METHOD', 'the callback method is not supported', details);
  }
  return url;
}

async function readResource(
  simulation: Simulation,
  input: Input,
  operation: Operation,
  encoding: BufferEncoding,
): Promise<Resource> {
  const { type, module, file_id: fileId, file_names: fileNames, ignore_empty: ignoreEmpty } = input;
  if (type !== 'data') throw missing('type', '$.resource[0].type');
  const opened = openModule(simulation.records, module);
  if (fileId === undefined) throw missing('file_id', '$.resource[0].file_id');
  const file =
    typeof fileId === 'string' || typeof fileId === 'number'
      ? simulation.bulkWrite.files.get(String(fileId))
      : undefined;
  if (!file) throw refuse('INVALID_FILE_ID', 'improper file id', { api_name: 'file_id' });
  const [fileName, ...more] = Array.isArray(fileNames) ? fileNames.map(String) : file.names;
  if (more.length > 0) throw refuse('FILE_NOT_SUPPORTED', 'File not supported for bulk write');
  if (fileName === undefined || !file.names.includes(fileName)) {
    throw refuse('FILE_NOT_FOUND', 'the file is not found in the zip', { api_name: 'file_names' });
  }
  if (!/\.csv$/i.test(fileName)) throw refuse('FILE_NOT_SUPPORTED', 'File not supported for bulk write');
  const { names: header, delimiter } = await readHeader(file.path, fileName, encoding);
  if (header.length > MAX_COLUMNS) {
    throw refuse('HEADER_LIMIT_EXCEEDED', 'the file has too many columns', { limit: MAX_COLUMNS });
  }
  const mappings = readMappings(opened, input['field_mappings'], header);
  const findBy = readFindBy(simulation, opened, input['find_by'], operation, mappings);
  checkMandatory(opened, operation, mappings);
  return {
    module: opened.module.apiName,
    fileId: file.id,
    fileName,
    ignoreEmpty: ignoreEmpty === true,
    mappings,
    header,
    delimiter,
    ...(findBy !== undefined && { findBy }),
  };
}

function openModule(records: Records, module: unknown): OpenModule {
  const name = isObject(module) ? module['api_name'] : undefined;
  if (typeof name !== 'string' || !records.find(name)) {
    throw refuse('MODULE_NOT_AVAILABLE', `Requested module '${String(name)}' is not available.`);
  }
  return records.open(name);
}

/** Without mappings the header names are taken as API names; with them only the indexes count. */
function readMappings(opened: OpenModule, given: unknown, header: readonly string[]): Mapping[] {
  if (given === undefined || given === null) {
    return header.map((name, index) => headerMapping(opened, name, index));
  }
  if (!Array.isArray(given) || !given.every(isObject)) throw refuse('INVALID_REQUEST', 'field_mappings is not valid');
  return given.map((mapping, place) => readMapping(opened, mapping, place, header.length));
}

function headerMapping(opened: OpenModule, name: string, index: number): Mapping {
  const [apiName = '', part, ...rest] = name.split('.');
  const column = opened.module.column(apiName);
  const isId = apiName.toLowerCase() === 'id' && part === undefined;
  const isWritable = column && !column.field.readOnly && rest.length === 0;
  if (!isId && (!isWritable || (part !== undefined && !isLookup(column.field)))) {
    throw refuse('INVALID_FIELD_NAME', `invalid mapping. invalid api_name ${name}.`, { api_name: name });
  }
  if (isId) return { apiName: 'id', index };
  if (column?.field.dataType === 'lookup' && part === undefined) throw notAvailable('find_by', { api_name: name });
  // `Account_Name.Account_Name` is a lookup by the field the other module's records are called by.
  return { apiName, index, ...(part !== undefined && { findBy: part }) };
}

function readMapping(opened: OpenModule, given: Input, place: number, columns: number): Mapping {
  const { api_name: apiName, index, format, find_by: findBy, default_value: standard } = given;
  const path = `$.resource[0].field_mappings[${place}]`;
  if (typeof apiName !== 'string') throw missing('api_name', `${path}.api_name`);
  const column = mappedColumn(opened, apiName);
  const defaultValue = isObject(standard) ? standard['value'] : undefined;
  const isIndex = isColumnIndex(index, columns);
  checkIndex(apiName, isIndex || ((index ?? null) === null && defaultValue !== undefined), path);
  if (column?.field.dataType === 'lookup' && isIndex && typeof findBy !== 'string') {
    throw notAvailable('find_by', { api_name: apiName, json_path: `${path}.find_by` });
  }
  return {
    apiName,
    ...(isIndex && { index }),
    ...(typeof findBy === 'string' && { findBy }),
    ...readFormat(apiName, format, path),
    ...(defaultValue !== undefined && { defaultValue }),
  };
}

/** @throws ApiError INVALID_FIELD for a name that is no writable field */
function mappedColumn(opened: OpenModule, apiName: string): Column | undefined {
  const column = opened.module.column(apiName);
  if (apiName === 'id' || apiName === LAYOUT || (column && !column.field.readOnly)) return column;
  throw refuse('INVALID_FIELD', `invalid mapping. invalid api_name ${apiName}.`, { api_name: apiName });
}

function isColumnIndex(index: unknown, columns: number): index is number {
  return typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < columns;
}

/** @throws ApiError COLUMN_INDEX_NOT_FOUND for a mapping with neither a column nor a default value */
function checkIndex(apiName: string, isValid: boolean, path: string): void {
  if (isValid) return;
  const message = `required key index for field ${apiName} is not found in request body.`;
  throw refuse('COLUMN_INDEX_NOT_FOUND', message, { api_name: apiName, json_path: `${path}.index` });
}

/** @throws ApiError INVALID_FORMAT */
function readFormat(apiName: string, format: unknown, path: string): Pick<Mapping, 'format' | 'reader'> {
  if (typeof format !== 'string') return {};
  const reader = dateReader(format);
  if (reader) return { format, reader };
  throw refuse('INVALID_FORMAT', 'the format is not valid', { api_name: apiName, json_path: `${path}.format` });
}

/** The record key: `id`, and unless switched off a unique field or the module's own field for duplicates. */
function readFindBy(
  simulation: Simulation,
  opened: OpenModule,
  given: unknown,
  operation: Operation,
  mappings: readonly Mapping[],
): string | undefined {
  if (given === undefined || given === null) {
    if (operation === 'insert') return undefined;
    throw notAvailable('find_by', { json_path: '$.resource[0].find_by' });
  }
  const name = typeof given === 'string' ? given : '';
  const isUnique = name === systemCheckField(opened) || opened.module.column(name)?.field.unique;
  const isKey = name === 'id' || (isUnique && readSwitch(simulation, 'bulkWriteFindBy') === 'unique');
  if (!isKey) throw refuse('INVALID_FIELD', 'the field of find_by is not supported', { api_name: name });
  if (!mappings.some(({ apiName }) => apiName === name)) {
    const message = `required key index for field ${name} is not found in request body.`;
    throw refuse('COLUMN_INDEX_NOT_FOUND', message, { api_name: name });
  }
  return name;
}

function checkMandatory({ module }: OpenModule, operation: Operation, mappings: readonly Mapping[]): void {
  if (operation === 'update') return;
  const unmapped = module.columns.filter(
    ({ field }) => field.mandatory && !field.readOnly && !mappings.some(({ apiName }) => apiName === field.apiName),
  );
  if (unmapped.length === 0) return;
  const names = unmapped.map(({ field }) => field.apiName);
  throw refuse('MANDATORY_FIELDS_NOT_MAPPED', 'All mandatory fields are not mapped for the layout', {
    api_names: names,
  });
}
