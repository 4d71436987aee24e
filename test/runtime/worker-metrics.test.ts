import assert from 'node:assert/strict';
import { startSimulator, type Simulator } from '../../simulator';
import { ZohoTransports } from '../../src/connection/transports';
import { createWorkerMetrics, serveMetrics, type MetricsServer } from '../../src/runtime/worker-metrics';
import { countRecords } from '../../src/zoho/records/count-records';
import { listRecords } from '../../src/zoho/records/list-records';
import { someOrganization, TIMEOUT_MS } from '../activities/support';
import { KEY_RING, useDatabase } from '../db/support';

describe('the metrics of a worker', () => {
  const database = useDatabase();
  const metrics = createWorkerMetrics();
  let simulator: Simulator;
  let zoho: ZohoTransports;
  let server: MetricsServer;
  before(async () => {
    simulator = await startSimulator({ deals: 50, tokenThrottle: false });
    zoho = new ZohoTransports({
      knex: database.knex,
      keyRing: () => KEY_RING,
      allowLoopback: true,
      timeoutMs: TIMEOUT_MS,
      observe: metrics.observe,
    });
    server = await serveMetrics(metrics.registry, '127.0.0.1', 0);
  });
  after(async () => {
    await server.close();
    await zoho.close();
    await simulator.close();
  });
  const scrape = async (): Promise<string> => (await fetch(server.url)).text();

  it('count calls, credits, bytes, durations and failures by operation and connection', async () => {
    const { id } = await someOrganization(database.knex, simulator.url);
    const transport = zoho.transport(id);
    simulator.control.addFault({ kind: 'throttle', operation: 'listRecords', times: 1 });
    await assert.rejects(listRecords(transport, 'Deals', { fields: ['Deal_Name'] }));
    await listRecords(transport, 'Deals', { fields: ['Deal_Name'] });
    await countRecords(transport, 'Deals');

    const text = await scrape();

    const value = (name: string, labels: string): number =>
      Number(new RegExp(`^pulse_zoho_${name}\\{connection_id="${id}",${labels}\\} (\\S+)$`, 'm').exec(text)?.[1]);
    assert.equal(value('calls_total', 'operation="list_records"'), 2);
    assert.equal(value('calls_total', 'operation="count_records"'), 1);
    assert.equal(value('credits_total', 'operation="list_records"'), 2);
    assert.equal(value('failures_total', 'operation="list_records",category="rate_limited"'), 1);
    assert.equal(value('call_duration_seconds_count', 'operation="list_records"'), 2);
    assert.ok(value('bytes_total', 'operation="list_records",direction="received"') > 1_000);
  });

  it('are served at one path only', async () => {
    const answers = await Promise.all([
      fetch(server.url.replace('/metrics', '/')),
      fetch(server.url, { method: 'POST' }),
      fetch(server.url),
    ]);

    assert.deepEqual(
      answers.map(({ status }) => status),
      [404, 404, 200],
    );
  });

  it('say that their port is taken', async () => {
    await assert.rejects(serveMetrics(metrics.registry, '127.0.0.1', Number(new URL(server.url).port)), {
      code: 'EADDRINUSE',
    });
  });
});
