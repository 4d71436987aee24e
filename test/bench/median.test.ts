import assert from 'node:assert/strict';
import { median } from '../../bench/median';

describe('median', () => {
  it('is the middle one of an odd number of values', () => {
    assert.equal(median([9, 1, 2]), 2);
  });

  it('is half-way between the two in the middle of an even number', () => {
    assert.equal(median([4, 1, 9, 2]), 3);
  });

  it('does not exist for no values', () => {
    assert.throws(() => median([]), /does not exist/);
  });
});
