import assert from 'node:assert/strict';
import { classifyAnswer } from '../../../src/zoho/errors/classify-error';
import type { ErrorCategory, ZohoError } from '../../../src/zoho/errors/errors';

const label = { operation: 'list_records', module: 'Deals' };

function classify(status: number, body: unknown, headers: Record<string, string> = {}): ZohoError {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return classifyAnswer(label, status, headers, body === null ? null : Buffer.from(text));
}

const envelope = (code: string, details: object = {}) => ({ code, details, message: 'text', status: 'error' });

/** Codes of Zoho's documentation with the status they come with, by section of it. */
const DOCUMENTED: Record<string, [status: number, category: ErrorCategory, codes: string[]][]> = {
  'OAuth, CRM API errors': [
    [401, 'auth_expired', ['INVALID_TOKEN', 'AUTHENTICATION_FAILURE']],
    [401, 'permission', ['OAUTH_SCOPE_MISMATCH']],
    [403, 'permission', ['OAUTH_SCOPE_MISMATCH', 'NO_PERMISSION', 'AUTHORIZATION_FAILED']],
  ],
  'API limits': [
    [429, 'rate_limited', ['TOO_MANY_REQUESTS', 'RATE_LIMIT_EXCEEDED', 'ANYTHING_ELSE']],
    [400, 'rate_limited', ['TOO_MANY_REQUESTS', 'ALREADY_SCHEDULED']],
  ],
  'Field metadata': [
    [400, 'validation', ['INVALID_DATA', 'MANDATORY_NOT_FOUND', 'DEPENDENT_FIELD_MISSING', 'EXPECTED_FIELD_MISSING']],
    [400, 'validation', ['EXPECTED_DEPENDENT_FIELD_MISSING', 'DEPENDENT_MISMATCH', 'ALREADY_USED', 'NOT_ALLOWED']],
    [400, 'validation', ['RESERVED_KEYWORD_NOT_ALLOWED', 'PROPERTY_LOCKED', 'SYNTAX_ERROR', 'MISSING_BRACES']],
    [400, 'validation', ['INCORRECT_NUMBER_OF_PARAM', 'INCORRECT_DATA_TYPE_PARAM', 'PARTICIPATING_FIELD_NOT_FOUND']],
    [400, 'validation', ['DYNAMIC_EXPRESSION_LENGTH_EXCEEDED']],
    [400, 'duplicate', ['DUPLICATE_DATA']],
    [400, 'capacity', ['FIELD_LIMIT_EXCEEDED', 'FEATURE_NOT_SUPPORTED', 'FEATURE_NOT_ENABLED']],
    [400, 'request_bug', ['LIMIT_EXCEEDED', 'NOT_SUPPORTED', 'AMBIGUITY_DURING_PROCESSING', 'REQUIRED_PARAM_MISSING']],
    [400, 'request_bug', ['INVALID_MODULE', 'API_NOT_SUPPORTED']],
    [500, 'server', ['INTERNAL_ERROR']],
  ],
  'Get Records': [
    [400, 'request_bug', ['REQUIRED_PARAM_MISSING', 'LIMIT_EXCEEDED', 'AMBIGUITY_DURING_PROCESSING', 'INVALID_MODULE']],
    [400, 'cursor_lost', ['DISCRETE_PAGINATION_LIMIT_EXCEEDED', 'PAGINATION_LIMIT_EXCEEDED', 'EXPIRED_VALUE']],
    [400, 'cursor_lost', ['TOKEN_BOUND_DATA_MISMATCH', 'EXPIRED_PAGE_TOKEN', 'LIMIT_REACHED']],
    [400, 'validation', ['INVALID_DATA', 'PATTERN_NOT_MATCHED', 'INVALID_QUERY', 'INVALID_ALIAS', 'DUPLICATE_ALIAS']],
    [400, 'validation', ['EXPECTED_PARAM_MISSING']],
    [400, 'request_bug', ['INVALID_REQUEST_METHOD']],
    [405, 'request_bug', ['METHOD_NOT_ALLOWED']],
    [404, 'request_bug', ['INVALID_URL_PATTERN']],
  ],
  'Per-record errors': [
    [400, 'duplicate', ['DUPLICATE_DATA', 'DUPLICATE_LINKING_DATA']],
    [400, 'validation', ['MAPPING_MISMATCH', 'DATA_MISMATCH', 'CONVERTED_RECORD', 'ID_ALREADY_CONVERTED']],
    [400, 'validation', ['CANNOT_PERFORM_ACTION', 'CANNOT_PROCESS', 'CANNOT_DELETE', 'MULTIPLE_OR_MULTI_ERRORS']],
    [400, 'locked', ['RECORD_LOCKED', 'RECORD_IN_BLUEPRINT', 'NOT_APPROVED', 'NOT_REVIEWED']],
    [400, 'server', ['DEPENDENT_SERVICE_ERROR', 'INTERNAL_ERROR']],
    [400, 'capacity', ['STORAGE_SPACE_EXCEEDED', 'FILE_SIZE_MORE_THAN_ALLOWED_SIZE']],
    [400, 'request_bug', ['UNABLE_TO_PARSE_DATA_TYPE']],
    [400, 'not_found', ['NO_RECORDS_FOUND']],
    [412, 'conflict', ['ALREADY_MODIFIED']],
  ],
  'Bulk Read': [
    [400, 'request_bug', ['REQUEST_BODY_IS_EMPTY', 'REQUEST_BODY_NOT_READABLE', 'REQUEST_BODY_NOT_SUPPORTED']],
    [400, 'request_bug', ['INVALID_REQUEST', 'INVALID_BULK_OPERATION', 'INVALID_SERVICE_NAME']],
    [
      400,
      'request_bug',
      ['MODULE_NOT_AVAILABLE', 'MODULE_NOT_SUPPORTED', 'FIELD_NOT_AVAILABLE', 'FIELD_NOT_SUPPORTED'],
    ],
    [400, 'request_bug', ['FIELD_IN_CRITERIA_NOT_AVAILABLE', 'FIELD_IN_CRITERIA_NOT_SUPPORTED']],
    [400, 'request_bug', ['FIELD_COMPARATOR_IN_CRITERIA_NOT_SUPPORTED', 'FIELD_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE']],
    [400, 'request_bug', ['FIELD_AND_COMPARATOR_IN_CRITERIA_NOT_COMPATIBLE', 'VALUE_IN_CRITERIA_NOT_SUPPORTED']],
    [400, 'request_bug', ['COMPARATOR_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE', 'VALUE_TYPE_NOT_SUPPORTED']],
    [400, 'request_bug', ['VALUE_LIMIT_EXCEEDED_IN_CRITERIA', 'CRITERIA_NOT_SUPPORTED', 'INVALID_CRITERIA']],
    [400, 'request_bug', ['AMBIGUOUS_CRITERIA', 'AMBIGUOUS_GROUP_IN_CRITERIA', 'CRITERIA_LIMIT_EXCEEDED']],
    [400, 'request_bug', ['GROUP_OPERATOR_NOT_SUPPORTED', 'CVID_NOT_SUPPORTED', 'PAGE_NOT_SUPPORTED']],
    [400, 'request_bug', ['JOIN_LIMIT_EXCEEDED', 'QUERY_NOT_SUPPORTED', 'JOB_NOT_SUPPORTED']],
    [400, 'request_bug', ['INVALID_CALLBACK_URL', 'INVALID_CALLBACK_METHOD']],
    [415, 'request_bug', ['MEDIA_TYPE_NOT_SUPPORTED']],
    [400, 'capacity', ['NOT_SUPPORTED_FEATURE']],
    [400, 'cursor_lost', ['PAGE_RANGE_EXCEEDED', 'EXPIRED_VALUE']],
    [400, 'rate_limited', ['TOO_MANY_REQUESTS']],
    [400, 'permission', ['AUTHORIZATION_FAILED']],
    [404, 'not_found', ['RESOURCE_NOT_FOUND']],
  ],
  'Error envelope': [
    [500, 'server', ['INTERNAL_ERROR', 'INTERNAL_SERVER_ERROR']],
    [502, 'server', ['BAD_GATEWAY']],
    [503, 'server', ['SERVICE_UNAVAILABLE', 'REQUEST_TIMEOUT']],
    [400, 'validation', ['SOMETHING_NEW']],
    [500, 'server', ['SOMETHING_NEW']],
    [401, 'auth_expired', ['SOMETHING_NEW']],
    [413, 'request_bug', ['SOMETHING_NEW']],
  ],
};

