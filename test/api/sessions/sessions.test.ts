import assert from 'node:assert/strict';
import type { z } from 'zod';
import {
  type SessionCalls,
  type LogPage,
  type RecordStatusPage,
  type SessionAnswer,
  type SessionPage,
} from '../../../src/api/sessions/schemas';
import { insertLedgerEntries } from '../../../src/db/credits/api-ledger';
import { SessionChunkModel } from '../../../src/db/models/session-chunk';
import { recordRunUpdate } from '../../../src/db/runs/record-run-update';
import { countLatency, noLatencies } from '../../../src/domain/credits/latency-histogram';
import { sessionRun } from '../../../src/domain/runs/run';
import { someConnection, someSession } from '../../db/support';
import { NO_TEMPORAL, useApi } from '../support/api';

const CALLS = {
  operation: 'list_records',
  calls: 1,
  credits: 1,
  failedCalls: 0,
  rateLimited: 0,
  bytesReceived: 0,
  bytesSent: 0,
  latencyMsTotal: 100,
};
const AT = '2026-03-01T10:00:00.000Z';

describe('reading sessions', () => {
  const api = useApi(() => NO_TEMPORAL);

  it('shows progress, rate, time left, success rate and cost of a running session', async () => {
    const { id, connectionId } = await someSession(api.knex);
    await recordRunUpdate(api.knex, {
      run: sessionRun(id),
      sequence: 1,
      patch: {
        status: 'in_progress',
        phase: 'extracting',
        readPath: 'bulk',
        expectedRecords: 1000,
      },
    });
    await SessionChunkModel.query(api.knex).insert({
      sessionId: id,
      chunkNumber: 1,
      kind: 'bulk',
      status: 'loaded',
      rowsRead: '250',
      rowsCreated: '245',
      rowsFailed: '5',
      loadedAt: new Date(),
    });

    await insertLedgerEntries(api.knex, [
      { connectionId, sessionId: id, ...CALLS, calls: 5, credits: 12.5, rateLimited: 1, bytesReceived: 2_000_000 },
    ]);

    const answer = await api.call('GET', `/api/v1/sessions/${id}`, { as: 'viewer' });

    const { session } = answer.body as SessionAnswer;
    assert.equal(session.progressPercentage, 25);
    assert.equal(session.successRate, 0.98);
    assert.deepEqual(
      [session.apiCallsMade, session.creditsSpent, session.rateLimitHits, session.totalDataTransferredMb],
      [5, 12.5, 1, 2],
    );
    assert.ok(session.rowsPerSecond! > 0);
    assert.ok(session.etaSeconds! > 0);
  });

  it('pages through sessions newest first and filters them', async () => {
    const { id: connectionId, name } = await someConnection(api.knex);
    for (const moduleName of ['Leads', 'Deals', 'Accounts']) await someSession(api.knex, { connectionId, moduleName });
    const list = async (query: string) =>
      (await api.call('GET', `/api/v1/sessions?connection=${name}&${query}`)).body as z.infer<typeof SessionPage>;

    const first = await list('limit=2');
    const second = await list(`limit=2&cursor=${first.nextCursor}`);
    const filtered = await list('module=Deals&status=initiated,paused');

    assert.deepEqual(
      first.sessions.map(({ module }) => module),
      ['Accounts', 'Deals'],
    );
    assert.deepEqual(
      second.sessions.map(({ module }) => module),
      ['Leads'],
    );
    assert.deepEqual([first.hasMore, second.hasMore], [true, false]);
    assert.deepEqual(
      filtered.sessions.map(({ module }) => module),
      ['Deals'],
    );
  });

  it('lets a client follow a log: the cursor at the end leads to the lines that come later', async () => {
    const { id } = await someSession(api.knex);
    const say = (sequence: number, ...messages: string[]) =>
      recordRunUpdate(api.knex, {
        run: sessionRun(id),
        sequence,
        patch: {},
        logs: messages.map((message) => ({ level: 'INFO', component: 'test', message, at: AT })),
      });
    const read = async (query: string) =>
      (await api.call('GET', `/api/v1/sessions/${id}/logs?${query}`)).body as z.infer<typeof LogPage>;
    await say(1, 'one', 'two');

    const now = await read('');
    const nothingYet = await read(`cursor=${now.nextCursor}`);
    await say(2, 'three');
    const later = await read(`cursor=${nothingYet.nextCursor}`);

    assert.deepEqual(
      now.logs.map(({ message }) => message),
      ['one', 'two'],
    );
    assert.deepEqual(nothingYet.logs, []);
    assert.deepEqual(
      later.logs.map(({ message }) => message),
      ['three'],
    );
  });

  it('shows only the lines of a level and graver', async () => {
    const { id } = await someSession(api.knex);
    const levels = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;
    const logs = levels.map((level) => ({ level, component: 'test', message: level, at: AT }));
    await recordRunUpdate(api.knex, { run: sessionRun(id), sequence: 1, patch: {}, logs });

    const answer = await api.call('GET', `/api/v1/sessions/${id}/logs?level=ERROR`);

    assert.deepEqual(
      (answer.body as z.infer<typeof LogPage>).logs.map(({ level }) => level),
      ['ERROR', 'CRITICAL'],
    );
  });

  it('pages through records and finds those that need attention', async () => {
    const { id } = await someSession(api.knex);
    const records = (['created', 'failed', 'updated'] as const).map((action, index) => ({
      crmRecordId: `572576700000052415${index}`,
      action,
    }));
    await recordRunUpdate(api.knex, { run: sessionRun(id), sequence: 1, patch: {}, records });
    // As rows are numbered that whole files brought.
    await api.knex.raw('update sync.record_sync_statuses set sequence = -sequence where session_id = ?', [id]);
    const read = async (query: string) =>
      (await api.call('GET', `/api/v1/sessions/${id}/records?${query}`)).body as z.infer<typeof RecordStatusPage>;

    const first = await read('limit=2');
    const second = await read(`limit=2&cursor=${first.nextCursor}`);
    const attention = await read('needsAttention=true');

    assert.deepEqual(
      [...first.records, ...second.records].map(({ crmRecordId }) => crmRecordId),
      ['5725767000000524150', '5725767000000524151', '5725767000000524152'],
    );
    assert.deepEqual(
      attention.records.map(({ action }) => action),
      ['failed'],
    );
  });

  it('shows what a session called at Zoho, by operation', async () => {
    const { id: sessionId, connectionId } = await someSession(api.knex);
    const latencyBuckets = noLatencies();
    for (const latency of [40, 80, 90, 4_000]) countLatency(latencyBuckets, latency);
    await insertLedgerEntries(api.knex, [
      {
        ...{ ...CALLS, connectionId, sessionId, calls: 4, failedCalls: 2, latencyMsTotal: 4_210, latencyBuckets },
        failures: { rate_limited: 1, server: 1 },
      },
    ]);

    const { body } = await api.call('GET', `/api/v1/sessions/${sessionId}/calls`, { as: 'viewer' });

    const [call] = (body as z.infer<typeof SessionCalls>).calls;
    assert.deepEqual(
      [call?.operation, call?.calls, call?.failures],
      ['list_records', 4, { rate_limited: 1, server: 1 }],
    );
    assert.deepEqual([call?.latency.meanMs, call?.latency.p50Ms, call?.latency.p95Ms], [1_053, 100, 5_000]);
  });

  it('says when a session does not exist', async () => {
    const paths = ['', '/logs', '/records', '/calls'].map(
      (rest) => `/api/v1/sessions/01890000-0000-7000-8000-000000000000${rest}`,
    );

    const answers = await Promise.all(paths.map((path) => api.call('GET', path)));

    assert.deepEqual(
      answers.map(({ status }) => status),
      [404, 404, 404, 404],
    );
  });
});
