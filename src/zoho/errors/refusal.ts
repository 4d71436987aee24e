import type { SafeDetails } from './error-details';
import type { ErrorCategory, ZohoError } from './errors';

/**
 * Why Zoho did not do one of several things that one call asked for. Holds names, ids, positions and limits, never a
 * value of a record.
 */
export interface Refusal {
  status: 'error';
  category: ErrorCategory;
  /** Zoho's code. */
  code: string;
  /** API name of the refused field or key. */
  fieldName: string | null;
  /** Such as `$.data[3].Account_Name.id`. */
  jsonPath: string | null;
  details: SafeDetails;
  retryable: boolean;
  /** Milliseconds to wait before the next attempt; null leaves it to the caller. */
  retryAfterMs: number | null;
  whatToDo: string;
}

/** The refusal that an item's error means. */
export function refusalOf(error: ZohoError): Refusal {
  const { category, code, details, fieldName, retryable, retryAfterMs, whatToDo } = error;
  const jsonPath = details['json_path'];
  return {
    status: 'error',
    category,
    code,
    fieldName: fieldName ?? null,
    jsonPath: typeof jsonPath === 'string' ? jsonPath : null,
    details,
    retryable,
    retryAfterMs: retryAfterMs ?? null,
    whatToDo,
  };
}
