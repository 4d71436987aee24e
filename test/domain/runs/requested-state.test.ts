import assert from 'node:assert/strict';
import { desiredState } from '../../../src/domain/runs/requested-state';

describe('desiredState', () => {
  it('runs until something else is requested', () => {
    assert.equal(desiredState({ cancelled: false, paused: false }), 'run');
  });

  it('stands still while paused', () => {
    assert.equal(desiredState({ cancelled: false, paused: true }), 'pause');
  });

  it('stops when cancelled, paused or not', () => {
    assert.deepEqual(
      [true, false].map((paused) => desiredState({ cancelled: true, paused })),
      ['stop', 'stop'],
    );
  });
});
