import { CRITERIA_TYPES, coqlOperatorsOf, familyOf } from '../../zoho/query/criteria-types';

/**
 * Types of Zoho's fields of which the records with a value can be asked for, value and all. A query gives no names of
 * what lookups point to.
 */
export const FILLABLE_TYPES: readonly string[] = CRITERIA_TYPES.filter(
  (type) => familyOf(type) !== 'reference' && coqlOperatorsOf(type).includes('is_not_null'),
);
