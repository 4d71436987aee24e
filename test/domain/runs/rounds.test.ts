import assert from 'node:assert/strict';
import { MAX_NUMBERED_PASSES, MAX_NUMBERED_ROUNDS } from '../../../src/domain/runs/chunk-numbers';
import { isFirstLoad, MAX_PASSES, MAX_ROUNDS, roundsFrom } from '../../../src/domain/runs/rounds';

describe('rounds of a full sync', () => {
  it('are counted up to the last one, from where an earlier run of the chain was', () => {
    assert.deepEqual([1, 2, 3, 4].map(roundsFrom), [[1, 2, 3], [2, 3], [3], []]);
  });

  it('and the passes of a catch-up all have chunk numbers', () => {
    assert.ok(MAX_ROUNDS <= MAX_NUMBERED_ROUNDS && 2 * MAX_PASSES <= MAX_NUMBERED_PASSES);
  });

  it('are a first load only once, and only into an empty mirror', () => {
    const loads = [true, false].flatMap((mirrorWasEmpty) =>
      [1, 2].map((round) => isFirstLoad({ mirrorWasEmpty }, round)),
    );

    assert.deepEqual(loads, [true, false, false, false]);
  });
});
