import assert from 'node:assert/strict';
import { fullSyncChunks, MAX_NUMBERED_ROUNDS, NumberRangeExceeded } from '../../../src/domain/runs/chunk-numbers';
import { failureOfRun } from '../../../src/workflows/run/activity-failures';

describe('the failure of a run', () => {
  it('has the documented type when the workflow runs out of chunk numbers', () => {
    const error = thrownBy(() => fullSyncChunks(MAX_NUMBERED_ROUNDS + 1));

    const failure = failureOfRun(error, 'The sync failed.');

    assert.ok(error instanceof NumberRangeExceeded);
    assert.deepEqual(
      [failure.type, failure.nonRetryable, failure.message],
      ['chunks.range_exceeded', true, error.message],
    );
  });

  it('is of unknown type when nothing named one', () => {
    assert.equal(failureOfRun(new Error('why'), 'The sync failed.').type, 'unknown');
  });

  function thrownBy(work: () => unknown): unknown {
    try {
      work();
    } catch (error) {
      return error;
    }
    return undefined;
  }
});
