import { type CallLabel, requestBug } from '../errors/errors';
import type { CriteriaOperator, CriteriaType, OperatorOf, ValueOf } from './criteria-types';

export type CriteriaValue = string | number | boolean;

/** One condition on one field. The type decides which operators exist and how the values are written. */
export interface Comparison {
  /** API name; in a COQL query also a path through lookups, such as `Account_Name.Industry`. */
  field: string;
  type: CriteriaType;
  operator: CriteriaOperator;
  /** None for `is_null` and `is_not_null`, two for `between`, 1 to 100 for `in`, one for the rest. */
  values: readonly CriteriaValue[];
}

export interface CriteriaGroup {
  groupOperator: 'and' | 'or';
  group: readonly RecordCriteria[];
}

/**
 * Conditions on records: plain data, the same for Search Records and for COQL. Checked when it is written out,
 * so it may come from outside.
 */
export type RecordCriteria = Comparison | CriteriaGroup;

/**
 * A condition, with the operators the field's type has.
 *
 * @param type data type of the field's metadata; of a formula the type it returns.
 * @param values ids, dates (`2026-01-31`), datetimes (ISO 8601 with offset, whole seconds) and numbers too large for a
 *   double as text.
 */
export function compare<T extends CriteriaType>(
  field: string,
  type: T,
  operator: OperatorOf<T>,
  ...values: readonly ValueOf<T>[]
): Comparison {
  return { field, type, operator, values };
}

/** Records that meet every one of these. */
export function and(...group: readonly RecordCriteria[]): CriteriaGroup {
  return { groupOperator: 'and', group };
}

/** Records that meet at least one of these. */
export function or(...group: readonly RecordCriteria[]): CriteriaGroup {
  return { groupOperator: 'or', group };
}

/** Deeper than any bracketing of 25 conditions needs; it keeps what comes from outside from exhausting the stack. */
const MAX_DEPTH = 25;

/**
 * The conditions of a criteria, from left to right.
 *
 * @throws ZohoError `request_bug` for more than `most`, for a group without any, and for nesting beyond 25 levels.
 */
export function comparisonsOf(label: CallLabel, criteria: RecordCriteria, most: number): Comparison[] {
  const found: Comparison[] = [];
  const collect = (part: RecordCriteria, depth: number): void => {
    if (depth > MAX_DEPTH) throw requestBug(label, `the criteria are nested more than ${MAX_DEPTH} levels deep`);
    if (!('group' in part)) found.push(part);
    else if (part.group.length === 0) throw requestBug(label, 'a group of the criteria is empty');
    else for (const inner of part.group) collect(inner, depth + 1);
  };
  collect(criteria, 1);
  if (found.length > most) throw requestBug(label, `${found.length} conditions are given, and Zoho takes ${most}`);
  return found;
}
