import { assertSame } from '../support/compare';
import { holdMirror, waitUntilBackend } from '../support/mirror-lock';
import type { Org } from '../support/org';
import { useEngine } from '../support/use-engine';

/** Downtime of a server: long enough for every part to notice. */
const OUTAGE_MS = 2_500;
const DEADLINE_MS = 75_000;

describe('kill -9 of a server', function () {
  this.timeout(120_000);
  const engine = useEngine({ ownPostgres: true, ownTemporal: true });

  async function outage(server: 'postgres' | 'temporalServer'): Promise<void> {
    await engine()[server].kill();
    await new Promise((resolve) => setTimeout(resolve, OUTAGE_MS));
    await engine()[server].restart();
  }

  async function scanning(): Promise<{ org: Org; sessionId: string }> {
    const org = await engine().org({ contacts: 9_000 });
    org.zoho.addFault({ kind: 'latency', operation: 'listRecords', delayMs: 40 });
    const sessionId = await org.startFullSync('Contacts', { path: 'list' });
    await org.until(sessionId, 'has loaded a chunk', async () => (await org.countOf('session_chunks', sessionId)) > 0);
    return { org, sessionId };
  }

  it('PostgreSQL while pages are read and loaded: the run ends by itself and the mirror is right', async () => {
    const { org, sessionId } = await scanning();

    await outage('postgres');
    org.zoho.clearFaults();
    await org.waitFor(sessionId, 'completed', DEADLINE_MS);

    assertSame(await org.differences('Contacts'));
  });

  it('PostgreSQL between a COPY and its commit: the chunk is loaded again', async () => {
    const org = await engine().org({ contacts: 3_000 });
    await org.fullSync('Contacts', { path: 'bulk' });
    org.zoho.changeRecords('Contacts', { insert: { count: 40 }, update: { count: 100, values: { Title: 'new' } } });
    await holdMirror(engine(), org, 'Contacts');

    const sessionId = await org.startFullSync('Contacts', { path: 'bulk' });
    await waitUntilBackend(engine(), `wait_event = 'advisory'`);
    await outage('postgres');
    await org.waitFor(sessionId, 'completed', DEADLINE_MS);

    assertSame(await org.differences('Contacts'));
  });

  it('Temporal while pages are read and loaded: the run ends by itself and the mirror is right', async () => {
    const { org, sessionId } = await scanning();

    await outage('temporalServer');
    org.zoho.clearFaults();
    await org.waitFor(sessionId, 'completed', DEADLINE_MS);

    assertSame(await org.differences('Contacts'));
  });

  it('Temporal while a bulk-read job is pending: the run ends by itself and the mirror is right', async () => {
    const org = await engine().org({ contacts: 1_000, bulkJobMs: 3_600_000 });
    const sessionId = await org.startFullSync('Contacts', { path: 'bulk' });
    await org.until(sessionId, 'has asked for its job twice', () => org.calls('getBulkRead') > 1);

    await outage('temporalServer');
    org.zoho.moveClock({ advance: 3_600_000 });
    await org.waitFor(sessionId, 'completed', DEADLINE_MS);

    assertSame(await org.differences('Contacts'));
  });
});
