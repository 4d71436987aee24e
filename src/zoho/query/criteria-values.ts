import { isBigintId } from '../../domain/records/bigint-id';
import { LIMITS } from '../../domain/zoho-limits';
import { type CallLabel, requestBug } from '../errors/errors';
import type { Comparison, CriteriaValue } from './criteria';
import { type CriteriaOperator, familyOf } from './criteria-types';

const INTEGER_TYPES: readonly string[] = ['integer', 'bigint'];

/**
 * The values of a condition as texts, exactly as given.
 *
 * @throws ZohoError `request_bug` for a wrong number of values and for a value the field's type does not have. The
 *   error names the field, never the value.
 */
export function valueTexts(label: CallLabel, comparison: Comparison): string[] {
  const { field, operator, type, values } = comparison;
  const [least, most] = valueCount(operator);
  if (values.length < least || values.length > most) {
    throw requestBug(label, `${operator} on ${field} has ${values.length} values, and ${countText(least, most)} fit`);
  }
  return values.map((value) => {
    const reason = refusal(type, value);
    if (reason !== undefined) throw requestBug(label, `a value for ${field} ${reason}`);
    return String(value);
  });
}

function valueCount(operator: CriteriaOperator): [least: number, most: number] {
  switch (operator) {
    case 'is_null':
    case 'is_not_null':
      return [0, 0];
    case 'between':
    case 'not_between':
      return [2, 2];
    case 'in':
    case 'not_in':
      return [1, LIMITS.coql.valuesPerIn];
    default:
      return [1, 1];
  }
}

function countText(least: number, most: number): string {
  return least === most ? String(most) : `${least} to ${most}`;
}

/** Problem of a value that does not fit a type; undefined if it fits. */
function refusal(type: string, value: CriteriaValue): string | undefined {
  switch (familyOf(type)) {
    case 'text':
    case 'longText':
    case 'choice':
    case 'choices':
      return typeof value === 'string' ? textRefusal(value) : 'is not a text';
    case 'reference':
      return isBigintId(value) ? undefined : 'is not an id, which is a text of digits below 2^63';
    case 'flag':
      return typeof value === 'boolean' ? undefined : 'is not true or false';
    case 'number':
      return numberRefusal(type, value);
    case 'date':
      return isDate(value) ? undefined : 'is not a date such as 2026-01-31';
    case 'datetime':
      return isDatetime(value) ? undefined : 'is not a datetime with an offset and whole seconds';
    default:
      return 'has a type that cannot be compared';
  }
}

/** Zoho keeps an empty text as no value, which `is_null` asks for; the rest would change on the way to it. */
function textRefusal(text: string): string | undefined {
  if (text === '') return 'is an empty text, which compares with nothing';
  if (text.includes('\0')) return 'contains the character U+0000';
  return /\p{Surrogate}/u.test(text) ? 'is not well-formed Unicode' : undefined;
}

function numberRefusal(type: string, value: CriteriaValue): string | undefined {
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return 'is too large for a number: give it as text';
  }
  if (typeof value === 'boolean' || !/^-?\d{1,30}(\.\d{1,20})?$/.test(String(value))) {
    return 'is not a plain decimal number';
  }
  return INTEGER_TYPES.includes(type) && String(value).includes('.') ? 'is not a whole number' : undefined;
}

function isDate(value: CriteriaValue): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const time = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}

function isDatetime(value: CriteriaValue): boolean {
  const match = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(Z|[+-](0\d|1[0-4]):[0-5]\d)$/.exec(String(value));
  return match?.[1] !== undefined && isDate(match[1]);
}
