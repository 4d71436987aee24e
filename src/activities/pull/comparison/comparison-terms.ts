import type { ComparisonTerms } from '../../../db/mirror/load/difference-rows';
import type { ComparisonRequest } from '../../../temporal/contract/comparison';

/** Terms of a comparison as the database takes them. */
export function comparisonTerms({ promisedUntil, repairs }: ComparisonRequest): ComparisonTerms {
  return { promisedUntil: promisedUntil === null ? null : new Date(promisedUntil), repairs };
}
