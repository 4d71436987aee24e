import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BIGINT_ID, isBigintId } from '../../../src/domain/records/bigint-id';

const MAX_BIGINT = 2n ** 63n - 1n;

describe('BIGINT_ID', () => {
  it('takes exactly the digits that fit into a bigint', () => {
    const number = fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 65n }),
      fc.bigInt({ min: MAX_BIGINT - 1_000n, max: MAX_BIGINT + 1_000n }),
    );
    fc.assert(fc.property(number, (id) => BIGINT_ID.test(String(id)) === id <= MAX_BIGINT));
  });

  for (const text of ['', '-1', '1.0', ' 1', '1\n', '1e3']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.ok(!BIGINT_ID.test(text));
    });
  }
});

describe('isBigintId', () => {
  it('takes an id as a text, and no number', () => {
    assert.deepEqual(['554023000000000001', 554, null, undefined, ['1'], 'x'].map(isBigintId), [
      true,
      ...[false, false, false, false, false],
    ]);
  });
});
