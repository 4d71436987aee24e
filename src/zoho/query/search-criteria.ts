import { LIMITS } from '../../domain/zoho-limits';
import { type CallLabel, requestBug } from '../errors/errors';
import { type Comparison, comparisonsOf, type RecordCriteria } from './criteria';
import { familyOf, searchOperatorsOf } from './criteria-types';
import { valueTexts } from './criteria-values';

/** Of the address once it is encoded. Zoho names no limit; servers commonly take 8 KB for the whole head of a request. */
const MAX_ENCODED_LENGTH = 6_000;

/**
 * Writes criteria in the grammar of Search Records: `((Stage:equals:Closed Won)and(Amount:greater_than:10))`. Brackets,
 * commas and backslashes of values are escaped; the URL's own encoding is left to the call.
 *
 * @throws ZohoError `request_bug` for more than 10 conditions, an operator the type does not have, a value of another
 *   type, a name that is none, and criteria too long for an address.
 */
export function searchCriteria(label: CallLabel, criteria: RecordCriteria): string {
  comparisonsOf(label, criteria, LIMITS.search.criteria);
  const text = render(label, criteria);
  const length = new URLSearchParams({ criteria: text }).toString().length;
  if (length > MAX_ENCODED_LENGTH) {
    throw requestBug(label, `the encoded criteria have ${length} characters, and ${MAX_ENCODED_LENGTH} fit an address`);
  }
  return text;
}

function render(label: CallLabel, criteria: RecordCriteria): string {
  if (!('group' in criteria)) return renderComparison(label, criteria);
  const parts = criteria.group.map((part) => render(label, part));
  // A word other than these two would end up in the text as it is.
  const word = criteria.groupOperator === 'or' ? 'or' : 'and';
  return parts.length === 1 ? parts.join() : `(${parts.join(word)})`;
}

function renderComparison(label: CallLabel, comparison: Comparison): string {
  const { field, operator, type } = comparison;
  if (!/^[A-Za-z$][\w$]{0,99}$/.test(field)) throw requestBug(label, 'a name in the criteria is not an API name');
  if (familyOf(type) === undefined || !searchOperatorsOf(type).includes(operator)) {
    throw requestBug(label, `Search Records does not know this operator for ${field}`);
  }
  const values = valueTexts(label, comparison).map((value) => value.replace(/[(),\\]/g, '\\$&'));
  return `(${field}:${operator}:${values.join(',')})`;
}
