import assert from 'node:assert/strict';
import { getSession, listSessions } from '../../src/db/sessions/sessions';
import type { SyncInput } from '../../src/temporal/contract/sync-messages';
import { SyncStatus } from '../../src/temporal/search-attributes';
import { TASK_QUEUES } from '../../src/temporal/task-queues';
import type { incrementalSync } from '../../src/workflows';
import { assertSame } from '../support/compare';
import { poll } from '../support/poll';
import { useEngine } from '../support/use-engine';

describe('a sync that the clock starts', function () {
  this.timeout(90_000);
  const engine = useEngine();

  it('opens its own session, and finds what has changed', async () => {
    const org = await engine().org({ contacts: 30 });
    await org.fullSync('Contacts');
    org.zoho.changeRecords('Contacts', { insert: { count: 3 } });

    await org.incrementalSyncByClock('Contacts');

    const [session] = await listSessions(engine().knex, { connectionId: org.connectionId }, { limit: 1 });
    const { sessionType, trigger, track, status, initiatedBy } = session!;
    assert.deepEqual(
      { sessionType, trigger, track, status, initiatedBy },
      {
        sessionType: 'incremental_sync',
        trigger: 'schedule',
        track: 'changes',
        status: 'completed',
        initiatedBy: 'engine',
      },
    );
    assertSame(await org.differences('Contacts'));
  });

  it('is one that looks for runs without a workflow find at work', async () => {
    const org = await engine().org({ contacts: 30 });
    await org.fullSync('Contacts');
    const slow = org.zoho.addFault({ kind: 'latency', operation: 'listRecords', delayMs: 3_000, times: 1 });
    const running = org.incrementalSyncByClock('Contacts');
    const handle = engine().temporal.client.workflow.getHandle(org.workflowId('Contacts'));
    await poll(() => Promise.resolve(slow.struck > 0), { what: 'Zoho is asked for changes' });
    const [{ id } = { id: '' }] = await listSessions(
      engine().knex,
      { connectionId: org.connectionId, sessionType: 'incremental_sync' },
      { limit: 1 },
    );

    const { memo } = await handle.describe();

    assert.equal(memo?.['sessionId'], id);
    await running;
  });

  it('does nothing for a module that no full sync has read, and leaves no session', async () => {
    const org = await engine().org({ contacts: 3 });

    assert.deepEqual(await org.incrementalSyncByClock('Contacts'), { status: 'skipped', reason: 'never_synced' });
    assert.deepEqual(await listSessions(engine().knex, { connectionId: org.connectionId }, { limit: 1 }), []);
    const handle = engine().temporal.client.workflow.getHandle(org.workflowId('Contacts'));
    assert.equal((await handle.describe()).typedSearchAttributes.get(SyncStatus), 'skipped');
  });

  it('does nothing while another one is at work, and names it', async () => {
    const org = await engine().org({ contacts: 30 });
    await org.fullSync('Contacts');
    const sessionId = await org.startIncrementalSync('Contacts');
    await org.pause('Contacts');
    await org.waitFor(sessionId, 'paused');
    const { workflowId } = await getSession(engine().knex, sessionId);

    const { client } = engine().temporal;
    const input: SyncInput = { connectionId: org.connectionId, connection: org.name, module: 'Contacts', options: {} };
    const other = await client.workflow.execute<typeof incrementalSync>('incrementalSync', {
      workflowId: `${workflowId}-other`,
      taskQueue: TASK_QUEUES.core,
      args: [input],
    });

    assert.deepEqual(other, { status: 'skipped', reason: 'track_taken', by: sessionId });
    await org.cancel('Contacts');
  });

  it('does nothing for an org that has to be connected again', async () => {
    const org = await engine().org({ contacts: 3 });
    await engine().query(`update sync.connections set status = 'needs_reauth' where id = ? returning id`, [
      org.connectionId,
    ]);

    assert.deepEqual(await org.incrementalSyncByClock('Contacts'), {
      status: 'skipped',
      reason: 'connection_unusable',
    });
  });
});
