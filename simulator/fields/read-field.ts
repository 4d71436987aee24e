import type { CellValue } from '../data/cell';
import type { DataType } from '../data/data-type';
import type { FieldDefinition } from '../data/field';
import { isObject } from '../http/exchange';
import type { Records } from '../store/records';
import { checkValue } from '../writes/check-values';
import { blankColumn } from './blank-column';
import { type FieldPath, isText, isWhole } from './field-error';
import { readPickList, withPickList } from './pick-list';
import { OTHER_TYPES, TEXTAREA_LENGTHS, TOOLTIP_LENGTHS, TYPE_RULES, type TypeRules } from './types';

const MAX_LABEL = 100;
const MAX_DECIMALS = 9;
const DEFAULT_DECIMALS = 2;
/** Keys that metadata shows as they were given. */
const ECHOED = ['hipaa_compliance_enabled', 'enable_colour_code', 'number_separator', 'private', 'crypt'];
const EXTERNAL_TYPES = ['org', 'user'];

type Input = Readonly<Record<string, unknown>>;

/** Inputs of a new field beside the request. */
export interface NewField {
  readonly id: string;
  /** Unused API name. */
  readonly nameFor: (label: string) => string;
  /** The row the next record of the module will have. */
  readonly nextRow: number;
}

/**
 * Reads one element of `fields` (Create Custom Fields).
 * @throws ApiError with the code and the path of the key
 */
export function readField(records: Records, input: Input, fresh: NewField, path: FieldPath): FieldDefinition {
  const label = readLabel(input, path);
  const dataType = readDataType(input, path);
  const rules = TYPE_RULES[dataType] ?? {};
  const base: FieldDefinition = {
    id: fresh.id,
    apiName: fresh.nameFor(label),
    label,
    dataType,
    custom: true,
    ...readSize(input, dataType, rules, path),
    ...readKey(input, rules, path),
    ...(dataType === 'lookup' && { lookupModule: readLookup(records, input['lookup'], path) }),
    ...(dataType === 'autonumber' && readAutonumber(input, fresh.nextRow, path)),
  };
  const field = withMetadata(base, { ...readTooltip(input, path), ...echoed(input), ...external(input, path) });
  const isChoice = dataType === 'picklist' || dataType === 'multiselectpicklist';
  if (isChoice && input['global_picklist']) {
    throw path.refuse('NOT_SUPPORTED', 'global picklists are not supported', 'global_picklist');
  }
  const complete = isChoice ? withPickList(field, readPickList(input['pick_list_values'], fresh.id, path)) : field;
  return withDefault(records, complete, input, path);
}

/** @throws ApiError MANDATORY_NOT_FOUND, INVALID_DATA */
export function readLabel(input: Input, path: FieldPath): string {
  if (input['field_label'] === undefined || input['field_label'] === null) throw path.mandatory('field_label');
  const label = path.typed(input, 'field_label', 'text', isText).trim();
  if (label === '') throw path.invalid('field_label', { minimum_length: 1 });
  if (label.length > MAX_LABEL) throw path.invalid('field_label', { maximum_length: MAX_LABEL });
  if (label.toLowerCase() === 'id') {
    throw path.refuse('RESERVED_KEYWORD_NOT_ALLOWED', 'reserved keyword not allowed', 'field_label');
  }
  return label;
}

function readDataType(input: Input, path: FieldPath): DataType {
  const given = input['data_type'];
  if (given === undefined || given === null) throw path.mandatory('data_type');
  const known = Object.keys(TYPE_RULES) as DataType[];
  const found = known.find((type) => type === given);
  if (found) return found;
  if (typeof given === 'string' && OTHER_TYPES.includes(given)) {
    throw path.refuse('NOT_SUPPORTED', 'the simulator has no fields of this type', 'data_type');
  }
  throw path.invalid('data_type', { supported_values: [...known, ...OTHER_TYPES] });
}

function readSize(input: Input, dataType: DataType, rules: TypeRules, path: FieldPath): Partial<FieldDefinition> {
  if (dataType === 'textarea') return { length: readTextarea(input['textarea'], path) };
  const [least, most] = rules.length ?? [];
  return {
    ...(least !== undefined && most !== undefined && { length: readLength(input, least, most, path) }),
    ...(rules.decimals && { decimals: readDecimals(input, path) }),
  };
}

/** @throws ApiError INVALID_DATA outside the range */
export function readLength(input: Input, least: number, most: number, path: FieldPath): number {
  if (input['length'] === undefined || input['length'] === null) return most;
  const length = path.typed(input, 'length', 'integer', isWhole);
  if (length < least || length > most) throw path.invalid('length', { range: { from: least, to: most } });
  return length;
}

