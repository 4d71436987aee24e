import assert from 'node:assert/strict';
import type { SyncSessionModel } from '../../src/db/models/sync-session';
import { ActiveSessionExists } from '../../src/db/sessions/sessions';
import { SyncWorkflowNotRunning, SyncWorkflowRunning } from '../../src/temporal/runs/command-errors';
import { assertSame } from '../support/compare';
import { housekeep } from '../support/housekeeping';
import type { Org } from '../support/org';
import { useEngine } from '../support/use-engine';

/** Limit that the product promises for a pause. */
const PAUSE_LIMIT_MS = 15_000;
/** Time for which a run is watched for signs of life. */
const WATCHED_MS = 1_500;

describe('a running full sync', function () {
  this.timeout(90_000);
  const engine = useEngine();

  /** In the middle of its list pages, each of which takes a while. */
  async function scanning(): Promise<{ org: Org; sessionId: string }> {
    const org = await engine().org({ contacts: 12_000 });
    org.zoho.addFault({ kind: 'latency', operation: 'listRecords', delayMs: 100 });
    const sessionId = await org.startFullSync('Contacts', { path: 'list' });
    await org.until(sessionId, 'has loaded a chunk', async () => (await org.countOf('session_chunks', sessionId)) > 0);
    return { org, sessionId };
  }

  /** While its bulk-read job is at work in Zoho, and stays so until the clock is moved. */
  async function waitingForJob(): Promise<{ org: Org; sessionId: string; finishJob: () => void }> {
    const org = await engine().org({ contacts: 800, bulkJobMs: 120_000 });
    const sessionId = await org.startFullSync('Contacts', { path: 'bulk' });
    await org.until(sessionId, 'has asked for its job twice', () => org.calls('getBulkRead') > 1);
    return { org, sessionId, finishJob: () => void org.zoho.moveClock({ advance: 120_000 }) };
  }

  async function assertStandsStill(org: Org, sessionId: string): Promise<void> {
    const signs = async () => [org.calls(), await org.countOf('session_chunks', sessionId)];
    const before = await signs();
    await new Promise((resolve) => setTimeout(resolve, WATCHED_MS));
    assert.deepEqual(await signs(), before, 'calls to Zoho and chunks must not grow');
  }

  async function statusInTemporal({ workflowId, firstExecutionRunId }: SyncSessionModel): Promise<string> {
    assert.ok(workflowId !== null && firstExecutionRunId !== null);
    return (await engine().commands.describe({ workflowId, firstExecutionRunId })).status;
  }

  for (const [when, begin] of [
    ['while it scans pages', async () => ({ ...(await scanning()), finishJob: () => undefined })],
    ['while its bulk-read job is pending', waitingForJob],
  ] as const) {
    it(`stands still once it is paused ${when}, and goes on from there`, async () => {
      const { org, sessionId, finishJob } = await begin();

      const asked = Date.now();
      const tookEffect = await org.pause('Contacts');
      await org.waitFor(sessionId, 'paused', PAUSE_LIMIT_MS - (Date.now() - asked));
      assert.equal(tookEffect, true);
      await assertStandsStill(org, sessionId);
      const readBefore = await org.countOf('session_chunks', sessionId);

      org.zoho.clearFaults();
      finishJob();
      await org.resume('Contacts');
      await org.waitFor(sessionId, 'completed');

      assert.ok((await org.countOf('session_chunks', sessionId)) > readBefore);
      assertSame(await org.differences('Contacts'));
      assert.match((await org.logOf(sessionId)).join('\n'), /Paused by tester.*\n.*Resumed by tester/);
    });

    it(`ends as cancelled when it is cancelled ${when}, and stays so`, async () => {
      const { org, sessionId, finishJob } = await begin();

      await org.cancel('Contacts');
      const session = await org.waitFor(sessionId, 'cancelled');
      finishJob();
      await assertStandsStill(org, sessionId);

      assert.equal(await statusInTemporal(session), 'CANCELLED');
      assert.notEqual(session.completedAt, null);
      await assert.rejects(org.resume('Contacts'), SyncWorkflowNotRunning);
      await org.waitFor(sessionId, 'cancelled');
    });
  }

  it('can be cancelled while it is paused', async () => {
    const { org, sessionId } = await waitingForJob();
    await org.pause('Contacts');

    await org.cancel('Contacts');

    await org.waitFor(sessionId, 'cancelled');
  });

  it('is paused and resumed by plain signals too, as the Temporal UI sends them', async () => {
    const { org, sessionId, finishJob } = await waitingForJob();
    const handle = engine().temporal.client.workflow.getHandle(org.workflowId('Contacts'));

    await handle.signal('pause');
    await org.waitFor(sessionId, 'paused', PAUSE_LIMIT_MS);
    finishJob();
    await handle.signal('resume');

    await org.waitFor(sessionId, 'completed');
  });

  it('tells where it stands when it is asked', async () => {
    const { org, sessionId } = await waitingForJob();
    const handle = engine().temporal.client.workflow.getHandle(org.workflowId('Contacts'));

    const progress = await handle.query<object>('progress');

    assert.deepEqual(progress, {
      status: 'in_progress',
      phase: 'reading',
      expectedRows: 800,
      rowsRead: 0,
      waitingFor: null,
    });
    await org.cancel('Contacts');
    await org.waitFor(sessionId, 'cancelled');
  });

  it('leaves no session that claims to run when its workflow is terminated', async () => {
    const { org, sessionId } = await waitingForJob();
    const { client } = engine().temporal;

    await client.workflow.getHandle(org.workflowId('Contacts')).terminate('by an operator');
    await housekeep(engine(), 'closeAbandonedRuns');
    const session = await org.waitFor(sessionId, 'failed');

    assert.match(session.errorMessage ?? '', /ended as TERMINATED/);
    org.zoho.moveClock({ advance: 120_000 });
    await org.fullSync('Contacts', { path: 'list' });
  });

  it('keeps a second one of its module away', async () => {
    const { org, sessionId } = await waitingForJob();

    await assert.rejects(org.startFullSync('Contacts'), ActiveSessionExists);
    await assert.rejects(
      engine().commands.startFullSync(
        { sessionId, connectionId: org.connectionId, connection: org.name, module: 'Contacts', options: {} },
        'somebody else',
      ),
      SyncWorkflowRunning,
    );

    await org.cancel('Contacts');
    await org.waitFor(sessionId, 'cancelled');
  });

  it('continues in a new run before its history grows long', async () => {
    const org = await engine().org({ deals: 0 });
    // Zoho exports 200,000 rows a page: two pages need more rows than that, so they are narrow.
    const rows = 200_010;
    org.zoho.addModule({ apiName: 'Tall_Module', rows, fields: 0 });

    const sessionId = await org.startFullSync('Tall_Module', { path: 'bulk' }, { continueAsNewAfterPages: 1 });
    const session = await org.waitFor(sessionId, 'completed', 80_000);

    const runId = await engine().commands.describe({ workflowId: org.workflowId('Tall_Module') });
    assert.notEqual(runId.runId, session.firstExecutionRunId);
    assert.equal(session.processedRecords, String(rows));
    assert.equal((session.result as { mirrorRows?: number }).mirrorRows, rows);
  });
});
