import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { quietTemporalSdk } from '../support/temporal-server';
import { sharedWorkflowBundle } from '../support/workflow-bundle';
import { HISTORIES, type RecordedHistory } from './histories';

const logger = new DefaultLogger('ERROR');

/** A run that began under earlier code must be able to go on under this one. */
describe('recorded histories', function () {
  this.timeout(60_000);
  const names = readdirSync(HISTORIES).filter((name) => name.endsWith('.json'));
  const errors = new Map<string, unknown>();
  before(async () => {
    quietTemporalSdk();
    const workflowBundle = { codePath: await sharedWorkflowBundle() };
    // By one worker, one after the other: the start of a worker costs more than all of them.
    const histories = names.map(historyOf);
    for await (const { error } of Worker.runReplayHistories({ workflowBundle }, histories)) {
      errors.set(names[errors.size] ?? '', error);
    }
  });

  for (const name of names) {
    it(`replay: ${path.basename(name, '.json')}`, () => {
      assert.ok(errors.has(name), 'It was not replayed.');
      assert.ifError(errors.get(name));
    });
  }

  it('would not replay under code that does something else', async () => {
    const workflowBundle = await bundleWorkflowCode({ workflowsPath: require.resolve('./altered'), logger });
    const { history, workflowId } = historyOf('completed-by-list.json');

    await assert.rejects(Worker.runReplayHistory({ workflowBundle }, history, workflowId), DeterminismViolationError);
  });
});

function historyOf(name: string): { workflowId: string; history: ReturnType<typeof historyFromJSON> } {
  const { workflowId, history } = JSON.parse(readFileSync(path.join(HISTORIES, name), 'utf8')) as RecordedHistory;
  return { workflowId, history: historyFromJSON(history) };
}
