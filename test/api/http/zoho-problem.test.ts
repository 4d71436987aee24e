import assert from 'node:assert/strict';
import { toProblem } from '../../../src/api/http/to-problem';
import { unknownOutcome } from '../../../src/api/http/zoho-problem';
import { ZOHO_FAILURES } from '../../../src/domain/zoho-failures';
import { type ErrorCategory, ZohoError } from '../../../src/zoho/errors/errors';

const CATEGORIES = Object.keys(ZOHO_FAILURES) as ErrorCategory[];

const failure = (category: ErrorCategory, code = 'CODE', retryAfterMs?: number): ZohoError =>
  new ZohoError({ operation: 'list_records', module: 'Deals', category, code, reason: 'Zoho said no', retryAfterMs });

/** By class of failure: the status, and whether the caller may simply send the request again. */
const ANSWERS: Readonly<Record<ErrorCategory, [status: number, retryable: boolean]>> = {
  auth_expired: [503, true],
  auth_revoked: [409, false],
  auth_throttled: [503, true],
  permission: [403, false],
  rate_limited: [503, true],
  validation: [422, false],
  duplicate: [409, false],
  not_found: [404, false],
  conflict: [409, false],
  locked: [423, true],
  cursor_lost: [410, false],
  endless_list: [409, false],
  request_bug: [422, false],
  capacity: [409, false],
  server: [503, true],
  network: [503, true],
};

describe('a failure at Zoho', () => {
  for (const category of CATEGORIES) {
    it(`of the class ${category} is answered with a fitting status and what to do`, () => {
      const error = failure(category);

      const { kind, message, more } = toProblem(error);

      assert.deepEqual([kind.status, kind.retryable], ANSWERS[category]);
      assert.equal(message, `list_records of Deals: Zoho said no. ${error.whatToDo}`);
      assert.equal(more.headers?.['Retry-After'] !== undefined, kind.retryable);
    });
  }

  it('that has a time to wait passes it on in whole seconds', () => {
    assert.deepEqual(toProblem(failure('rate_limited', 'CODE', 61_001)).more.headers, { 'Retry-After': '62' });
  });

  it('about a module that Zoho does not have is a 404', () => {
    assert.equal(toProblem(failure('request_bug', 'INVALID_MODULE')).code, 'zoho_not_found');
  });

  it('that the engine refused to send asks the caller to mend the request', () => {
    assert.match(toProblem(failure('request_bug', 'NOT_SENT')).message, /Correct the request/);
  });

  it('that leaves open whether something was written is not to be sent again', () => {
    for (const category of CATEGORIES) {
      const isOpen = category === 'network' || category === 'server';

      const problem = unknownOutcome(failure(category), 'Look first.');

      assert.equal(problem?.kind.retryable, isOpen ? false : undefined);
    }
  });
});
