import { type DataType, kindOf } from '../data/data-type';
import { ApiError } from '../http/api-error';
import { isObject } from '../http/exchange';
import type { OpenModule, Records } from '../store/records';
import { type Comparing, type Comparison, type Condition, comparisonsOf } from './condition';
import { converterOf } from './evaluate';
import { resolvePath } from './field-path';

const MAX_CRITERIA = 25;
const MAX_VALUES = 200;
const EMPTY = '${EMPTY}';

const NUMBER = ['equal', 'not_equal', 'in', 'not_in', 'less_than', 'less_equal', 'greater_than', 'greater_equal'];
const TIME = [...NUMBER, 'between', 'not_between'];
const TEXT = ['equal', 'not_equal', 'in', 'not_in', 'contains', 'not_contains', 'starts_with', 'ends_with'];
const CHOICE = ['equal', 'not_equal', 'in', 'not_in'];

function comparatorsOf(dataType: DataType | 'id'): readonly string[] {
  switch (kindOf(dataType)) {
    case 'whole':
    case 'long':
    case 'decimal':
    case 'computed':
    case 'id':
      return NUMBER;
    case 'date':
    case 'datetime':
      return TIME;
    case 'flag':
      return ['equal'];
    case 'reference':
      return CHOICE;
    case 'longText':
      return [];
    default:
      return TEXT;
  }
}

function refuse(code: string, message: string, details: Record<string, unknown> = {}): ApiError {
  return new ApiError(400, code, message, details);
}

/**
 * Reads the criteria of a bulk-read query.
 * @throws ApiError with the codes of Bulk Read: Create Job
 */
export function parseBulkCriteria(records: Records, opened: OpenModule, criteria: unknown): Condition {
  const condition = parse(records, opened, criteria);
  if (comparisonsOf(condition).length > MAX_CRITERIA) {
    throw refuse('CRITERIA_LIMIT_EXCEEDED', 'the criteria limit is exceeded', { max_limit: MAX_CRITERIA });
  }
  return condition;
}

function parse(records: Records, opened: OpenModule, criteria: unknown): Condition {
  if (!isObject(criteria)) throw refuse('INVALID_CRITERIA', 'the criteria are not valid');
  const { group, group_operator: operator } = criteria;
  if (group === undefined) return parseComparing(records, opened, criteria);
  if (criteria['field'] !== undefined) throw refuse('AMBIGUOUS_CRITERIA', 'either group or field is expected');
  if (!Array.isArray(group) || group.length === 0) throw refuse('INVALID_CRITERIA', 'the group is not valid');
  const parts = group.map((part: unknown) => parse(records, opened, part));
  if (operator === 'and') return { all: parts };
  if (operator === 'or') return { any: parts };
  throw refuse('GROUP_OPERATOR_NOT_SUPPORTED', 'the group operator is not supported');
}

function parseComparing(records: Records, opened: OpenModule, criteria: Readonly<Record<string, unknown>>): Comparing {
  const { field, comparator, value } = criteria;
  const path = isObject(field) ? field['api_name'] : criteria['api_name'];
  if (typeof path !== 'string') throw refuse('INVALID_CRITERIA', 'the field of a criterion is missing');
  const resolved = resolvePath(records, opened, path);
  const details = { api_name: path, module: opened.module.apiName };
  if (!resolved) throw refuse('FIELD_IN_CRITERIA_NOT_AVAILABLE', 'the field in criteria is not available', details);
  const supported = comparatorsOf(resolved.dataType);
  if (supported.length === 0) {
    throw refuse('FIELD_IN_CRITERIA_NOT_SUPPORTED', 'the field in criteria is not supported', details);
  }
  if (typeof comparator !== 'string' || !supported.includes(comparator)) {
    const message = 'the field and comparator in criteria are not compatible';
    throw refuse('FIELD_AND_COMPARATOR_IN_CRITERIA_NOT_COMPATIBLE', message, { comparator, api_name: path, supported });
  }
  const operands = operandsOf(value, details);
  if (operands.length === 1 && operands[0] === EMPTY) {
    return { path, comparison: comparator.startsWith('not') ? 'not_empty' : 'empty', operands: [] };
  }
  const convert = converterOf(resolved.dataType);
  const expected = comparator.endsWith('between') ? 2 : comparator.endsWith('in') ? undefined : 1;
  if (operands.some((operand) => convert(operand) === undefined) || (expected ?? operands.length) !== operands.length) {
    throw refuse(
      'FIELD_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE',
      'the field and value in criteria are not compatible',
      details,
    );
  }
  return { path, comparison: comparator as Comparison, operands };
}

function operandsOf(value: unknown, details: Record<string, unknown>): string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.length > MAX_VALUES) {
    throw refuse('VALUE_LIMIT_EXCEEDED_IN_CRITERIA', 'too many values in a criterion', {
      ...details,
      max_limit: MAX_VALUES,
    });
  }
  return values.map((part) => {
    const plain = isObject(part) ? part['id'] : part;
    if (isScalar(plain)) return String(plain);
    throw refuse('VALUE_TYPE_NOT_SUPPORTED', 'the type of a value is not supported', details);
  });
}

function isScalar(value: unknown): value is string | number | bigint | boolean {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}
