import assert from 'node:assert/strict';
import { insertLedgerEntries, type LedgerEntry } from '../../../src/db/credits/api-ledger';
import { callMetricsOfLastDay, callMetricsOfSession } from '../../../src/db/credits/call-metrics';
import { down, up } from '../../../src/db/migrations/0.2.0/20261123110000_call_metrics';
import { getSession } from '../../../src/db/sessions/sessions';
import { countLatency, noLatencies } from '../../../src/domain/credits/latency-histogram';
import { someConnection, someSession, useDatabase } from '../support';

const histogram = (...latencies: number[]): number[] => {
  const buckets = noLatencies();
  for (const latency of latencies) countLatency(buckets, latency);
  return buckets;
};

const NO_CALLS = { calls: 0, credits: 0, failedCalls: 0, rateLimited: 0, bytesReceived: 0, bytesSent: 0 };

describe('the ledger of calls', () => {
  const database = useDatabase();

  const listPages = (ids: Pick<LedgerEntry, 'connectionId' | 'sessionId'>): LedgerEntry[] => [
    {
      ...{ ...NO_CALLS, ...ids, operation: 'list_records', latencyMsTotal: 330, latencyBuckets: histogram(30, 300) },
      ...{ calls: 2, credits: 2, failedCalls: 1, rateLimited: 1, bytesReceived: 3_000_000_000, bytesSent: 500_000 },
      failures: { rate_limited: 1 },
    },
    {
      ...{ ...NO_CALLS, ...ids, operation: 'list_records', latencyMsTotal: 40, latencyBuckets: histogram(40) },
      ...{ calls: 1, credits: 1, failedCalls: 1, failures: { server: 1 } },
    },
    { ...{ ...NO_CALLS, ...ids, operation: 'count_records', latencyMsTotal: 9 }, calls: 1, credits: 0.5 },
  ];

  it('adds up calls, bytes, credits, failures by category and latencies by operation', async () => {
    const { id: sessionId, connectionId } = await someSession(database.knex);
    await insertLedgerEntries(database.knex, listPages({ connectionId, sessionId }));
    await insertLedgerEntries(database.knex, listPages({ connectionId }));

    const [counted, listed, ...more] = await callMetricsOfSession(database.knex, sessionId);

    assert.deepEqual(more, []);
    assert.deepEqual([counted?.operation, counted?.credits, counted?.failures], ['count_records', 0.5, {}]);
    const { connection: _connection, ...sums } = listed!;
    assert.deepEqual(sums, {
      operation: 'list_records',
      calls: 3,
      credits: 3,
      failedCalls: 2,
      rateLimited: 1,
      bytesReceived: 3_000_000_000,
      bytesSent: 500_000,
      latencyMsTotal: 370,
      failures: { rate_limited: 1, server: 1 },
      latencyBuckets: histogram(30, 40, 300),
    });
  });

  it('keeps the sums of a session in its row, for readers with SQL', async () => {
    const { id: sessionId, connectionId } = await someSession(database.knex);
    const { id: otherId } = await someSession(database.knex);
    await insertLedgerEntries(database.knex, listPages({ connectionId, sessionId }));
    await insertLedgerEntries(database.knex, listPages({ connectionId, sessionId }));

    const rows = await Promise.all([sessionId, otherId].map((id) => getSession(database.knex, id)));

    assert.deepEqual(
      rows.map((row) =>
        [row.apiCallsMade, row.creditsSpent, row.rateLimitHits, row.totalDataTransferredMb].map(Number),
      ),
      [
        [8, 7, 2, 6_001],
        [0, 0, 0, 0],
      ],
    );
  });

  it('gave the sums of earlier entries to the rows of their sessions when it began to keep them there', async () => {
    const { id: sessionId, connectionId } = await someSession(database.knex);
    await insertLedgerEntries(database.knex, listPages({ connectionId, sessionId }));
    await down(database.knex);
    await database.knex.raw('update sync.crm_sync_sessions set api_calls_made = 0, credits_spent = 0');

    await up(database.knex);

    const { apiCallsMade, creditsSpent } = await getSession(database.knex, sessionId);
    assert.deepEqual([apiCallsMade, creditsSpent].map(Number), [4, 3.5]);
  });

  it('knows the last day of every connection, and forgets what is older', async () => {
    const { id: connectionId, name } = await someConnection(database.knex);
    const hoursAgo = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();
    const entry = { ...NO_CALLS, connectionId, operation: 'get_fields', latencyMsTotal: 1 };
    await insertLedgerEntries(database.knex, [
      { ...entry, calls: 5, spentAt: hoursAgo(23) },
      { ...entry, calls: 7, spentAt: hoursAgo(25) },
    ]);

    const metrics = await callMetricsOfLastDay(database.knex);

    assert.deepEqual(
      metrics.filter(({ connection }) => connection === name).map(({ operation, calls }) => [operation, calls]),
      [['get_fields', 5]],
    );
  });
});
