import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { countBothSides } from '../../../src/activities/pull/finish-full-sync';
import { planFullSync } from '../../../src/activities/pull/plan-full-sync';
import { withZoho } from '../../../src/activities/with-zoho';
import { CreditBroker, type BrokerOptions } from '../../../src/connection/broker/broker';
import { ZohoTransports } from '../../../src/connection/transports';
import { saveApiLimits } from '../../../src/db/credits/api-limits';
import { readCreditWindow } from '../../../src/db/credits/read-window';
import { createDatabase } from '../../../src/db/postgres/knex';
import type { ApiLimits } from '../../../src/domain/credits/edition-limits';
import { ZohoError } from '../../../src/zoho/errors/errors';
import { type CallGate, CallSeries, type Permit } from '../../../src/zoho/http/call-limiter';
import type { ZohoTransport } from '../../../src/zoho/http/transport';
import { getOrg } from '../../../src/zoho/metadata/org';
import { listRecords } from '../../../src/zoho/records/list-records';
import { TIMEOUT_MS, useActivities } from '../../activities/support';
import { KEY_RING } from '../../db/support';

const DAY_MS = 24 * 3_600_000;
const CALL = { operation: 'list_records', module: 'Deals', credits: 1, heavy: false } as const;

describe('the credit broker', () => {
  const fixture = useActivities({ credits: 1_000 });
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await each.close();
    fixture.simulator.control.clearFaults();
    fixture.simulator.control.setCreditsUsed(0);
  });

  /** A broker as one process has it. */
  function broker(options: Partial<BrokerOptions> = {}): CreditBroker {
    const made = new CreditBroker(fixture.knex, { defaultPriority: 'full', ...options });
    open.push(made);
    return made;
  }

  async function connection(limits: Partial<ApiLimits> = {}): Promise<string> {
    const { connectionId } = await fixture.target('Deals');
    const all = { dailyCredits: 1_000, concurrency: 20, heavyConcurrency: 10, ...limits };
    await saveApiLimits(fixture.knex, connectionId, all, 'edition');
    return connectionId;
  }

  function transport(connectionId: string): ZohoTransport {
    const connections = new ZohoTransports({
      knex: fixture.knex,
      keyRing: () => KEY_RING,
      timeoutMs: TIMEOUT_MS,
      broker: broker(),
    });
    open.push(connections);
    return connections.transport(connectionId);
  }

  const spentOf = async (connectionId: string) => (await readCreditWindow(fixture.knex, connectionId))?.window.spent;

  async function refusalOf(permit: Promise<Permit>): Promise<ZohoError> {
    const error: unknown = await permit.then(
      () => assert.fail('The call was let in.'),
      (refused: unknown) => refused,
    );
    return error instanceof ZohoError ? error : assert.fail(String(error));
  }

  it('refuses a call that the credits left do not cover until they free up', async () => {
    const gate = broker().gate(await connection());
    await gate.enter({ ...CALL, credits: 600 }, undefined);

    const refused = await refusalOf(gate.enter({ ...CALL, credits: 200 }, undefined));

    const { category, code, retryAfterMs = 0 } = refused;
    assert.deepEqual([category, code], ['rate_limited', 'CREDITS_SPENT']);
    assert.ok(retryAfterMs > DAY_MS - 60_000 && retryAfterMs <= DAY_MS + 60_000, `${retryAfterMs} ms`);
  });

  it('refuses for good what a day can never pay', async () => {
    const gate = broker().gate(await connection({ dailyCredits: 100 }));

    const refused = await refusalOf(gate.enter({ ...CALL, credits: 500 }, undefined));

    assert.deepEqual([refused.category, refused.code, refused.retryable], ['capacity', 'CREDITS_NEVER_ENOUGH', false]);
  });

  it('lets a call wait for a place', async () => {
    const gate = broker().gate(await connection({ concurrency: 1 }));
    const first = await gate.enter(CALL, undefined);

    const second = gate.enter(CALL, undefined);
    first.leave({ status: 200 });

    assert.equal((await second).credits, 1);
  });

  it('lets it wait for a bounded time, then says when to ask again', async () => {
    const gate = broker({ longestWaitMs: 50 }).gate(await connection({ concurrency: 1 }));
    await gate.enter(CALL, undefined);

    const refused = await refusalOf(gate.enter(CALL, undefined));

    assert.deepEqual([refused.category, refused.code, refused.retryAfterMs], ['rate_limited', 'NO_FREE_CALL', 1_000]);
  });

  it('lets nobody in whose caller has given up', async () => {
    const connectionId = await connection({ concurrency: 1 });
    const gate = broker().gate(connectionId);
    const first = await gate.enter(CALL, undefined);
    const caller = new AbortController();

    const waiting = gate.enter(CALL, caller.signal);
    caller.abort(new Error('no longer wanted'));

    await assert.rejects(waiting, /no longer wanted/);
    first.leave({ status: 200 });
    await gate.enter(CALL, undefined);
    assert.equal((await spentOf(connectionId))?.[4], 2);
  });

  it('fails as the database does when it cannot be asked', async () => {
    const nowhere = createDatabase('postgres://nobody:nothing@127.0.0.1:1/none', { poolMax: 1 });
    open.push({ close: () => nowhere.destroy() });
    const lost = new CreditBroker(nowhere, { defaultPriority: 'full' });
    open.push(lost);
    const gate = lost.gate(await connection());

    await assert.rejects(gate.enter(CALL, undefined), { code: 'ECONNREFUSED' });
  });

  it('makes way for the calls of another process whose holder is gone', async () => {
    const connectionId = await connection({ concurrency: 1 });
    const [dying, living] = [broker({ timeToLiveMs: 90 }), broker()];
    await dying.gate(connectionId).enter(CALL, undefined);
    await dying.close();

    await delay(100);

    assert.equal((await living.gate(connectionId).enter(CALL, undefined)).credits, 1);
  });

  it('keeps the place of a long call for as long as its process lives', async () => {
    const connectionId = await connection({ concurrency: 1 });
    const [long, other] = [broker({ timeToLiveMs: 300 }), broker({ longestWaitMs: 700 })];
    await long.gate(connectionId).enter(CALL, undefined);

    const refused = await refusalOf(other.gate(connectionId).enter(CALL, undefined));

    assert.equal(refused.code, 'NO_FREE_CALL');
  });

  it('charges calls to the priority of their session', async () => {
    const target = await fixture.target('Deals');
    const zoho = new ZohoTransports({
      knex: fixture.knex,
      keyRing: () => KEY_RING,
      timeoutMs: TIMEOUT_MS,
      broker: broker({ defaultPriority: 'people' }),
    });
    open.push(zoho);
    const deps = { ...fixture.deps, zoho };

    await fixture.run(() => withZoho(deps, target, ({ transport, options }) => getOrg(transport, options)));

    assert.deepEqual(await spentOf(target.connectionId), [0, 0, 0, 0, 1, 0, 0]);
  });

  it('charges counting both sides to verification', async () => {
    const target = await fixture.target('Deals');
    const zoho = new ZohoTransports({
      knex: fixture.knex,
      keyRing: () => KEY_RING,
      timeoutMs: TIMEOUT_MS,
      broker: broker(),
    });
    open.push(zoho);

    const deps = { ...fixture.deps, zoho };
    await fixture.run(() => planFullSync(deps, target));

    await fixture.run(() => countBothSides(deps, target));

    assert.equal((await spentOf(target.connectionId))?.[5], 1);
  });

  it("learns from Zoho's header what other clients have spent", async () => {
    const connectionId = await connection();
    const zoho = transport(connectionId);
    fixture.simulator.control.setCreditsUsed(899);

    await getOrg(zoho);
    await assert.rejects(
      getOrg(zoho).then(() => getOrg(zoho)),
      { code: 'CREDITS_SPENT' },
    );

    assert.equal(fixture.simulator.control.calls().credits.used, 900);
  });

  it('lets fewer calls in after Zoho refused one', async () => {
    const connectionId = await connection({ concurrency: 4 });
    const zoho = transport(connectionId);
    fixture.simulator.control.addFault({ kind: 'throttle', operation: 'listRecords', times: 1 });

    await assert.rejects(listRecords(zoho, 'Deals', { fields: ['Stage'] }), { category: 'rate_limited' });

    const gate = broker({ longestWaitMs: 100 }).gate(connectionId);
    await Promise.all([gate.enter(CALL, undefined), gate.enter(CALL, undefined)]);
    assert.equal((await refusalOf(gate.enter(CALL, undefined))).code, 'NO_FREE_CALL');
  });

  it('reports what a call costs in this organization', async () => {
    const connectionId = await connection();
    await fixture.knex('sync.credit_costs').insert({
      connection_id: connectionId,
      operation: 'get_org',
      least_credits: 3,
      most_credits: 3,
    });
    const credits: number[] = [];

    await getOrg(transport(connectionId), { observer: (call) => credits.push(call.credits) });

    assert.deepEqual(credits, [3]);
  });

  describe('with a series of calls', () => {
    it('asks once for twenty, and gets back the credits of those that are not made', async () => {
      const connectionId = await connection();
      const made = broker();
      const series = new CallSeries();

      await callsOf(made.gate(connectionId), series, 5);
      const ahead = (await spentOf(connectionId))?.[4];
      await callsOf(made.gate(connectionId), series, 20);
      await made.close();

      assert.equal(ahead, 20);
      assert.equal((await spentOf(connectionId))?.[4], 25);
    });

    it('takes one place, and gives it back when the next call does not come', async () => {
      const gate = broker().gate(await connection({ concurrency: 1 }));

      await callsOf(gate, new CallSeries(), 3);

      assert.equal((await gate.enter(CALL, undefined)).credits, 1);
    });

    it('lets its calls in one by one where the credits are short', async () => {
      const connectionId = await connection({ dailyCredits: 100 });
      const gate = broker().gate(connectionId);
      // Ten per cent stay free, and every other priority keeps its floor.
      await gate.enter({ ...CALL, credits: 60 }, undefined);

      await callsOf(gate, new CallSeries(), 3);

      assert.equal((await spentOf(connectionId))?.[4], 63);
    });

    it('tells at once what Zoho refused', async () => {
      const connectionId = await connection({ concurrency: 4 });
      const gate = broker({ longestWaitMs: 100 }).gate(connectionId);
      const call = await gate.enter({ ...CALL, series: new CallSeries() }, undefined);

      call.leave({ status: 429 });

      await Promise.all([gate.enter(CALL, undefined), gate.enter(CALL, undefined)]);
      assert.equal((await refusalOf(gate.enter(CALL, undefined))).code, 'NO_FREE_CALL');
    });

    it('charges what a call costs in this organization, for each', async () => {
      const connectionId = await connection();
      await fixture.knex('sync.credit_costs').insert({
        connection_id: connectionId,
        operation: CALL.operation,
        least_credits: 2,
        most_credits: 2,
      });

      const permit = await broker()
        .gate(connectionId)
        .enter({ ...CALL, series: new CallSeries() }, undefined);

      assert.equal(permit.credits, 2);
    });

    async function callsOf(gate: CallGate, series: CallSeries, times: number): Promise<void> {
      for (let call = 0; call < times; call += 1) {
        (await gate.enter({ ...CALL, series }, undefined)).leave({ status: 200 });
      }
    }
  });
});
