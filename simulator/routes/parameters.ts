import type { Column } from '../data/column';
import type { GeneratedModule } from '../data/generated-module';
import { ApiError, invalidData, paramMissing, patternNotMatched } from '../http/api-error';
import { type Exchange, header } from '../http/exchange';
import type { Converted } from '../store/module-store';
import { parseInstant } from '../zoned-time';

export const MAX_PER_PAGE = 200;
const MAX_FIELDS = 50;

/** A whole number in a range from the query. */
export function integerParameter(query: URLSearchParams, name: string, standard: number, most = Infinity): number {
  const text = query.get(name);
  if (text === null) return standard;
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1 || Number(text) > most) throw patternNotMatched(name);
  return Number(text);
}

/** Rules for reading `fields` where versions and switches differ. */
export interface FieldsRules {
  readonly most?: number;
  readonly unknown?: 'skip' | 'refuse';
}

/**
 * The columns named in a comma list; `id` is skipped, each name counts once.
 * @throws ApiError INVALID_DATA for a name that is no field, where those are refused
 */
function namedColumns(module: GeneratedModule, names: readonly string[], { unknown }: FieldsRules): Column[] {
  const stranger = names.find((name) => name !== 'id' && !module.column(name));
  if (stranger !== undefined && unknown === 'refuse') {
    throw invalidData('the field name given seems to be invalid', { param_name: 'fields', api_name: stranger });
  }
  return [...new Set(names)].map((name) => module.column(name)).filter((column) => column !== undefined);
}

/**
 * The mandatory `fields` parameter.
 * @throws ApiError REQUIRED_PARAM_MISSING, LIMIT_EXCEEDED above 50
 */
export function fieldsParameter(
  module: GeneratedModule,
  query: URLSearchParams,
  rules: FieldsRules = {},
): readonly Column[] {
  const names = nameList(query.get('fields'));
  if (names.length === 0) throw paramMissing('fields');
  checkFieldCount(names, rules);
  return namedColumns(module, names, rules);
}

/** The optional `fields` parameter; every field when left out. */
export function optionalFields(
  module: GeneratedModule,
  query: URLSearchParams,
  rules: FieldsRules = {},
): readonly Column[] {
  const names = nameList(query.get('fields'));
  if (names.length === 0) return module.columns;
  checkFieldCount(names, rules);
  return namedColumns(module, names, rules);
}

function checkFieldCount(names: readonly string[], { most = MAX_FIELDS }: FieldsRules): void {
  if (names.length <= most) return;
  throw new ApiError(400, 'LIMIT_EXCEEDED', 'Max field limit exceeded', { limit: MAX_FIELDS, param_name: 'fields' });
}

export function nameList(text: string | null): string[] {
  return (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}

export function convertedParameter(query: URLSearchParams): Converted {
  const text = query.get('converted') ?? 'false';
  if (text !== 'true' && text !== 'false' && text !== 'both') {
    throw invalidData('invalid data', { param_name: 'converted' });
  }
  return text;
}

/**
 * The first second that counts as modified under `If-Modified-Since`.
 * @throws ApiError INVALID_DATA when the header is not ISO 8601 with an offset
 */
export function modifiedFrom(exchange: Exchange, inclusive: boolean): number | undefined {
  const text = header(exchange, 'if-modified-since');
  if (text === undefined) return undefined;
  const seconds = parseInstant(text);
  if (seconds === undefined) {
    throw invalidData('invalid data', { expected_data_type: 'datetime', api_name: 'If-Modified-Since' });
  }
  return inclusive ? seconds : seconds + 1;
}
