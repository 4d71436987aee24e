import assert from 'node:assert/strict';
import * as formerRuns from '../../src/db/migrations/unreleased/2026-11-28/20261128110500_former_runs';
import { getSession } from '../../src/db/sessions/sessions';
import { createLogger } from '../../src/logger';
import { endFormerRuns } from '../../src/runtime/end-former-runs';
import type { TemporalClient } from '../../src/temporal/client';
import { someSession, useDatabase } from '../db/support';
import { createNamespace, quietTemporalSdk, sharedTemporal, temporalClient } from '../support/temporal-server';

describe('syncs that began under an earlier version', function () {
  this.timeout(60_000);
  const database = useDatabase();
  let temporal: TemporalClient;
  before(async () => {
    quietTemporalSdk();
    const { address } = await sharedTemporal();
    temporal = temporalClient(address, await createNamespace(address));
  });
  after(() => temporal.connection.close());

  /** A session whose workflow runs. */
  async function running(sessionType: 'full_sync' | 'manual_refresh', sessionIdOfWorkflow?: string) {
    const session = await someSession(database.knex, { sessionType });
    const workflowId = `${sessionType}:${session.id}`;
    await database.knex.raw('update sync.crm_sync_sessions set workflow_id = ? where id = ?', [workflowId, session.id]);
    await temporal.client.workflow.start('someWorkflow', {
      workflowId,
      taskQueue: 'nobody',
      memo: { sessionId: sessionIdOfWorkflow ?? session.id },
    });
    return { id: session.id, workflowId };
  }
  const statusOf = async (id: string) => (await getSession(database.knex, id)).status;
  const workflowOf = async (id: string) => (await temporal.client.workflow.getHandle(id).describe()).status.name;
  const end = () => endFormerRuns(temporal, database.knex, createLogger('test', 'silent'));

  it('are ended by the first worker, with their workflows, and nothing else is', async () => {
    await formerRuns.down(database.knex);
    const sync = await running('full_sync');
    const read = await running('manual_refresh');
    const successor = await running('full_sync', 'of another session');
    await formerRuns.up(database.knex);
    const later = await running('full_sync');

    assert.equal(await end(), 2);
    assert.equal(await end(), 0);

    assert.deepEqual([await statusOf(sync.id), await workflowOf(sync.workflowId)], ['cancelled', 'TERMINATED']);
    assert.deepEqual([await statusOf(successor.id), await workflowOf(successor.workflowId)], ['cancelled', 'RUNNING']);
    for (const { id, workflowId } of [read, later]) {
      assert.deepEqual([await statusOf(id), await workflowOf(workflowId)], ['initiated', 'RUNNING']);
    }
  });
});
