import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { quietTemporalSdk } from '../support/temporal-server';
import { HISTORIES, type RecordedHistory } from './histories';

const logger = new DefaultLogger('ERROR');

/** A run that began under earlier code must be able to go on under this one. */
describe('recorded histories', function () {
  this.timeout(60_000);
  const names = readdirSync(HISTORIES).filter((name) => name.endsWith('.json'));
  let workflowBundle: { code: string };
  before(async () => {
    quietTemporalSdk();
    workflowBundle = await bundleWorkflowCode({ workflowsPath: require.resolve('../../src/workflows'), logger });
  });

  async function replay(name: string, bundle: { code: string }): Promise<void> {
    const { workflowId, history } = JSON.parse(readFileSync(path.join(HISTORIES, name), 'utf8')) as RecordedHistory;
    await Worker.runReplayHistory({ workflowBundle: bundle }, historyFromJSON(history), workflowId);
  }

  for (const name of names) {
    it(`replay: ${path.basename(name, '.json')}`, async () => {
      await replay(name, workflowBundle);
    });
  }

  it('would not replay under code that does something else', async () => {
    const altered = await bundleWorkflowCode({ workflowsPath: require.resolve('./altered'), logger });

    await assert.rejects(replay('completed-by-list.json', altered), DeterminismViolationError);
  });
});
