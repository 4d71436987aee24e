import assert from 'node:assert/strict';
import { CancelledFailure } from '@temporalio/common';
import { withZoho } from '../../src/activities/with-zoho';
import { callMetricsOfSession } from '../../src/db/credits/call-metrics';
import { getSession } from '../../src/db/sessions/sessions';
import { ZohoError } from '../../src/zoho/errors/errors';
import { countRecords } from '../../src/zoho/records/count-records';
import { listRecords } from '../../src/zoho/records/list-records';
import { activityEnvironment, useActivities } from './support';

describe('withZoho', () => {
  const fixture = useActivities();
  afterEach(() => fixture.simulator.control.clearFaults());

  const ledgerOf = (sessionId: string): Promise<Record<string, unknown>[]> =>
    fixture
      .knex('sync.api_ledger')
      .select('operation', 'module_name', 'calls', 'credits', 'failed_calls', 'rate_limited', 'worker')
      .where({ session_id: sessionId })
      .orderBy('operation');

  it('writes down what the calls of a session cost, by operation', async () => {
    const target = await fixture.target('Deals');

    await fixture.run(() =>
      withZoho(fixture.deps, target, async ({ transport, options }) => {
        await countRecords(transport, 'Deals', {}, options);
        await listRecords(transport, 'Deals', { fields: ['Deal_Name'] }, options);
        await listRecords(transport, 'Deals', { fields: ['Amount'] }, options);
      }),
    );

    const entry = { module_name: 'Deals', failed_calls: 0, rate_limited: 0, worker: 'test' };
    assert.deepEqual(await ledgerOf(target.sessionId), [
      { ...entry, operation: 'count_records', calls: 1, credits: '1.00' },
      { ...entry, operation: 'list_records', calls: 2, credits: '2.00' },
    ]);
  });

  it('writes it down when the work fails, too: failed calls cost', async () => {
    const target = await fixture.target('Deals');
    fixture.simulator.control.addFault({ kind: 'throttle', operation: 'listRecords', times: 1 });

    const work = fixture.run(() =>
      withZoho(fixture.deps, target, ({ transport, options }) =>
        listRecords(transport, 'Deals', { fields: ['Deal_Name'] }, options),
      ),
    );

    await assert.rejects(work, (error) => error instanceof ZohoError && error.category === 'rate_limited');
    const [entry] = await ledgerOf(target.sessionId);
    assert.deepEqual([entry?.['calls'], entry?.['failed_calls'], entry?.['rate_limited']], [1, 1, 1]);
    const [metrics] = await callMetricsOfSession(fixture.knex, target.sessionId);
    assert.deepEqual(metrics?.failures, { rate_limited: 1 });
    assert.equal(
      metrics?.latencyBuckets.reduce((sum, calls) => sum + calls, 0),
      1,
    );
    const session = await getSession(fixture.knex, target.sessionId);
    assert.deepEqual([session.apiCallsMade, session.creditsSpent, session.rateLimitHits].map(Number), [1, 1, 1]);
  });

  it('writes nothing for work without a call', async () => {
    const target = await fixture.target('Deals');

    assert.equal(await fixture.run(() => withZoho(fixture.deps, target, async () => 'result')), 'result');

    assert.deepEqual(await ledgerOf(target.sessionId), []);
  });

  it('shows what it is doing', async () => {
    const target = await fixture.target('Deals');
    const env = activityEnvironment();
    const heartbeats: unknown[] = [];
    env.on('heartbeat', (details: unknown) => heartbeats.push(details));

    await env.run(() => withZoho(fixture.deps, target, async () => undefined));

    assert.deepEqual(heartbeats, [{ calls: 0 }]);
  });

  it('sends heartbeats while it waits for a write that outlives the work', async () => {
    const target = await fixture.target('Deals');
    const env = activityEnvironment();
    const heartbeats: object[] = [];
    env.on('heartbeat', (details: object) => heartbeats.push(details));
    fixture.simulator.control.addFault({ kind: 'latency', operation: 'countRecords', delayMs: 2_500 });

    await env.run(() =>
      withZoho(fixture.deps, target, async ({ transport, options, ...zoho }) => {
        const { signal: _signal, ...withoutSignal } = options;
        void countRecords(transport, 'Deals', {}, withoutSignal);
        zoho.report({ waiting: true });
      }),
    );

    assert.deepEqual(heartbeats[1], { waiting: true, calls: 0 });
  });

  it('stops the call in flight when the activity is cancelled, and still writes down its cost', async () => {
    const target = await fixture.target('Deals');
    const env = activityEnvironment();
    // The token is there already, so that what is cancelled is the call.
    await env.run(() =>
      withZoho(fixture.deps, target, ({ transport, options }) => countRecords(transport, 'Deals', {}, options)),
    );
    fixture.simulator.control.addFault({ kind: 'latency', operation: 'listRecords', delayMs: 20_000 });

    const work = env.run(() =>
      withZoho(fixture.deps, target, async ({ transport, options }) => {
        const call = listRecords(transport, 'Deals', { fields: ['Deal_Name'] }, options);
        setTimeout(() => env.cancel(), 100);
        await call;
      }),
    );

    await assert.rejects(work, CancelledFailure);
    assert.deepEqual(
      (await ledgerOf(target.sessionId)).map((entry) => entry['operation']),
      ['count_records', 'list_records'],
    );
  });
});
