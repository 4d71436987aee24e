import assert from 'node:assert/strict';
import { secondsCovered } from '../../bench/intervals';

describe('secondsCovered', () => {
  it('is nothing without intervals', () => {
    assert.equal(secondsCovered([]), 0);
  });

  it('adds intervals that lie apart and leaves the pause between them out', () => {
    assert.equal(
      secondsCovered([
        { from: 10, to: 12 },
        { from: 20, to: 25 },
      ]),
      7,
    );
  });

  it('counts the time that intervals share once', () => {
    assert.equal(
      secondsCovered([
        { from: 0, to: 10 },
        { from: 4, to: 12 },
      ]),
      12,
    );
  });

  it('adds nothing for an interval inside another', () => {
    assert.equal(
      secondsCovered([
        { from: 0, to: 10 },
        { from: 2, to: 3 },
        { from: 9, to: 11 },
      ]),
      11,
    );
  });

  it('does not depend on the order of the intervals', () => {
    assert.equal(
      secondsCovered([
        { from: 8, to: 9 },
        { from: 0, to: 2 },
        { from: 1, to: 4 },
      ]),
      5,
    );
  });
});
