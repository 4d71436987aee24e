import assert from 'node:assert/strict';
import { statusOf } from '../../../src/domain/runs/run-holds';

describe('the status of a run that is under way', () => {
  it('is in progress unless a person has paused it', () => {
    assert.deepEqual(statusOf({ pause: null }), { status: 'in_progress', pauseReason: null });
    assert.deepEqual(statusOf({ pause: 'lunch' }), { status: 'paused', pauseReason: 'lunch' });
  });
});
