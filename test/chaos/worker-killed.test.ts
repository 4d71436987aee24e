import assert from 'node:assert/strict';
import { assertSame } from '../support/compare';
import { holdMirror, waitUntilBackend } from '../support/mirror-lock';
import { useEngine } from '../support/use-engine';

const HOUR_MS = 3_600_000;
/** A dead worker is noticed when its heartbeats have been missing for 10 seconds. */
const DEADLINE_MS = 60_000;

describe('kill -9 of the worker', function () {
  this.timeout(90_000);
  const engine = useEngine();
  beforeEach(async () => {
    if (!engine().worker.isRunning) await engine().worker.start();
  });

  async function killAndRestart(): Promise<void> {
    await engine().worker.kill();
    await engine().worker.start();
  }

  async function chunksOf(sessionId: string): Promise<{ chunk_number: string }[]> {
    return engine().query(
      `select chunk_number, rows_read, loaded_at from sync.session_chunks where session_id = ? order by chunk_number`,
      [sessionId],
    );
  }

  it('during a COPY costs nothing but time', async () => {
    const org = await engine().org({ contacts: 60_000 });

    const sessionId = await org.startFullSync('Contacts', { path: 'bulk' });
    await waitUntilBackend(engine(), `state = 'active' and query like 'copy %'`);
    await killAndRestart();
    await org.waitFor(sessionId, 'completed', DEADLINE_MS);

    assertSame(await org.differences('Contacts'));
  });

  it('between a COPY and its commit costs nothing but time', async () => {
    const org = await engine().org({ contacts: 3_000 });
    await org.fullSync('Contacts', { path: 'bulk' });
    org.zoho.changeRecords('Contacts', { insert: { count: 50 }, update: { count: 200, values: { Title: 'new' } } });
    const lock = await holdMirror(engine(), org, 'Contacts');

    const sessionId = await org.startFullSync('Contacts', { path: 'bulk' });
    await waitUntilBackend(engine(), `wait_event = 'advisory'`);
    await killAndRestart();
    await lock.release();
    await org.waitFor(sessionId, 'completed', DEADLINE_MS);

    assertSame(await org.differences('Contacts'));
  });

  it('while it waits for a bulk-read job costs nothing but time', async () => {
    const org = await engine().org({ contacts: 1_000, bulkJobMs: HOUR_MS });

    const sessionId = await org.startFullSync('Contacts', { path: 'bulk' });
    await org.until(sessionId, 'has asked for its job twice', () => org.calls('getBulkRead') > 1);
    await killAndRestart();
    org.zoho.moveClock({ advance: HOUR_MS });
    await org.waitFor(sessionId, 'completed', DEADLINE_MS);

    assertSame(await org.differences('Contacts'));
  });

  it('while it walks list pages costs no page that was committed', async () => {
    const org = await engine().org({ contacts: 12_000 });
    org.zoho.addFault({ kind: 'latency', operation: 'listRecords', delayMs: 40 });

    const sessionId = await org.startFullSync('Contacts', { path: 'list' });
    await org.until(sessionId, 'has loaded a chunk', async () => (await org.countOf('session_chunks', sessionId)) > 0);
    await killAndRestart();
    const committed = await chunksOf(sessionId);
    org.zoho.clearFaults();
    await org.waitFor(sessionId, 'completed', DEADLINE_MS);

    const numbers = new Set(committed.map((chunk) => chunk.chunk_number));
    assert.deepEqual(
      (await chunksOf(sessionId)).filter((chunk) => numbers.has(chunk.chunk_number)),
      committed,
    );
    assertSame(await org.differences('Contacts'));
  });

  it('during the sweep removes every vanished row, and each once', async () => {
    const org = await engine().org({ contacts: 1_500 });
    await org.fullSync('Contacts', { path: 'bulk' });
    org.zoho.moveClock({ advance: -HOUR_MS });
    org.zoho.changeRecords('Contacts', { delete: { count: 120 } });
    org.zoho.moveClock({ reset: true });
    const slow = org.zoho.addFault({ kind: 'latency', operation: 'listRecords', delayMs: 5_000, after: 1, times: 1 });

    const sessionId = await org.startFullSync('Contacts', { path: 'bulk' });
    await org.until(sessionId, 'is in the middle of its sweep', ({ phase }) => phase === 'sweeping' && slow.struck > 0);
    await killAndRestart();
    await org.waitFor(sessionId, 'completed', DEADLINE_MS);

    assertSame(await org.differences('Contacts'));
  });
});
