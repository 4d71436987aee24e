import assert from 'node:assert/strict';
import { insertLedgerEntries } from '../../../src/db/credits/api-ledger';
import { rollbackAll, migrateToLatest } from '../../../src/db/postgres/migrate';
import { advanceWatermark } from '../../../src/db/sessions/watermarks';
import { countLatency, noLatencies } from '../../../src/domain/credits/latency-histogram';
import { someConnection, someSession } from '../../db/support';
import { NO_TEMPORAL, useApi } from '../support/api';
import { unreachableTemporal } from '../support/sync-commands';

describe('health and readiness', () => {
  const down = unreachableTemporal();
  let temporalAnswers = true;
  const api = useApi(() => (temporalAnswers ? { ...NO_TEMPORAL, ping: async () => undefined } : down));
  const readiness = async () => {
    const { status, body } = await api.call('GET', '/api/v1/ready', { as: null });
    return { status, body };
  };

  it('is alive even when nothing else is', async () => {
    assert.equal((await api.call('GET', '/api/v1/health', { as: null })).status, 200);
  });

  it('is ready when PostgreSQL is migrated and Temporal answers', async () => {
    assert.deepEqual(await readiness(), {
      status: 200,
      body: { status: 'ready', checks: { database: 'ok', migrations: 'ok', temporal: 'ok' } },
    });
  });

  it('is not ready without Temporal, and says which part is missing', async () => {
    temporalAnswers = false;
    const answer = await readiness();
    temporalAnswers = true;

    assert.deepEqual(answer, {
      status: 503,
      body: { status: 'not_ready', checks: { database: 'ok', migrations: 'ok', temporal: 'failed' } },
    });
  });

  it('is not ready before the migrations were applied', async () => {
    await rollbackAll(api.knex);
    const answer = await readiness();
    await migrateToLatest(api.knex);

    assert.deepEqual(answer, {
      status: 503,
      body: { status: 'not_ready', checks: { database: 'ok', migrations: 'pending', temporal: 'ok' } },
    });
  });
});

describe('metrics', () => {
  const api = useApi(() => NO_TEMPORAL);

  it('count requests by route and show the syncs as PostgreSQL knows them', async () => {
    const { id: sessionId, connectionId } = await someSession(api.knex);
    const completeUntil = new Date('2026-03-01T00:00:00Z');
    await advanceWatermark(api.knex, { connectionId, moduleName: 'Leads', sessionId, completeUntil });
    await api.call('GET', `/api/v1/sessions/${sessionId}`);

    const { body } = await api.call('GET', '/api/v1/metrics', { as: 'viewer' });

    const text = String(body);
    assert.match(
      text,
      /pulse_http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/sessions\/\{id\}",status="200"\} 1/,
    );
    assert.match(text, /pulse_active_sessions\{connection="\w+",module="Deals",status="initiated"\} 1/);
    assert.match(text, /pulse_mirror_complete_until_timestamp_seconds\{connection="\w+",module="Leads"\} 1772323200/);
    assert.match(text, /pulse_database_up 1/);
  });

  it('show the calls to Zoho of the last day, by connection and operation', async () => {
    const { id: connectionId, name } = await someConnection(api.knex);
    const latencyBuckets = noLatencies();
    for (const latency of [40, 60_000]) countLatency(latencyBuckets, latency);
    await insertLedgerEntries(api.knex, [
      {
        ...{ connectionId, operation: 'list_records', calls: 2, credits: 2, failedCalls: 1, rateLimited: 1 },
        ...{
          bytesReceived: 1_234,
          bytesSent: 0,
          latencyMsTotal: 60_040,
          latencyBuckets,
          failures: { rate_limited: 1 },
        },
      },
    ]);

    const text = String((await api.call('GET', '/api/v1/metrics', { as: 'viewer' })).body);

    const labels = `connection="${name}",operation="list_records"`;
    for (const line of [
      `pulse_zoho_calls_24h{${labels}} 2`,
      `pulse_zoho_credits_24h{${labels}} 2`,
      `pulse_zoho_bytes_24h{${labels},direction="received"} 1234`,
      `pulse_zoho_failures_24h{${labels},category="rate_limited"} 1`,
      `pulse_zoho_call_duration_24h_seconds_bucket{${labels},le="0.025"} 0`,
      `pulse_zoho_call_duration_24h_seconds_bucket{${labels},le="0.05"} 1`,
      `pulse_zoho_call_duration_24h_seconds_bucket{${labels},le="+Inf"} 2`,
      `pulse_connection_info{connection="${name}",connection_id="${connectionId}"} 1`,
    ]) {
      assert.ok(text.split('\n').includes(line), line);
    }
  });
});
