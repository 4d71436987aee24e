import assert from 'node:assert/strict';
import { freePort } from '../../dev/processes/ports';
import { callMetricsOfSession } from '../../src/db/credits/call-metrics';
import { startEngine, type Engine } from '../support/engine';

/** A new grant is asked once which organization it is of, for no session in particular. */
const GRANT_CHECK = { calls: 1, credits: 1 };

describe('the calls of a full sync', function () {
  this.timeout(90_000);
  let engine: Engine;
  let metricsPort: number;
  before(async () => {
    metricsPort = await freePort();
    engine = await startEngine({ worker: { PULSE_WORKER_METRICS_PORT: String(metricsPort) } });
  });
  after(() => engine?.stop());

  it('stand in the session, in the ledger and in the metrics of the worker as Zoho has seen them', async () => {
    const org = await engine.org({ deals: 700 });

    const session = await org.fullSync('Deals', { path: 'list' });

    const seen = org.zoho.calls();
    const apiCalls = org.calls() - org.calls('token');
    const ofSession = apiCalls - GRANT_CHECK.calls;
    const metrics = await callMetricsOfSession(engine.knex, session.id);
    const counted = metrics.reduce((sum, { calls }) => sum + calls, 0);
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    const scraped = [...text.matchAll(/^pulse_zoho_calls_total\{.*\} (\d+)$/gm)].map(([, calls]) => Number(calls));
    assert.ok(apiCalls > 4, JSON.stringify(seen.operations));
    assert.deepEqual(
      [counted, Number(session.apiCallsMade), scraped.reduce((sum, calls) => sum + calls, 0)],
      [ofSession, ofSession, apiCalls],
    );
    assert.equal(Number(session.creditsSpent), seen.credits.used - GRANT_CHECK.credits);
  });
});