function readTextarea(given: unknown, path: FieldPath): number {
  const type = isObject(given) ? given['type'] : 'small';
  const length = typeof type === 'string' ? TEXTAREA_LENGTHS[type] : undefined;
  if (length === undefined) throw path.invalid('textarea.type', { supported_values: Object.keys(TEXTAREA_LENGTHS) });
  return length;
}

/** @throws ApiError INVALID_DATA outside 0 to 9 */
export function readDecimals(input: Input, path: FieldPath): number {
  const precision = isObject(input['currency']) ? input['currency']['precision'] : undefined;
  const given = input['decimal_place'] ?? precision ?? DEFAULT_DECIMALS;
  if (!isWhole(given) || given < 0 || given > MAX_DECIMALS) {
    throw path.invalid('decimal_place', { range: { from: 0, to: MAX_DECIMALS } });
  }
  return given;
}

/** Whether the field is a key: `unique`, or an external id, which is unique too. */
function readKey(input: Input, rules: TypeRules, path: FieldPath): Partial<FieldDefinition> {
  const key = ['unique', 'external'].find((name) => isObject(input[name]) && Object.keys(input[name]).length > 0);
  if (key === undefined) return {};
  if (!rules.unique) throw path.refuse('NOT_SUPPORTED', 'the type of the field cannot be unique', key);
  return { unique: true };
}

function external(input: Input, path: FieldPath): Record<string, unknown> {
  const { external: given, unique } = input;
  if (isObject(given) && !EXTERNAL_TYPES.includes(String(given['type']))) {
    throw path.invalid('external.type', { supported_values: EXTERNAL_TYPES });
  }
  return { ...(isObject(given) && { external: given }), ...(isObject(unique) && { unique }) };
}

function readLookup(records: Records, given: unknown, path: FieldPath): string {
  const module = isObject(given) ? given['module'] : undefined;
  const name = isObject(module) ? module['api_name'] : undefined;
  if (name === undefined) throw path.mandatory('lookup.module.api_name');
  const related = typeof name === 'string' ? records.find(name) : undefined;
  if (!related) throw path.invalid('lookup.module.api_name');
  return related.module.apiName;
}

function readAutonumber(input: Input, nextRow: number, path: FieldPath): Partial<FieldDefinition> {
  const given = input['auto_number'] ?? input['autonumber'];
  const { start_number: start, prefix, suffix } = isObject(given) ? given : {};
  if (start === undefined || start === null) throw path.mandatory('auto_number.start_number');
  if (!isWhole(start)) throw path.invalid('auto_number.start_number', { expected_data_type: 'integer' });
  return {
    readOnly: true,
    autonumberPrefix: isText(prefix) ? prefix : '',
    autonumberSuffix: isText(suffix) ? suffix : '',
    // Existing records get numbers only on request.
    autonumberFirst: input['_update_existing_records'] === true ? start : start - nextRow,
    metadata: {
      auto_number: {
        prefix: prefix ?? null,
        suffix: suffix ?? null,
        start_number: start,
        starting_number_length: null,
      },
    },
  };
}

/** @throws ApiError INVALID_DATA for a tooltip that is too long or of no kind */
export function readTooltip(input: Input, path: FieldPath): Record<string, unknown> {
  const { tooltip } = input;
  if (tooltip === undefined || tooltip === null) return {};
  const { name, value } = isObject(tooltip) ? tooltip : {};
  const most = typeof name === 'string' ? TOOLTIP_LENGTHS[name] : undefined;
  if (most === undefined) throw path.invalid('tooltip.name', { supported_values: Object.keys(TOOLTIP_LENGTHS) });
  if (typeof value !== 'string') throw path.mandatory('tooltip.value');
  if (value.length > most) throw path.invalid('tooltip.value', { maximum_length: most });
  return { tooltip: { name, value } };
}

export function echoed(input: Input): Record<string, unknown> {
  return Object.fromEntries(ECHOED.filter((key) => input[key] !== undefined).map((key) => [key, input[key]]));
}

export function withMetadata(field: FieldDefinition, metadata: Record<string, unknown>): FieldDefinition {
  return { ...field, metadata: { ...field.metadata, ...metadata } };
}

function withDefault(records: Records, field: FieldDefinition, input: Input, path: FieldPath): FieldDefinition {
  const given = input['default_value'];
  if (given === undefined || given === null) return field;
  const checked = checkValue(records, blankColumn(field), given);
  if (!('value' in checked)) throw path.invalid('default_value', { expected_data_type: field.dataType });
  const defaultValue: CellValue = checked.value;
  return { ...withMetadata(field, { default_value: given }), defaultValue };
}
