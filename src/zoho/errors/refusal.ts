import type { SafeDetails } from './error-details';
import type { ErrorCategory, ItemError, ZohoError } from './errors';

/**
 * Why Zoho did not do one of several things that one call asked for. Holds names, ids, positions and limits, never a
 * value of a record.
 */
export interface Refusal {
  status: 'error';
  category: ErrorCategory;
  /** Zoho's code. */
  code: string;
  /** API name of the refused field or key; that of a lookup or a subform where a part of its value is wrong. */
  fieldName: string | null;
  /** Such as `$.data[3].Account_Name.id`. */
  jsonPath: string | null;
  details: SafeDetails;
  /** Every error of the input, in Zoho's order; the fields above are those of the one that decides. */
  errors: readonly ItemError[];
  retryable: boolean;
  /** Milliseconds to wait before the next attempt; null leaves it to the caller. */
  retryAfterMs: number | null;
  whatToDo: string;
}

/** The refusal that an item's error means. */
export function refusalOf(error: ZohoError): Refusal {
  const { category, code, details, fieldName, errors, retryable, retryAfterMs, whatToDo } = error;
  const jsonPath = details['json_path'];
  return {
    status: 'error',
    category,
    code,
    fieldName: fieldName ?? null,
    jsonPath: typeof jsonPath === 'string' ? jsonPath : null,
    details,
    errors,
    retryable,
    retryAfterMs: retryAfterMs ?? null,
    whatToDo,
  };
}
