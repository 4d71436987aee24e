import assert from 'node:assert/strict';
import { listLogs } from '../../src/db/sessions/logs';
import { getSession } from '../../src/db/sessions/sessions';
import { sessionRun } from '../../src/domain/runs/run';
import { ALL_MODULES, type NightlyInput, type NightResult } from '../../src/temporal/contract/nightly';
import { nightlyWorkflowId } from '../../src/temporal/ids';
import { TASK_QUEUES } from '../../src/temporal/task-queues';
import type { nightlySync } from '../../src/workflows';
import { assertSame } from '../support/compare';
import { configure, outcomesOf, partsOf, startNight } from '../support/nights';
import { useEngine } from '../support/use-engine';

const HOUR_MS = 3_600_000;

describe('a night', function () {
  this.timeout(120_000);
  const engine = useEngine();

  it('syncs every configured module, those that others point to first, and sums up', async () => {
    const org = await engine().org({ contacts: 30, deals: 20 });
    await engine().query('update sync.connections set nightly_parallelism = 1 where id = ? returning id', [
      org.connectionId,
    ]);
    for (const module of ['Deals', 'Contacts', 'Accounts']) {
      await org.fullSync(module);
      await configure(org, module, { verifyEvery: module === 'Deals' ? 'never' : 'weekly' });
    }
    org.zoho.changeRecords('Contacts', { insert: { count: 3 } });

    const night = await startNight(org);
    const session = await org.waitFor(night, 'completed');

    const parts = await partsOf(org, night);
    assert.deepEqual(
      parts.map(({ moduleName }) => moduleName),
      ['Accounts', 'Contacts', 'Deals'],
    );
    assert.ok(parts.every(({ trigger, sessionType }) => trigger === 'nightly' && sessionType === 'full_sync'));
    // Every value was compared by the full syncs before, so that is not due again.
    assert.ok(parts.every(({ syncConfig }) => syncConfig['compare'] === 'times'));
    const { modules, credits } = session.result as unknown as NightResult;
    assert.deepEqual(outcomesOf(session), { Accounts: 'completed', Contacts: 'completed', Deals: 'completed' });
    assert.equal(modules.find(({ module }) => module === 'Contacts')?.created, 3);
    assert.equal(
      credits,
      (await partsOf(org, night)).reduce((sum, part) => sum + Number(part.creditsSpent), 0),
    );
    assertSame(await org.differences('Contacts'));
  });

  it('goes on when a module fails, and says so', async () => {
    const org = await engine().org({ contacts: 30 });
    await configure(org, 'Nowhere');
    await configure(org, 'Contacts');

    const session = await org.waitFor(await startNight(org), 'completed');

    assert.deepEqual(outcomesOf(session), { Contacts: 'completed', Nowhere: 'failed' });
    const logs = await listLogs(engine().knex, sessionRun(session.id), {}, { limit: 50 });
    assert.ok(logs.some(({ logLevel, message }) => logLevel === 'WARNING' && message.includes('Not synced: Nowhere')));
  });

  it('fails if every module does, with its summary', async () => {
    const org = await engine().org({ contacts: 3 });
    await configure(org, 'Nowhere');

    const session = await org.waitFor(await startNight(org), 'failed');

    assert.match(session.errorMessage ?? '', /None of 1 module /);
    assert.deepEqual(outcomesOf(session), { Nowhere: 'failed' });
  });

  it('lets a sync that is at work go on, and reads changes where nothing more is wanted', async () => {
    const org = await engine().org({ contacts: 30, deals: 5, bulkJobMs: HOUR_MS });
    await org.fullSync('Deals', { path: 'list' });
    await configure(org, 'Contacts');
    await configure(org, 'Deals', { nightly: 'incremental', verifyEvery: 'monthly' });
    const atWork = await org.startFullSync('Contacts', { path: 'bulk' });
    await org.until(atWork, 'waits for its job', () => org.calls('getBulkRead') > 0);

    const night = await startNight(org);
    const session = await org.waitFor(night, 'completed');

    assert.deepEqual(outcomesOf(session), { Contacts: 'joined', Deals: 'completed' });
    assert.deepEqual(
      (await partsOf(org, night)).map(({ sessionType }) => sessionType),
      ['incremental_sync'],
    );
    await org.cancel('Contacts');
    await org.waitFor(atWork, 'cancelled');
  });

  it('is paused, resumed and cancelled with the syncs that it has begun', async () => {
    const org = await engine().org({ contacts: 450 });
    org.zoho.addFault({ kind: 'latency', operation: 'listRecords', delayMs: 5_000 });
    await configure(org, 'Contacts');
    const target = { workflowId: nightlyWorkflowId(org.name) };
    const night = await startNight(org);
    await org.until(night, 'has begun a sync', async () => (await partsOf(org, night)).length > 0);
    const [part = { id: '' }] = await partsOf(org, night);
    await org.until(part.id, 'is at work', ({ phase }) => phase === 'reading');

    await engine().commands.update(target, 'pause', { by: 'test', reason: 'maintenance' }, 'pause');
    await org.until(part.id, 'is paused', ({ status }) => status === 'paused');
    assert.equal((await getSession(engine().knex, night)).status, 'paused');
    await engine().commands.update(target, 'resume', { by: 'test' }, 'resume');
    await org.until(part.id, 'goes on', ({ status }) => status === 'in_progress');
    await engine().commands.cancel(target);

    await org.waitFor(night, 'cancelled');
    assert.equal((await getSession(engine().knex, part.id)).status, 'cancelled');
  });

  it('does nothing while another one is at work', async () => {
    const org = await engine().org({ contacts: 450 });
    org.zoho.addFault({ kind: 'latency', operation: 'listRecords', delayMs: 5_000 });
    await configure(org, 'Contacts');
    const night = await startNight(org);
    await org.until(night, 'has begun a sync', async () => (await partsOf(org, night)).length > 0);
    const { connectionId, name: connection } = org;
    const input: NightlyInput = { connectionId, connection, module: ALL_MODULES, trigger: 'schedule', options: {} };

    const byClock = await engine().temporal.client.workflow.execute<typeof nightlySync>('nightlySync', {
      workflowId: `nightly:${connection}-now`,
      taskQueue: TASK_QUEUES.core,
      args: [input],
    });

    assert.deepEqual(byClock, { status: 'skipped', reason: 'track_taken', by: night });
    await engine().commands.cancel({ workflowId: nightlyWorkflowId(connection) });
    await org.waitFor(night, 'cancelled');
  });
});
