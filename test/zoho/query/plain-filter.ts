import type { Comparison, RecordCriteria, CriteriaValue } from '../../../src/zoho/query/criteria';
import type { Row } from './hostile-module';

type Comparable = string | number | bigint | boolean;

/**
 * Whether a record meets criteria, by Zoho's documentation and nothing else: texts compare exactly, times as instants,
 * lookups by id, choices one by one; an empty field meets only the negative conditions and `is_null`.
 */
export function meets(row: Row, criteria: RecordCriteria): boolean {
  if (!('group' in criteria)) return meetsComparison(row, criteria);
  return criteria.groupOperator === 'and'
    ? criteria.group.every((part) => meets(row, part))
    : criteria.group.some((part) => meets(row, part));
}

function meetsComparison(row: Row, { field, type, operator, values }: Comparison): boolean {
  const held = heldValues(row[field]).map((value) => comparable(type, value));
  const [first = '', second = ''] = values.map((value) => comparable(type, value));
  const wanted = values.map((value) => comparable(type, value));
  const any = (test: (value: Comparable) => boolean): boolean => held.some(test);
  const between = (value: Comparable): boolean => value >= first && value <= second;
  switch (operator) {
    case 'equals':
    case 'in':
      return any((value) => wanted.includes(value));
    case 'not_equal':
    case 'not_in':
      return !any((value) => wanted.includes(value));
    case 'greater_than':
      return any((value) => value > first);
    case 'greater_equal':
      return any((value) => value >= first);
    case 'less_than':
      return any((value) => value < first);
    case 'less_equal':
      return any((value) => value <= first);
    case 'between':
      return any(between);
    case 'not_between':
      return !any(between);
    case 'starts_with':
      return any((value) => String(value).startsWith(String(first)));
    case 'ends_with':
      return any((value) => String(value).endsWith(String(first)));
    case 'contains':
      return any((value) => String(value).includes(String(first)));
    case 'not_contains':
      return !any((value) => String(value).includes(String(first)));
    case 'is_null':
      return held.length === 0;
    case 'is_not_null':
      return held.length > 0;
  }
}

function heldValues(value: unknown): CriteriaValue[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value as string[];
  return [typeof value === 'object' ? (value as Row).id : (value as CriteriaValue)];
}

function comparable(type: string, value: CriteriaValue): Comparable {
  switch (type) {
    case 'integer':
    case 'currency':
    case 'double':
      return Number(value);
    case 'datetime':
      return Date.parse(String(value));
    case 'id':
    case 'ownerlookup':
      return BigInt(value);
    default:
      return value;
  }
}
