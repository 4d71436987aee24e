import { LIMITS } from '../zoho-limits';
import { isBigintId } from './bigint-id';
import { newChoiceProblem, newChoices } from './choices';

/** Metadata of a field that the check uses. */
export interface WritableField {
  apiName: string;
  dataType: string;
  /** Characters or digits. */
  length: number | null;
  systemMandatory: boolean;
  /** Whether records may carry the field when they are created or updated through the API. */
  apiCreate: boolean;
  apiUpdate: boolean;
  picklistValues: readonly { actual: string; display: string }[];
}

export type RecordOperation = 'insert' | 'update' | 'upsert';

export type RecordProblemCode = 'unknown_field' | 'read_only' | 'required' | 'wrong_type' | 'too_long' | 'no_option';

/** Problem of one field of a record. Holds no value. */
export interface RecordProblem {
  field: string;
  code: RecordProblemCode;
  detail: string;
}

type Input = Readonly<Record<string, unknown>>;
type Found = Omit<RecordProblem, 'field'>;

/**
 * Checks a record against the fields of its module before a credit is spent: names, types, lengths, options and
 * required fields. Zoho may still refuse a record that passes: layouts, validation rules, uniqueness and permissions
 * are not part of the fields' metadata.
 *
 * @param record values by API name as JSON; a number may be an object with its digits under `text`
 * @returns one entry for each wrong field in the record's order, then the missing ones; empty if the record is fine
 */
export function recordProblems(
  operation: RecordOperation,
  record: Input,
  fields: readonly WritableField[],
): RecordProblem[] {
  const known = new Map(fields.map((field) => [field.apiName, field]));
  const given = Object.entries(record).filter(([name]) => name !== 'id' && !name.startsWith('$'));
  return [
    ...idProblems(operation, record),
    ...given.flatMap(([name, value]) => {
      const found = fieldProblem(operation, known.get(name), value);
      return found === undefined ? [] : [{ field: name, ...found }];
    }),
    ...(operation === 'update' ? [] : missingFields(record, fields)),
  ];
}

function idProblems(operation: RecordOperation, { id }: Input): RecordProblem[] {
  if (id === undefined && operation !== 'update') return [];
  if (id === undefined) return [{ field: 'id', code: 'required', detail: 'An update needs the id of the record.' }];
  return isBigintId(id) ? [] : [{ field: 'id', ...wrongType('a text of digits below 2^63') }];
}

function missingFields(record: Input, fields: readonly WritableField[]): RecordProblem[] {
  return fields
    .filter((field) => field.systemMandatory && isWritable('insert', field) && !(field.apiName in record))
    .map(({ apiName }) => ({ field: apiName, code: 'required', detail: 'The module requires a value.' }));
}

function fieldProblem(operation: RecordOperation, field: WritableField | undefined, value: unknown): Found | undefined {
  if (!field) {
    return { code: 'unknown_field', detail: 'The module has no such field, or the connected user may not see it.' };
  }
  if (!isWritable(operation, field)) return { code: 'read_only', detail: 'Zoho does not take a value for this field.' };
  if (value !== null && value !== '') return valueProblem(field, value);
  return field.systemMandatory ? { code: 'required', detail: 'The field cannot be cleared.' } : undefined;
}

/**
 * By `operation_type` alone: Zoho calls the owner of a record read-only for everyone, and takes it all the same. An upsert
 * may insert or update, so either permission is enough.
 */
function isWritable(operation: RecordOperation, field: WritableField): boolean {
  if (operation === 'upsert') return field.apiCreate || field.apiUpdate;
  return operation === 'insert' ? field.apiCreate : field.apiUpdate;
}

function valueProblem(field: WritableField, value: unknown): Found | undefined {
  switch (field.dataType) {
    case 'text':
    case 'textarea':
    case 'phone':
    case 'website':
      return textProblem(field, value);
    case 'email':
      return textProblem(field, value) ?? unless(isEmail(value), 'an e-mail address');
    case 'picklist':
      return typeof value === 'string' ? optionProblem(field, [value]) : wrongType('the text of an option');
    case 'multiselectpicklist':
      return isTexts(value) ? optionProblem(field, value) : wrongType('a list of options');
    case 'boolean':
      return unless(typeof value === 'boolean', 'true or false');
    case 'integer':
      return isNumber(value)
        ? digitsProblem(field, value, LIMITS.customFields.length.integer)
        : wrongType('a whole number');
    case 'bigint':
      return digitsProblem(field, value, LIMITS.customFields.length.bigint);
    case 'double':
    case 'currency':
    case 'percent':
      return unless(isNumber(value), 'a number');
    case 'date':
      return unless(isDate(value), 'a date such as 2026-01-31');
    case 'datetime':
      return unless(isDatetime(value), 'a time with seconds and offset such as 2026-01-31T12:00:00+00:00');
    case 'lookup':
    case 'ownerlookup':
    case 'userlookup':
      return unless(isReference(value), 'a record such as {"id": "..."}');
    case 'subform':
    case 'multiselectlookup':
    case 'multiuserlookup':
      return unless(Array.isArray(value), 'a list');
    default:
      return undefined;
  }
}

function textProblem({ length }: WritableField, value: unknown): Found | undefined {
  if (typeof value !== 'string') return wrongType('a text');
  if (length === null || [...value].length <= length) return undefined;
  return { code: 'too_long', detail: `The text is longer than ${length} characters.` };
}

function optionProblem(field: WritableField, chosen: readonly string[]): Found | undefined {
  const [unknown] = newChoices(field, chosen);
  return unknown === undefined ? undefined : { code: 'no_option', detail: `${newChoiceProblem(field, unknown)}.` };
}

function digitsProblem({ length }: WritableField, value: unknown, usual: number): Found | undefined {
  const digits = /^-?(\d+)$/.exec(typeof value === 'string' ? value : (numberText(value) ?? ''))?.[1];
  if (digits === undefined) return wrongType('a whole number');
  const most = length ?? usual;
  return digits.length <= most ? undefined : { code: 'too_long', detail: `The number has more than ${most} digits.` };
}

function wrongType(expected: string): Found {
  return { code: 'wrong_type', detail: `The value must be ${expected}.` };
}

function unless(isRight: boolean, expected: string): Found | undefined {
  return isRight ? undefined : wrongType(expected);
}

/** The digits of a number, plain or as an object that keeps them. */
function numberText(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  const isExact = typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string';
  return isExact ? (value.text as string) : undefined;
}

function isNumber(value: unknown): boolean {
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(numberText(value) ?? '');
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isEmail(value: unknown): boolean {
  return typeof value === 'string' && /^[^\s@]+@[^\s@]+$/.test(value);
}

function isReference(value: unknown): boolean {
  return isBigintId(value) || (typeof value === 'object' && value !== null && 'id' in value && isBigintId(value.id));
}

function isDate(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const time = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}

function isDatetime(value: unknown): boolean {
  const [date = ''] = typeof value === 'string' ? value.split('T') : [];
  return isDate(date) && /T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(Z|[+-]\d{2}:[0-5]\d)$/.test(value as string);
}
