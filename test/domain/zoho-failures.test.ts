import assert from 'node:assert/strict';
import { retryRuleOf } from '../../src/domain/zoho-failures';

describe('the rule by which a failed call is tried again', () => {
  it('is that of its category', () => {
    assert.deepEqual(
      [retryRuleOf('server', 'INTERNAL_ERROR'), retryRuleOf('locked', 'RECORD_LOCKED')],
      [...['outage', 'outage']],
    );
  });

  it('is that of its code, where that has one', () => {
    assert.equal(retryRuleOf('server', 'ANSWER_TOO_LARGE'), 'few');
    assert.equal(retryRuleOf('network', 'ENOTFOUND'), 'hours');
  });

  it('is never where the category is never tried again, whatever the code', () => {
    assert.equal(retryRuleOf('request_bug', 'HTTP_302'), 'never');
  });
});
