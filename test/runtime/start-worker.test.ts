import assert from 'node:assert/strict';
import { freePort } from '../../dev/processes/ports';
import { loadConfig } from '../../src/config';
import { createLogger } from '../../src/logger';
import { startWorker } from '../../src/runtime/start-worker';
import { useDatabase } from '../db/support';
import { createNamespace, quietTemporalSdk, sharedTemporal } from '../support/temporal-server';
import { openSessions } from './support';

const logger = createLogger('test', 'silent');

describe('starting the worker', function () {
  this.timeout(60_000);
  const database = useDatabase();
  before(quietTemporalSdk);
  const environment = (more: Record<string, string>): Record<string, string> => ({
    DATABASE_URL: database.url,
    PULSE_ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
    ...more,
  });

  it('leaves its metrics port free when Temporal is not reachable', async () => {
    const port = await freePort();
    const config = loadConfig(environment({ TEMPORAL_ADDRESS: '127.0.0.1:1', PULSE_WORKER_METRICS_PORT: `${port}` }));

    await assert.rejects(startWorker(config, logger), /TransportError|connect/i);

    await assert.rejects(fetch(`http://127.0.0.1:${port}/metrics`), /fetch failed/);
  });

  it('is refused where PostgreSQL could not serve it, with what can be done', async () => {
    const config = loadConfig(environment({ PULSE_DATABASE_POOL: '5000' }));

    await assert.rejects(
      startWorker(config, logger),
      /PostgreSQL has \d+ connections left, and this process may need 5005/,
    );

    assert.deepEqual(await openSessions(database.knex, ['pulse-worker', 'pulse-broker']), []);
  });

  it('leaves nothing open when it closes without having run', async () => {
    const { address } = await sharedTemporal();
    const namespace = await createNamespace(address);
    const config = loadConfig(environment({ TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace }));

    const worker = await startWorker(config, logger);
    await worker.close();

    assert.deepEqual(await openSessions(database.knex, ['pulse-worker', 'pulse-broker']), []);
  });

  it('leaves nothing open when Temporal lacks its namespace', async () => {
    const { address } = await sharedTemporal();
    const config = loadConfig(environment({ TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'no-such-namespace' }));

    await assert.rejects(startWorker(config, logger), { name: 'NamespaceNotFoundError' });

    assert.deepEqual(await openSessions(database.knex, ['pulse-worker', 'pulse-broker']), []);
  });
});
