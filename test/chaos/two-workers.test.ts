import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { assertSame } from '../support/compare';
import { ENCRYPTION_KEY } from '../support/encryption-key';
import type { Org } from '../support/org';
import { poll } from '../support/poll';
import { sharedTemporal } from '../support/temporal-server';
import { useEngine } from '../support/use-engine';
import { WorkerProcess } from '../support/worker-process';

const ROWS = 8_000;
/** A dead worker is noticed when its heartbeats have been missing for 10 seconds. */
const DEADLINE_MS = 90_000;
const STARTING_MS = 90_000;

/** Legs of a second, so that work goes round, and few places, so that two workers fit beside those of other suites. */
const FEW_PLACES = {
  PULSE_SCAN_LEG_SECONDS: '1',
  PULSE_SCAN_CONCURRENCY: '1',
  PULSE_API_CONCURRENCY: '2',
  PULSE_LOAD_CONCURRENCY: '1',
};

describe('two workers that serve two organizations', function () {
  this.timeout(240_000);
  const engine = useEngine({ worker: FEW_PLACES });
  let other: WorkerProcess;
  let spoolDirectory: string;
  before(async () => {
    const { address } = await sharedTemporal();
    spoolDirectory = await mkdtemp(path.join(tmpdir(), 'pulse-test-spool-'));
    other = new WorkerProcess({
      DATABASE_URL: engine().databaseUrl,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: engine().temporal.namespace,
      PULSE_ENCRYPTION_KEYS: ENCRYPTION_KEY,
      PULSE_SPOOL_DIR: spoolDirectory,
      ZOHO_ALLOW_LOOPBACK: 'true',
      ...FEW_PLACES,
    });
  });
  beforeEach(async function () {
    this.timeout(STARTING_MS);
    for (const worker of [engine().worker, other]) if (!worker.isRunning) await worker.start();
  });
  after(async () => {
    await other.kill();
    await rm(spoolDirectory, { recursive: true, force: true });
  });

  interface Reading {
    org: Org;
    sessionId: string;
  }

  async function reading(): Promise<Reading> {
    const org = await engine().org({ contacts: ROWS });
    org.zoho.addFault({ kind: 'latency', operation: 'listRecords', delayMs: 400 });
    const sessionId = await org.startFullSync('Contacts', { path: 'list' });
    await org.until(sessionId, 'has loaded a chunk', async () => (await org.countOf('session_chunks', sessionId)) > 0);
    return { org, sessionId };
  }

  /** Processes that read for the sessions at this moment, as Temporal knows them. */
  async function readersOf(readings: readonly Reading[]): Promise<string[]> {
    const { workflow } = engine().temporal.client;
    const described = await Promise.all(
      readings.map(({ org }) => workflow.getHandle(org.workflowId('Contacts')).describe()),
    );
    return described.flatMap(({ raw }) => (raw.pendingActivities ?? []).map((each) => each.lastWorkerIdentity ?? ''));
  }

  for (const [which, victim] of [
    ['one', () => engine().worker],
    ['the other', () => other],
  ] as const) {
    it(`lose nothing when ${which} is killed: what it read for one organization goes on beside the other's`, async () => {
      const readings = [await reading(), await reading()];
      const reads = (identity: string) => identity.startsWith(`${victim().pid}@`);
      await poll(async () => (await readersOf(readings)).some(reads), { what: 'the worker to be killed reads' });

      await victim().kill();
      for (const { org } of readings) org.zoho.clearFaults();
      for (const { org, sessionId } of readings) await org.waitFor(sessionId, 'completed', DEADLINE_MS);

      for (const { org } of readings) assertSame(await org.differences('Contacts'));
    });
  }
});
