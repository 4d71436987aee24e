import { LIMITS } from '../../domain/zoho-limits';
import { type CallLabel, requestBug } from '../errors/errors';

export type BulkReadComparator =
  | 'equal'
  | 'not_equal'
  | 'in'
  | 'not_in'
  | 'less_than'
  | 'less_equal'
  | 'greater_than'
  | 'greater_equal'
  | 'contains'
  | 'not_contains'
  | 'starts_with'
  | 'ends_with'
  | 'between'
  | 'not_between';

export type BulkReadValue = string | number | boolean;

/**
 * Filter of the records that a bulk-read job exports. Datetimes are ISO 8601 without milliseconds; `${EMPTY}` means no
 * value.
 */
export type BulkReadCriteria =
  | { field: string; comparator: BulkReadComparator; value: BulkReadValue | readonly BulkReadValue[] }
  | { groupOperator: 'and' | 'or'; group: readonly BulkReadCriteria[] };

/**
 * Zoho's form of the criteria.
 *
 * @throws ZohoError `request_bug` for more than 25 conditions.
 */
export function bulkReadCriteria(label: CallLabel, criteria: BulkReadCriteria): object {
  const conditions = countConditions(criteria);
  if (conditions > LIMITS.bulkRead.criteria) {
    throw requestBug(label, `${conditions} conditions are given, and Zoho takes ${LIMITS.bulkRead.criteria}`);
  }
  return toWire(criteria);
}

function countConditions(criteria: BulkReadCriteria): number {
  return 'group' in criteria ? criteria.group.reduce((sum, part) => sum + countConditions(part), 0) : 1;
}

function toWire(criteria: BulkReadCriteria): object {
  if ('group' in criteria) return { group_operator: criteria.groupOperator, group: criteria.group.map(toWire) };
  return { field: { api_name: criteria.field }, comparator: criteria.comparator, value: criteria.value };
}