describe('classification of error answers', () => {
  for (const [section, rows] of Object.entries(DOCUMENTED)) {
    it(`knows every code of "${section}", flat and wrapped`, () => {
      for (const [status, category, codes] of rows) {
        for (const code of codes) {
          assert.equal(classify(status, envelope(code)).category, category, `${status} ${code}`);
          assert.equal(classify(status, { data: [envelope(code)] }).category, category, `${status} data[] ${code}`);
        }
      }
    });
  }

  it('takes INVALID_DATA about an id as not found', () => {
    assert.equal(classify(400, envelope('INVALID_DATA', { id: '5500000000376008' })).category, 'not_found');
  });

  it("takes a field limit of the edition as a lack of capacity, not as the engine's mistake", () => {
    const details = { limit: 300, limit_due_to: [{ api_name: 'fields', json_path: '$.fields' }] };
    assert.equal(classify(400, { fields: [envelope('LIMIT_EXCEEDED', details)] }).category, 'capacity');
  });

  it('looks inside a bundle of several errors of one record', () => {
    const bundle = envelope('MULTIPLE_OR_MULTI_ERRORS', {
      errors: [envelope('DUPLICATE_DATA', { api_name: 'Email' })],
    });
    const error = classify(400, { data: [bundle] });
    assert.equal(error.category, 'duplicate');
    assert.equal(error.fieldName, 'Email');
  });

  it('keeps every error of a bundle, also one within another', () => {
    const inner = envelope('MULTIPLE_OR_MULTI_ERRORS', {
      errors: [envelope('DUPLICATE_DATA', { api_name: 'Email' }), envelope('INVALID_DATA', { api_name: 'Phone' })],
    });
    const bundle = envelope('MULTIPLE_OR_MULTI_ERRORS', { errors: [envelope('RECORD_LOCKED'), inner] });

    const error = classify(400, { data: [bundle] });

    assert.deepEqual(
      error.errors.map(({ code, fieldName }) => [code, fieldName]),
      [
        ['RECORD_LOCKED', null],
        ['DUPLICATE_DATA', 'Email'],
        ['INVALID_DATA', 'Phone'],
      ],
    );
    assert.deepEqual([error.code, error.retryable], ['DUPLICATE_DATA', false]);
    assert.match(error.message, /DUPLICATE_DATA.*INVALID_DATA.*RECORD_LOCKED/);
  });

  const PARTS: [path: string, details: object, field: string][] = [
    ['a lookup', { api_name: 'id', json_path: '$.data[0].Owner.id', parent_api_name: 'Owner' }, 'Owner'],
    ['a lookup, without its parent', { api_name: 'id', json_path: '$.data[3].Account_Name.id' }, 'Account_Name'],
    ['an address', { api_name: 'Street_1', parent_api_name: 'Mailing_Address' }, 'Mailing_Address'],
    [
      'a lookup in a subform',
      { api_name: 'id', json_path: '$.data[0].Lines[1].Product.id', parent_api_name: 'Product' },
      'Lines',
    ],
    ['a field', { api_name: 'Email', json_path: '$.data[0].Email' }, 'Email'],
  ];
  for (const [what, details, field] of PARTS) {
    it(`names the field for an error in ${what}, and does not take the record for missing`, () => {
      const error = classify(400, { data: [envelope('INVALID_DATA', { ...details, id: '55' })] });
      assert.deepEqual([error.fieldName, error.category], [field, 'validation']);
    });
  }

  it('names the field that a bulk read refuses', () => {
    const error = classify(400, {
      data: [envelope('FIELD_NOT_SUPPORTED', { api_name: 'Mailing_Address', module: 'Contacts' })],
    });
    assert.equal(error.fieldName, 'Mailing_Address');
    assert.match(error.message, /Mailing_Address/);
  });

  it('falls back to the status for an empty body', () => {
    assert.equal(classify(404, '').category, 'not_found');
    assert.equal(classify(429, null).category, 'rate_limited');
    assert.equal(classify(503, '').category, 'server');
  });

  it('takes a maintenance page with 5xx, a redirection or a proxy time-out as a problem of the server', () => {
    for (const status of [302, 408, 500, 502, 503, 504]) {
      assert.equal(classify(status, '<html>maintenance</html>').category, 'server', String(status));
    }
  });

  it('never takes a foreign 404 page as a missing record', () => {
    assert.equal(classify(404, '<html>Not Found</html>').category, 'validation');
  });

  it('is retryable exactly where the same call can succeed later', () => {
    const retryable = (status: number, code: string) => classify(status, envelope(code)).retryable;
    assert.equal(retryable(401, 'INVALID_TOKEN'), true);
    assert.equal(retryable(429, 'TOO_MANY_REQUESTS'), true);
    assert.equal(retryable(500, 'INTERNAL_ERROR'), true);
    assert.equal(retryable(400, 'RECORD_LOCKED'), true);
    assert.equal(retryable(401, 'OAUTH_SCOPE_MISMATCH'), false);
    assert.equal(retryable(400, 'EXPIRED_VALUE'), false);
    assert.equal(retryable(400, 'INVALID_DATA'), false);
  });

  it('names the delay that Zoho asks for, in seconds or as a date, and otherwise leaves it to the caller', () => {
    const limited = envelope('TOO_MANY_REQUESTS');
    assert.equal(classify(429, limited, { 'retry-after': '7' }).retryAfterMs, 7_000);
    assert.equal(classify(429, limited, { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }).retryAfterMs, 0);
    assert.equal(classify(429, limited, { 'retry-after': 'soon' }).retryAfterMs, undefined);
    assert.equal(classify(429, limited).retryAfterMs, undefined);
    assert.equal(classify(429, envelope('TOO_MANY_REQUESTS', { retry_after: 3 })).retryAfterMs, 3_000);
  });

  it('repeats neither the message nor values of the details', () => {
    const details = { api_name: 'Email', value: 'roe@example.test', near: "'Roe'", reason: 'value Roe is wrong' };
    const error = classify(400, { ...envelope('INVALID_DATA', details), message: 'roe@example.test is not valid' });
    assert.doesNotMatch(JSON.stringify({ ...error, message: error.message, stack: error.stack }), /roe@|Roe/);
    assert.deepEqual(error.details, { api_name: 'Email' });
  });

  it('says what to do for every error', () => {
    assert.match(classify(401, envelope('OAUTH_SCOPE_MISMATCH')).whatToDo, /scopes/);
    assert.match(classify(400, envelope('INVALID_MODULE')).whatToDo, /modules/);
    assert.match(classify(400, envelope('SOMETHING_NEW')).whatToDo, /\.$/);
  });
});
