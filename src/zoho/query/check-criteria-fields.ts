// For callers that check criteria against metadata before they spend a call; the live queries will.
import { LIMITS } from '../../domain/zoho-limits';
import { type CallLabel, requestBug } from '../errors/errors';
import type { ZohoField } from '../metadata/fields';
import { type Comparison, comparisonsOf, type RecordCriteria } from './criteria';
import { criteriaTypeOf } from './criteria-types';

const LOOKUPS: readonly string[] = ['lookup', 'ownerlookup', 'userlookup', 'multi_module_lookup'];

type KnownField = Pick<
  ZohoField,
  'apiName' | 'dataType' | 'formulaReturnType' | 'rollupReturnType' | 'encrypted' | 'filterable' | 'searchable'
>;

/**
 * Compares criteria with a module's fields before a call is spent on them. Of a path through a lookup only the lookup
 * is checked: the rest belongs to another module.
 *
 * @param fields as `getFields` gives them.
 * @throws ZohoError `request_bug` that names the first field that does not exist, has another type, is encrypted and
 *   compared otherwise than by `equals` or for null, or can neither be filtered nor searched.
 */
export function checkCriteriaFields(label: CallLabel, criteria: RecordCriteria, fields: readonly KnownField[]): void {
  const known = new Map(fields.map((field) => [field.apiName, field]));
  for (const comparison of comparisonsOf(label, criteria, LIMITS.coql.criteria)) {
    const reason = refusal(comparison, known);
    if (reason !== undefined) throw requestBug(label, `${comparison.field} ${reason}`);
  }
}

function refusal(comparison: Comparison, known: ReadonlyMap<string, KnownField>): string | undefined {
  const { field: path, operator, type } = comparison;
  if (path === 'id') return type === 'id' ? undefined : `is an id and compared as ${type}`;
  const [name = '', ...rest] = path.split(/\.|->/);
  const field = known.get(name);
  if (!field) return 'is no field of the module, or the connected user may not see it';
  if (rest.length > 0) return LOOKUPS.includes(field.dataType) ? undefined : 'is not a lookup and has no parts';
  const actual = criteriaTypeOf(field);
  if (actual === null) return `has the type ${field.dataType}, which cannot be compared`;
  if (actual !== type) return `has the type ${actual} and is compared as ${type}`;
  if (field.encrypted && !['equals', 'is_null', 'is_not_null'].includes(operator)) {
    return 'is encrypted, and then only equals and the tests for null are open';
  }
  return field.filterable || field.searchable ? undefined : 'can neither be filtered nor searched';
}
