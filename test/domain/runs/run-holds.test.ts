import assert from 'node:assert/strict';
import { statusOf } from '../../../src/domain/runs/run-holds';

describe('the status of a run that is under way', () => {
  it('is in progress when nothing holds it', () => {
    assert.deepEqual(statusOf({ pause: null, approval: null }), { status: 'in_progress', pauseReason: null });
  });

  it('is paused as long as anything holds it', () => {
    assert.deepEqual(statusOf({ pause: 'lunch', approval: null }), { status: 'paused', pauseReason: 'lunch' });
    assert.deepEqual(statusOf({ pause: null, approval: 'many' }), { status: 'paused', pauseReason: 'many' });
  });

  it('names the reason that needs a decision first', () => {
    assert.equal(statusOf({ pause: 'lunch', approval: 'many' }).pauseReason, 'many');
  });
});
