import assert from 'node:assert/strict';
import { isExhausted } from '../../src/domain/retry-rules';

const MINUTE = 60_000;

describe('a failure is tried again', () => {
  it('as often as its rule says, however short it took', () => {
    assert.deepEqual(
      [1, 2].map((failures) => isExhausted('never', failures, 0)),
      [true, true],
    );
    assert.deepEqual(
      [2, 3].map((failures) => isExhausted('few', failures, 0)),
      [false, true],
    );
  });

  it('as long as its rule says', () => {
    assert.equal(isExhausted('minutes', 9, 15 * MINUTE - 1), false);
    assert.equal(isExhausted('minutes', 9, 15 * MINUTE), true);
    assert.equal(isExhausted('outage', 9, 29 * 60 * MINUTE), false);
  });

  it('twice at least where time is the bound: one attempt can take longer', () => {
    assert.deepEqual(
      [2, 3].map((failures) => isExhausted('hours', failures, 1_000 * 60 * MINUTE)),
      [false, true],
    );
  });

  it('as often as there is time, where time is the bound', () => {
    assert.equal(isExhausted('outage', 1_000_000, MINUTE), false);
  });
});
