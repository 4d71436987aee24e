import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { Worker } from '@temporalio/worker';
import { createWorkers, type WorkerSettings } from '../../src/runtime/workers';

describe('creating the workers', () => {
  afterEach(() => mock.restoreAll());

  it('names the reason although a worker that was created cannot be stopped', async () => {
    const created = {
      getState: () => 'INITIALIZED',
      runUntil: async () => Promise.reject(new Error('does not stop')),
    } as unknown as Worker;
    const reason = new Error('no such namespace');
    const answers = [Promise.resolve(created), Promise.reject(reason), Promise.reject(reason), Promise.reject(reason)];
    mock.method(Worker, 'create', async () => answers.shift());

    await assert.rejects(createWorkers({ dependencies: {}, places: {} } as WorkerSettings), (error) => {
      assert.ok(error instanceof AggregateError);
      assert.equal(error.message, reason.message);
      assert.equal(error.errors[0], reason);
      return true;
    });
  });
});
