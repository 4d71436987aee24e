import assert from 'node:assert/strict';
import { MAX_NUMBERED_PASSES, MAX_NUMBERED_ROUNDS } from '../../../src/domain/runs/chunk-numbers';
import { isFirstLoad, MAX_PASSES, MAX_READS } from '../../../src/domain/runs/rounds';

describe('rounds of a full sync', () => {
  it('have chunk numbers, as the passes of a catch-up have', () => {
    assert.ok(MAX_READS <= MAX_NUMBERED_ROUNDS && 2 * MAX_PASSES <= MAX_NUMBERED_PASSES);
  });

  it('are a first load only once, and only into an empty mirror', () => {
    const loads = [true, false].flatMap((mirrorWasEmpty) =>
      [1, 2].map((round) => isFirstLoad({ mirrorWasEmpty }, round)),
    );

    assert.deepEqual(loads, [true, false, false, false]);
  });
});
