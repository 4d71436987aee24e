import { MODIFIED_TIME_FIELD } from '../../domain/mirror/mirror-field';
import { ZohoError } from '../../zoho/errors/errors';
import { countRecords } from '../../zoho/records/count-records';
import type { ZohoWork } from '../with-zoho';
import { convertedParameter } from './scan/list-pages';
import { timedAnswer } from './timed-answer';

/**
 * Counts the records of a module that were modified at a time or later. 1 credit.
 * @param since ISO 8601, whole seconds
 * @returns `asOf`: a time on Zoho's clock before it counted; undefined where the grant may not count by criteria, which
 *   takes the scope of searches
 */
export async function countChanges(
  { transport, options }: ZohoWork,
  module: string,
  since: string,
): Promise<{ rows: number; asOf: Date } | undefined> {
  const criteria = `(${MODIFIED_TIME_FIELD}:greater_equal:${since})`;
  try {
    const { answer, asOf } = await timedAnswer(() =>
      countRecords(transport, module, { criteria, ...convertedParameter(module) }, options),
    );
    return { rows: answer.count, asOf };
  } catch (error) {
    if (error instanceof ZohoError && ['permission', 'validation', 'request_bug'].includes(error.category))
      return undefined;
    throw error;
  }
}
