import assert from 'node:assert/strict';
import { gatherMs } from '../../../src/domain/notifications/gather-time';

describe('the pause before records are read of which Zoho has told', () => {
  const usable = 9_000;

  it('is short while a third of the day is left, or there is no limit', () => {
    assert.equal(gatherMs({ left: 3_000, usable }), 300);
    assert.equal(gatherMs({ left: Infinity, usable: null }), 300);
  });

  it('is five seconds below a third, and a minute below a tenth', () => {
    assert.deepEqual(
      [2_999, 900, 899, 0].map((left) => gatherMs({ left, usable })),
      [5_000, 5_000, 60_000, 60_000],
    );
  });
});
