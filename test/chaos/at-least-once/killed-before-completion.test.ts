import assert from 'node:assert/strict';
import pg from 'pg';
import { assertSame } from '../../support/compare';
import { startEngine, type Engine } from '../../support/engine';
import { holdMirror, waitUntilBackend } from '../../support/mirror-lock';
import type { Org } from '../../support/org';
import { poll } from '../../support/poll';
import { startTemporalFront, type TemporalFront } from '../../support/temporal-front';
import { sharedTemporal } from '../../support/temporal-server';

/** A dead worker is noticed when its heartbeats have been missing for 10 seconds, bookkeeping has a minute. */
const DEADLINE_MS = 120_000;
const ROWS = 800;
/** A job of Zoho's that does not end by itself; an access token outlives it. */
const JOB_MS = 1_200_000;

describe('kill -9 of the worker between the commit of an activity and its completion', function () {
  this.timeout(2 * DEADLINE_MS);
  let engine: Engine;
  let front: TemporalFront;
  let loading: { org: Org; sessionId: string; committed: object };
  let recording: { org: Org; sessionId: string };
  const chunkOf = async (sessionId: string): Promise<object | undefined> => {
    const [chunk] = await engine.query(
      'select chunk_number, rows_created, loaded_at from sync.session_chunks where session_id = ? order by 1',
      [sessionId],
    );
    return chunk;
  };

  before(async () => {
    front = await startTemporalFront((await sharedTemporal()).address);
    engine = await startEngine({ worker: { TEMPORAL_ADDRESS: front.address } });
    const one = await engine.org({ contacts: ROWS, bulkJobMs: JOB_MS });
    const other = await engine.org({ contacts: ROWS });
    const load = await one.startFullSync('Contacts', { path: 'bulk' });
    await one.until(load, 'waits for its job', () => one.calls('getBulkRead') > 0);
    const mirror = await holdMirror(engine, one, 'Contacts');
    one.zoho.moveClock({ advance: JOB_MS });
    await waitUntilBackend(engine, `wait_event = 'advisory'`);
    const log = await holdLog(engine);
    const record = await other.startFullSync('Contacts', { path: 'list' });
    await waitUntilBackend(engine, `wait_event = 'relation' and query like '%sync_status_logs%'`);

    // Both activities commit, and Temporal hears of neither.
    front.hold();
    await Promise.all([mirror.release(), log.release()]);
    const committed = await poll(() => chunkOf(load), { what: 'the page is loaded' });
    await poll(async () => (await other.logOf(record)).length > 0, { what: 'the first step is written' });
    await engine.worker.kill();
    front.release();
    await engine.worker.start();
    loading = { org: one, sessionId: load, committed };
    recording = { org: other, sessionId: record };
  });
  after(async () => {
    await engine?.stop();
    await front?.close();
  });

  it('loads no page twice', async () => {
    const { org, sessionId, committed } = loading;

    const { result } = await org.waitFor(sessionId, 'completed', DEADLINE_MS);

    const { read, created, updated } = result as Record<string, number>;
    assert.deepEqual([read, created, updated], [ROWS, ROWS, 0]);
    assert.deepEqual(await chunkOf(sessionId), committed);
    assertSame(await org.differences('Contacts'));
  });

  it('writes no step of a session twice', async () => {
    const { org, sessionId } = recording;

    await org.waitFor(sessionId, 'completed', DEADLINE_MS);

    const log = await org.logOf(sessionId);
    assert.deepEqual(
      log.map((line) => line.split(' ', 2).join(' ')),
      ['INFO Planning', 'INFO Reading', 'INFO Verified:'],
    );
    assertSame(await org.differences('Contacts'));
  });
});

/** Lets nobody write a line of a log, and so no step of a run, until it is released. */
async function holdLog({ databaseUrl }: Engine): Promise<{ release(): Promise<void> }> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query('begin');
  await client.query('lock table sync.sync_status_logs in share mode');
  return { release: () => client.end() };
}
