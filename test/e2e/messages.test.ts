import assert from 'node:assert/strict';
import { listAuditEntries } from '../../src/db/access/audit-log';
import { getBulkOperation } from '../../src/db/bulk-operations/bulk-operations';
import type { Org } from '../support/org';
import { poll } from '../support/poll';
import { keepBulkWrite, startKept } from '../support/start-operation';
import { useEngine } from '../support/use-engine';

const HOUR_MS = 3_600_000;
const MAX_REASON = 500;

/** Payloads that nobody should send and anybody can. */
const PAYLOADS: Readonly<Record<string, readonly unknown[]>> = {
  nothing: [],
  null: [null],
  text: ['now'],
  'an object as the reason': [{ by: 'api-key:npm start', reason: { text: 'x' } }],
  'a reason of 1.9 MB': [{ reason: 'x'.repeat(1_900_000) }],
  NUL: [{ reason: 'a\0b', by: '\0' }],
};

describe('a message to a run, whatever it carries', function () {
  this.timeout(120_000);
  const engine = useEngine();
  const audited = async (target: string) =>
    (await listAuditEntries(engine().knex, { target }, 100)).map(({ actor, action, outcome }) => ({
      actor,
      action,
      outcome,
    }));

  async function waitingForJob(): Promise<{ org: Org; sessionId: string; workflowId: string }> {
    const org = await engine().org({ contacts: 300, bulkJobMs: HOUR_MS });
    const sessionId = await org.startFullSync('Contacts', { path: 'bulk' });
    await org.until(sessionId, 'has asked for its job', () => org.calls('getBulkRead') > 0);
    return { org, sessionId, workflowId: org.workflowId('Contacts') };
  }

  it('pauses and resumes a session, is audited, and leaves it to be cancelled', async () => {
    const { org, sessionId, workflowId } = await waitingForJob();
    const handle = engine().temporal.client.workflow.getHandle(workflowId);
    for (const [name, payload] of Object.entries(PAYLOADS)) {
      await handle.signal('pause', ...payload);
      await org.until(sessionId, `is paused by ${name}`, ({ status }) => status === 'paused');
      await handle.signal('resume', ...payload);
      await org.until(sessionId, `is resumed by ${name}`, ({ status }) => status === 'in_progress');
      await handle.executeUpdate('pause', { args: payload as [unknown] });
      await handle.executeUpdate('resume', { args: payload as [unknown] });
    }
    const log = await org.logOf(sessionId);
    const messages = 4 * Object.keys(PAYLOADS).length;
    const updatesThatNameTheirSender = 2;
    await poll(async () => (await audited(`session/${sessionId}`)).length >= messages - updatesThatNameTheirSender, {
      what: 'every message is in the audit log',
    });

    await org.cancel('Contacts');
    await org.waitFor(sessionId, 'cancelled');

    assert.equal(log.filter((line) => line.startsWith('INFO Paused by ')).length, messages / 2);
    assert.ok(log.every((line) => line.length < MAX_REASON + 100));
    assert.equal(log.filter((line) => line.includes('Paused by api-key:npm start')).length, 1);
  });

  it('about an ended job is ignored unless it names a file, and the bulk write stays cancellable', async () => {
    const org = await engine().org({ contacts: 10, bulkJobMs: HOUR_MS });
    const records = [{ Last_Name: 'One' }];
    const id = await keepBulkWrite(engine().knex, org.connectionId, [
      { operation: 'insert', module: 'Contacts', records },
    ]);
    const workflowId = await startKept(org, 'bulk_write', id);
    await poll(async () => org.calls('getBulkWrite') > 0, { what: 'the job is asked for' });
    const handle = engine().temporal.client.workflow.getHandle(workflowId);

    for (const payload of Object.values(PAYLOADS)) await handle.signal('jobFinished', ...payload);
    await poll(async () => (await audited(`bulk_write/${id}`)).length === Object.keys(PAYLOADS).length, {
      what: 'every message is in the audit log',
    });
    await engine().commands.cancel({ workflowId });
    await poll(async () => (await getBulkOperation(engine().knex, id)).completedAt !== null, { what: 'it has ended' });

    assert.equal((await getBulkOperation(engine().knex, id)).status, 'cancelled');
    assert.ok((await audited(`bulk_write/${id}`)).every(({ outcome }) => outcome === 'refused'));
  });
});
