import type { ErrorCategory } from './errors';

/**
 * Every code that Zoho documents for the calls of this client, by what the engine must do about it. The codes of one
 * category are listed together so that the list can be compared with Zoho's status-code page.
 */
const CODES: Readonly<Partial<Record<ErrorCategory, readonly string[]>>> = {
  auth_expired: ['INVALID_TOKEN', 'AUTHENTICATION_FAILURE'],
  permission: ['OAUTH_SCOPE_MISMATCH', 'NO_PERMISSION', 'AUTHORIZATION_FAILED'],
  rate_limited: ['TOO_MANY_REQUESTS', 'RATE_LIMIT_EXCEEDED', 'ALREADY_SCHEDULED'],
  validation: [
    'MANDATORY_NOT_FOUND',
    'INVALID_DATA',
    'MULTIPLE_OR_MULTI_ERRORS',
    'PATTERN_NOT_MATCHED',
    'SYNTAX_ERROR',
    'INVALID_QUERY',
    'INVALID_ALIAS',
    'DUPLICATE_ALIAS',
    'DEPENDENT_FIELD_MISSING',
    'EXPECTED_FIELD_MISSING',
    'EXPECTED_DEPENDENT_FIELD_MISSING',
    'EXPECTED_PARAM_MISSING',
    'DEPENDENT_MISMATCH',
    'MAPPING_MISMATCH',
    'DATA_MISMATCH',
    'ALREADY_USED',
    'NOT_ALLOWED',
    'RESERVED_KEYWORD_NOT_ALLOWED',
    'PROPERTY_LOCKED',
    'MISSING_BRACES',
    'INCORRECT_NUMBER_OF_PARAM',
    'INCORRECT_DATA_TYPE_PARAM',
    'DYNAMIC_EXPRESSION_LENGTH_EXCEEDED',
    'PARTICIPATING_FIELD_NOT_FOUND',
    'CONVERTED_RECORD',
    'ID_ALREADY_CONVERTED',
    'CANNOT_PERFORM_ACTION',
    'CANNOT_PROCESS',
    'CANNOT_DELETE',
    'INVALID_FIELD',
    'INVALID_FIELD_NAME',
    'INVALID_FORMAT',
    'COLUMN_INDEX_NOT_FOUND',
    'MANDATORY_FIELDS_NOT_MAPPED',
    'MISSING_REQUIRED_KEY',
    'BLOCKED_RECORD',
  ],
  duplicate: ['DUPLICATE_DATA', 'DUPLICATE_LINKING_DATA'],
  not_found: ['RESOURCE_NOT_FOUND', 'NO_RECORDS_FOUND', 'NOT_SUBSCRIBED', 'INVALID_FILE_ID', 'FILE_NOT_FOUND'],
  conflict: ['ALREADY_MODIFIED'],
  locked: ['RECORD_LOCKED', 'NOT_APPROVED', 'NOT_REVIEWED', 'RECORD_IN_BLUEPRINT'],
  cursor_lost: [
    'EXPIRED_VALUE',
    'EXPIRED_PAGE_TOKEN',
    'TOKEN_BOUND_DATA_MISMATCH',
    'DISCRETE_PAGINATION_LIMIT_EXCEEDED',
    'PAGINATION_LIMIT_EXCEEDED',
    'PAGE_RANGE_EXCEEDED',
    'LIMIT_REACHED',
  ],
  request_bug: [
    'REQUIRED_PARAM_MISSING',
    'AMBIGUITY_DURING_PROCESSING',
    'LIMIT_EXCEEDED',
    'INVALID_MODULE',
    'INVALID_URL_PATTERN',
    'INVALID_REQUEST_METHOD',
    'METHOD_NOT_ALLOWED',
    'UNABLE_TO_PARSE_DATA_TYPE',
    'MEDIA_TYPE_NOT_SUPPORTED',
    'API_NOT_SUPPORTED',
    'NOT_SUPPORTED',
    'REQUEST_BODY_IS_EMPTY',
    'REQUEST_BODY_NOT_READABLE',
    'REQUEST_BODY_NOT_SUPPORTED',
    'INVALID_REQUEST',
    'INVALID_BULK_OPERATION',
    'INVALID_SERVICE_NAME',
    'MODULE_NOT_AVAILABLE',
    'MODULE_NOT_SUPPORTED',
    'FIELD_NOT_AVAILABLE',
    'FIELD_NOT_SUPPORTED',
    'FIELD_IN_CRITERIA_NOT_AVAILABLE',
    'FIELD_IN_CRITERIA_NOT_SUPPORTED',
    'FIELD_COMPARATOR_IN_CRITERIA_NOT_SUPPORTED',
    'FIELD_AND_COMPARATOR_IN_CRITERIA_NOT_COMPATIBLE',
    'FIELD_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE',
    'COMPARATOR_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE',
    'COMPARATOR_AND_ENCRYPTED_VALUE_IN_CRITERIA_NOT_COMPATIBLE',
    'VALUE_IN_CRITERIA_NOT_SUPPORTED',
    'VALUE_TYPE_NOT_SUPPORTED',
    'VALUE_LIMIT_EXCEEDED_IN_CRITERIA',
    'CRITERIA_NOT_SUPPORTED',
    'INVALID_CRITERIA',
    'AMBIGUOUS_CRITERIA',
    'AMBIGUOUS_GROUP_IN_CRITERIA',
    'CRITERIA_LIMIT_EXCEEDED',
    'GROUP_OPERATOR_NOT_SUPPORTED',
    'CVID_NOT_SUPPORTED',
    'PAGE_NOT_SUPPORTED',
    'JOIN_LIMIT_EXCEEDED',
    'QUERY_NOT_SUPPORTED',
    'JOB_NOT_SUPPORTED',
    'COEXISTENCE_NOT_ALLOWED',
    'FILE_NOT_SUPPORTED',
    'FILE_TOO_LARGE',
    'HEADER_LIMIT_EXCEEDED',
    'INVALID_FILE_FORMAT',
    'INVALID_CALLBACK_URL',
    'INVALID_CALLBACK_METHOD',
  ],
  capacity: [
    'STORAGE_SPACE_EXCEEDED',
    'FILE_SIZE_MORE_THAN_ALLOWED_SIZE',
    'FIELD_LIMIT_EXCEEDED',
    'FEATURE_NOT_SUPPORTED',
    'FEATURE_NOT_ENABLED',
    'NOT_SUPPORTED_FEATURE',
  ],
  server: [
    'INTERNAL_ERROR',
    'INTERNAL_SERVER_ERROR',
    'BAD_GATEWAY',
    'SERVICE_UNAVAILABLE',
    'DEPENDENT_SERVICE_ERROR',
    'REQUEST_TIMEOUT',
    'CALLBACK_FAILURE',
  ],
};

const CATEGORY_BY_CODE: ReadonlyMap<string, ErrorCategory> = new Map(
  (Object.keys(CODES) as ErrorCategory[]).flatMap((category) =>
    (CODES[category] ?? []).map((code) => [code, category] as const),
  ),
);

/** The category of a documented code of the CRM API; undefined for any other. */
export function categoryOfCode(code: string): ErrorCategory | undefined {
  return CATEGORY_BY_CODE.get(code);
}

/** Category of an HTTP status whose code is missing or unknown: 5xx is Zoho's fault, 4xx is the request's. */
export function categoryOfStatus(status: number): ErrorCategory {
  if (status === 401) return 'auth_expired';
  if (status === 403) return 'permission';
  if (status === 404) return 'not_found';
  if (status === 405 || status === 413 || status === 415) return 'request_bug';
  if (status === 412) return 'conflict';
  if (status === 429) return 'rate_limited';
  // 408 and redirections come from proxies and maintenance pages in front of the API, and pass.
  if (status === 408 || status >= 500 || status < 400) return 'server';
  return 'validation';
}
