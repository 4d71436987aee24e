import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { getBulkOperation } from '../../src/db/bulk-operations/bulk-operations';
import { getSession } from '../../src/db/sessions/sessions';
import { createOperationCommands } from '../../src/temporal/runs/operation-commands';
import type { SyncUpdate } from '../../src/temporal/runs/sync-commands';
import type { Org } from '../support/org';
import { poll } from '../support/poll';
import { keepBulkWrite, startKept } from '../support/start-operation';
import { useEngine } from '../support/use-engine';

const HOUR_MS = 3_600_000;
/** Shorter than the time in which a cancellation reaches an attempt. */
const ANSWER_MS = 700;
const ROUNDS = 8;
const RECORDS = [{ Last_Name: 'One' }, { Last_Name: 'Two' }];

/** Numbers from 0 to 1 that are the same in every run. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** Questions about jobs take a while and are refused now and then. */
function makeSlow({ zoho }: Org, operation: string): void {
  zoho.addFault({ kind: 'throttle', operation, probability: 0.3 });
  zoho.addFault({ kind: 'latency', operation, delayMs: ANSWER_MS });
}

/** Commands at any moment. Those that overtake one another are no failures of the caller. */
async function commandAtRandom(
  org: Org,
  workflowId: string,
  roll: () => number,
  hint?: () => Promise<void>,
): Promise<void> {
  const sent: Promise<unknown>[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await pause(roll() * ANSWER_MS);
    const command: SyncUpdate = roll() < 0.5 ? 'pause' : 'resume';
    if (hint && roll() < 0.4) await hint();
    else sent.push(org.engine.commands.update({ workflowId }, command, { by: 'tester' }, `${command}-${round}`));
  }
  await Promise.all(sent);
  await org.engine.commands.update({ workflowId }, 'resume', { by: 'tester' }, 'last resume');
}

describe('commands at any moment while Zoho answers slowly', function () {
  this.timeout(180_000);
  const engine = useEngine();

  it('leave a session to complete', async () => {
    const org = await engine().org({ contacts: 300, bulkJobMs: HOUR_MS });
    makeSlow(org, 'getBulkRead');
    const sessionId = await org.startFullSync('Contacts', { path: 'bulk' });
    await org.until(sessionId, 'has asked for its job', () => org.calls('getBulkRead') > 0);

    await commandAtRandom(org, org.workflowId('Contacts'), dice(1));

    org.zoho.clearFaults();
    org.zoho.moveClock({ advance: HOUR_MS });
    await org.waitFor(sessionId, 'completed');
  });

  it("leave a bulk write to complete, Zoho's own calls among them", async () => {
    const org = await engine().org({ contacts: 10, bulkJobMs: HOUR_MS });
    makeSlow(org, 'getBulkWrite');
    const operation = [{ operation: 'insert', module: 'Contacts', records: RECORDS }];
    const id = await keepBulkWrite(engine().knex, org.connectionId, operation);
    const workflowId = await startKept(org, 'bulk_write', id);
    await poll(async () => org.calls('getBulkWrite') > 0, { what: 'the job is asked for' });
    const operations = createOperationCommands(engine().temporal);

    await commandAtRandom(org, workflowId, dice(2), () => operations.jobFinished(id, 1));

    org.zoho.clearFaults();
    org.zoho.moveClock({ advance: HOUR_MS });
    await poll(async () => (await getBulkOperation(engine().knex, id)).completedAt !== null, { what: 'it has ended' });
    const { status, successfulRecords } = await getBulkOperation(engine().knex, id);
    assert.deepEqual({ status, successfulRecords }, { status: 'completed', successfulRecords: RECORDS.length });
  });

  it('end a session as cancelled, and as nothing else, whenever it is cancelled', async () => {
    const roll = dice(3);
    const org = await engine().org({ contacts: 300, bulkJobMs: HOUR_MS });
    makeSlow(org, 'getBulkRead');
    const ends: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const asked = org.calls('getBulkRead');
      const sessionId = await org.startFullSync('Contacts', { path: 'bulk' });
      await org.until(sessionId, 'has asked for its job', () => org.calls('getBulkRead') > asked);
      await pause(roll() * ANSWER_MS);
      await org.cancel('Contacts');
      await org.waitFor(sessionId, 'cancelled');
      ends.push((await getSession(engine().knex, sessionId)).status);
      const { status } = await engine().commands.describe({ workflowId: org.workflowId('Contacts') });
      ends.push(status);
    }

    assert.deepEqual([...new Set(ends)], ['cancelled', 'CANCELLED']);
  });
});
