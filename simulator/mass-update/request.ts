import type { Catalog } from '../data/catalog';
import type { CellValue } from '../data/cell';
import { ApiError, invalidData } from '../http/api-error';
import { type Exchange, isObject, jsonBody } from '../http/exchange';
import { idText } from '../http/json-numbers';
import { fieldDocument } from '../routes/metadata/documents';
import type { OpenModule, Records } from '../store/records';
import { checkValue } from '../writes/check-values';

const MAX_IDS = 500;
const MAX_FIELDS = 1;
const MAX_DEAL_FIELDS = 3;

/** Values of a mass update, and the records it writes them to. */
export interface MassUpdateRequest {
  readonly values: Readonly<Record<string, CellValue>>;
  /** False adds choices to a multi-select instead of replacing them. */
  readonly overWrite: boolean;
  readonly target: { readonly ids: readonly string[] } | { readonly cvid: string };
}

function refuse(code: string, message: string, apiName: string, details: Record<string, unknown> = {}): ApiError {
  return new ApiError(400, code, message, { ...details, api_name: apiName, json_path: `$.${apiName}` });
}

interface ValueContext {
  readonly catalog: Catalog;
  readonly records: Records;
}

/**
 * Reads the body of Mass Update Records: one field (three in Deals), and either ids or a view.
 * @throws ApiError with the documented codes, flat
 */
export function readMassUpdate(context: ValueContext, opened: OpenModule, exchange: Exchange): MassUpdateRequest {
  const body = jsonBody(exchange);
  if (!isObject(body)) throw new ApiError(400, 'UNABLE_TO_PARSE_DATA_TYPE', 'body');
  const { data, ids, cvid, over_write: overWrite } = body;
  for (const key of ['criteria', 'territory']) {
    // Ignoring a condition would write to records that were not meant.
    if (body[key] !== undefined && body[key] !== null) throw refuse('NOT_SUPPORTED', 'the key is not supported', key);
  }
  if (data === undefined) throw refuse('MANDATORY_NOT_FOUND', 'required field not found', 'data');
  if (!Array.isArray(data) || data.length !== 1 || !isObject(data[0])) {
    throw refuse('INVALID_DATA', 'invalid data', 'data', { expected_data_type: 'jsonarray', maximum_length: 1 });
  }
  return {
    values: readValues(context, opened, data[0]),
    overWrite: overWrite !== false,
    target: readTarget(ids ?? undefined, cvid ?? undefined),
  };
}

function readTarget(ids: unknown, cvid: unknown): MassUpdateRequest['target'] {
  if (ids !== undefined && cvid !== undefined) {
    throw new ApiError(400, 'AMBIGUITY_DURING_PROCESSING', 'ambiguity while processing the request', {
      ambiguity_due_to: ['ids', 'cvid'].map((key) => ({ api_name: key, json_path: `$.${key}` })),
    });
  }
  if (cvid !== undefined) {
    const id = idText(cvid);
    if (id !== undefined) return { cvid: id };
    throw refuse('INVALID_DATA', 'invalid data', 'cvid', { expected_data_type: 'bigint' });
  }
  if (ids === undefined) throw refuse('MANDATORY_NOT_FOUND', 'required field not found', 'ids');
  const texts = Array.isArray(ids) ? ids.map(idText).filter((id) => id !== undefined) : [];
  if (!Array.isArray(ids) || ids.length === 0 || texts.length < ids.length) {
    throw refuse('INVALID_DATA', 'invalid data', 'ids', { expected_data_type: 'jsonarray' });
  }
  if (ids.length > MAX_IDS) {
    const message = 'count of records in your request exceeds the limit';
    throw refuse('LIMIT_EXCEEDED', message, 'ids', { maximum_length: MAX_IDS });
  }
  return { ids: texts };
}

function readValues(
  { records, catalog }: ValueContext,
  { module }: OpenModule,
  given: Readonly<Record<string, unknown>>,
): Record<string, CellValue> {
  const names = Object.keys(given);
  const most = module.apiName === 'Deals' ? MAX_DEAL_FIELDS : MAX_FIELDS;
  if (names.length === 0 || names.length > most) {
    throw invalidData('invalid data', { api_name: 'data', json_path: '$.data[0]', maximum_length: most });
  }
  const values: Record<string, CellValue> = {};
  for (const name of names) {
    const path = { api_name: name, json_path: `$.data[0].${name}` };
    const column = module.column(name);
    if (!column) throw invalidData('invalid data', path);
    if (fieldDocument(module, column, catalog)['mass_update'] !== true) {
      throw new ApiError(400, 'NOT_SUPPORTED', 'the field is not supported in mass update', path);
    }
    if (column.field.mandatory && (given[name] === null || given[name] === '')) {
      throw new ApiError(400, 'MANDATORY_NOT_FOUND', 'required field not found', path);
    }
    const checked = checkValue(records, column, given[name] ?? null);
    if ('value' in checked) values[name] = checked.value;
    else if ('expected' in checked)
      throw invalidData('invalid data', { expected_data_type: checked.expected, ...path });
    else if (column.field.options) {
      throw new ApiError(400, 'MAPPING_MISMATCH', 'picklist not found in record layout', path);
    } else throw invalidData('invalid data', { ...checked.details, ...path });
  }
  return values;
}
