import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { countBothSides } from '../../../src/activities/pull/count-both-sides';
import { planFullSync } from '../../../src/activities/pull/plan-full-sync';
import { withZoho } from '../../../src/activities/with-zoho';
import { CreditBroker, type BrokerOptions } from '../../../src/connection/broker/broker';
import { ZohoTransports } from '../../../src/connection/transports';
import { createDatabase } from '../../../src/db/postgres/knex';
import type { ApiLimits } from '../../../src/domain/credits/edition-limits';
import { type CallLimiter, CallBatch } from '../../../src/zoho/http/call-limiter';
import type { ZohoTransport } from '../../../src/zoho/http/transport';
import { getOrg } from '../../../src/zoho/metadata/org';
import { listRecords } from '../../../src/zoho/records/list-records';
import { TIMEOUT_MS, useActivities } from '../../activities/support';
import { KEY_RING } from '../../db/support';
import { CALL, refusalOf, useBrokers } from './support';

const DAY_MS = 24 * 3_600_000;

describe('the credit broker', () => {
  const fixture = useActivities({ credits: 1_000 });
  const { broker, closeAfterTest, connection, spentOf } = useBrokers(fixture);
  afterEach(() => {
    fixture.simulator.control.clearFaults();
    fixture.simulator.control.setCreditsUsed(0);
  });

  function transports(options: Partial<BrokerOptions> = {}): ZohoTransports {
    return closeAfterTest(
      new ZohoTransports({
        knex: fixture.knex,
        keyRing: () => KEY_RING,
        allowLoopback: true,
        timeoutMs: TIMEOUT_MS,
        broker: broker(options),
      }),
    );
  }

  /** A connection to the simulator, and a transport whose calls its broker admits. */
  async function callable(limits: Partial<ApiLimits> = {}): Promise<{ connectionId: string; zoho: ZohoTransport }> {
    const connectionId = await connection(limits, (await fixture.target('Deals')).connectionId);
    return { connectionId, zoho: transports().transport(connectionId) };
  }

  it('refuses a call that the credits left do not cover until they free up', async () => {
    const limiter = broker().limiter(await connection());
    await limiter.acquire({ ...CALL, credits: 600 }, undefined);

    const refused = await refusalOf(limiter.acquire({ ...CALL, credits: 200 }, undefined));

    const { category, code, message, retryAfterMs = 0 } = refused;
    assert.deepEqual([category, code], ['rate_limited', 'CREDITS_SPENT']);
    assert.match(message, /list_records.*Deals.*costs 200 credits.*24 hours left too few for priority full/);
    assert.ok(retryAfterMs > DAY_MS - 60_000 && retryAfterMs <= DAY_MS + 60_000, `${retryAfterMs} ms`);
  });

  it('refuses for good what a day can never pay', async () => {
    const limiter = broker().limiter(await connection({ dailyCredits: 100 }));

    const refused = await refusalOf(limiter.acquire({ ...CALL, credits: 500 }, undefined));

    assert.deepEqual([refused.category, refused.code, refused.retryable], ['capacity', 'CREDITS_NEVER_ENOUGH', false]);
    assert.match(refused.message, /list_records.*Deals.*costs 500 credits, more than a day ever has.*priority full/);
  });

  it('lets a call wait for a slot', async () => {
    const limiter = broker().limiter(await connection({ concurrency: 1 }));
    const first = await limiter.acquire(CALL, undefined);

    const second = limiter.acquire(CALL, undefined);
    first.release({ status: 200 });

    assert.equal((await second).credits, 1);
  });

  it('lets it wait for a bounded time, then says when to ask again', async () => {
    const limiter = broker({ giveUpAfterMs: 50 }).limiter(await connection({ concurrency: 1 }));
    await limiter.acquire(CALL, undefined);

    const refused = await refusalOf(limiter.acquire(CALL, undefined));

    assert.deepEqual([refused.category, refused.code, refused.retryAfterMs], ['rate_limited', 'NO_FREE_CALL', 1_000]);
    assert.match(refused.message, /list_records.*Deals.*not sent: all simultaneous calls .* are taken/);
  });

  it('lets a call wait no longer than its caller has patience', async () => {
    const limiter = broker({ giveUpAfterMs: 600_000 }).limiter(await connection({ concurrency: 1 }));
    await limiter.acquire(CALL, undefined);

    const refused = await refusalOf(limiter.acquire({ ...CALL, giveUpAfterMs: 50 }, undefined));

    assert.equal(refused.code, 'NO_FREE_CALL');
  });

  it('admits no call whose caller has given up', async () => {
    const connectionId = await connection({ concurrency: 1 });
    const limiter = broker().limiter(connectionId);
    const first = await limiter.acquire(CALL, undefined);
    const caller = new AbortController();

    const waiting = limiter.acquire(CALL, caller.signal);
    caller.abort(new Error('no longer wanted'));

    await assert.rejects(waiting, /no longer wanted/);
    first.release({ status: 200 });
    await limiter.acquire(CALL, undefined);
    assert.equal((await spentOf(connectionId))?.[4], 2);
  });

  it('fails as the database does when it cannot be asked', async () => {
    const nowhere = createDatabase('postgres://nobody:nothing@127.0.0.1:1/none', { poolMax: 1 });
    closeAfterTest({ close: () => nowhere.destroy() });
    const lost = closeAfterTest(new CreditBroker(nowhere, { defaultPriority: 'full' }));
    const limiter = lost.limiter(await connection());

    await assert.rejects(limiter.acquire(CALL, undefined), { code: 'ECONNREFUSED' });
  });

  it('takes over the slots of a process whose lease has expired', async () => {
    const connectionId = await connection({ concurrency: 1 });
    const [dying, living] = [broker({ leaseMs: 90 }), broker()];
    await dying.limiter(connectionId).acquire(CALL, undefined);
    await dying.close();

    await delay(100);

    assert.equal((await living.limiter(connectionId).acquire(CALL, undefined)).credits, 1);
  });

  it('keeps the slot of a long call for as long as its process lives', async () => {
    const connectionId = await connection({ concurrency: 1 });
    const [long, other] = [broker({ leaseMs: 300 }), broker({ giveUpAfterMs: 700 })];
    await long.limiter(connectionId).acquire(CALL, undefined);

    const refused = await refusalOf(other.limiter(connectionId).acquire(CALL, undefined));

    assert.equal(refused.code, 'NO_FREE_CALL');
  });

  it('charges calls to the priority of their session', async () => {
    const target = await fixture.target('Deals');
    const zoho = transports({ defaultPriority: 'interactive' });
    const deps = { ...fixture.deps, zoho };

    await fixture.run(() => withZoho(deps, target, ({ transport, options }) => getOrg(transport, options)));

    assert.deepEqual(await spentOf(target.connectionId), [0, 0, 0, 0, 1, 0, 0]);
  });

  it('charges counting both sides to verification', async () => {
    const target = await fixture.target('Deals');
    const zoho = transports();

    const deps = { ...fixture.deps, zoho };
    await fixture.run(() => planFullSync(deps, target));

    await fixture.run(() => countBothSides(deps, target));

    // Zoho is asked once more, since the mirror is empty.
    assert.equal((await spentOf(target.connectionId))?.[5], 2);
  });

  it("learns from Zoho's header what other clients have spent", async () => {
    const { zoho } = await callable();
    fixture.simulator.control.setCreditsUsed(899);

    await getOrg(zoho);
    await assert.rejects(
      getOrg(zoho).then(() => getOrg(zoho)),
      { code: 'CREDITS_SPENT' },
    );

    assert.equal(fixture.simulator.control.calls().credits.used, 900);
  });

  it('admits fewer calls after Zoho refused one', async () => {
    const { connectionId, zoho } = await callable({ concurrency: 4 });
    fixture.simulator.control.addFault({ kind: 'throttle', operation: 'listRecords', times: 1 });

    await assert.rejects(listRecords(zoho, 'Deals', { fields: ['Stage'] }), { category: 'rate_limited' });

    const limiter = broker({ giveUpAfterMs: 100 }).limiter(connectionId);
    await Promise.all([limiter.acquire(CALL, undefined), limiter.acquire(CALL, undefined)]);
    assert.equal((await refusalOf(limiter.acquire(CALL, undefined))).code, 'NO_FREE_CALL');
  });

  it('reports what a call costs in this organization', async () => {
    const { connectionId, zoho } = await callable();
    await fixture.knex('sync.credit_costs').insert({
      connection_id: connectionId,
      operation: 'get_org',
      min_credits: 3,
      max_credits: 3,
    });
    const credits: number[] = [];

    await getOrg(zoho, { observer: (call) => credits.push(call.credits) });

    assert.deepEqual(credits, [3]);
  });

  describe('with a batch of calls', () => {
    it('pays for twenty at once, and gets back the credits of those that are not made', async () => {
      const connectionId = await connection();
      const made = broker();
      const batch = new CallBatch();

      await callsOf(made.limiter(connectionId), batch, 5);
      const ahead = (await spentOf(connectionId))?.[4];
      await callsOf(made.limiter(connectionId), batch, 20);
      await made.close();

      assert.equal(ahead, 20);
      assert.equal((await spentOf(connectionId))?.[4], 25);
    });

    it('takes one slot, and releases it when the next call does not come', async () => {
      const limiter = broker().limiter(await connection({ concurrency: 1 }));

      await callsOf(limiter, new CallBatch(), 3);

      assert.equal((await limiter.acquire(CALL, undefined)).credits, 1);
    });

    it('waits for its slot as long as a single call does', async () => {
      const limiter = broker({ giveUpAfterMs: 50 }).limiter(await connection({ concurrency: 1 }));
      await limiter.acquire(CALL, undefined);

      const refused = await refusalOf(limiter.acquire({ ...CALL, batch: new CallBatch() }, undefined));

      assert.equal(refused.code, 'NO_FREE_CALL');
    });

    it('admits its calls one by one where the credits are short', async () => {
      const connectionId = await connection({ dailyCredits: 100 });
      const limiter = broker().limiter(connectionId);
      // Ten per cent stay free, and every other priority keeps its reserved share.
      await limiter.acquire({ ...CALL, credits: 60 }, undefined);

      await callsOf(limiter, new CallBatch(), 3);

      assert.equal((await spentOf(connectionId))?.[4], 63);
    });

    it('reports at once what Zoho refused', async () => {
      const connectionId = await connection({ concurrency: 4 });
      const limiter = broker({ giveUpAfterMs: 100 }).limiter(connectionId);
      const call = await limiter.acquire({ ...CALL, batch: new CallBatch() }, undefined);

      call.release({ status: 429 });

      await Promise.all([limiter.acquire(CALL, undefined), limiter.acquire(CALL, undefined)]);
      assert.equal((await refusalOf(limiter.acquire(CALL, undefined))).code, 'NO_FREE_CALL');
    });

    it('charges what a call costs in this organization, for each', async () => {
      const connectionId = await connection();
      await fixture.knex('sync.credit_costs').insert({
        connection_id: connectionId,
        operation: CALL.operation,
        min_credits: 2,
        max_credits: 2,
      });

      const made = broker();
      const permit = await made.limiter(connectionId).acquire({ ...CALL, batch: new CallBatch() }, undefined);
      permit.release({ status: 200 });
      await made.close();

      assert.equal(permit.credits, 2);
      assert.equal((await spentOf(connectionId))?.[4], 2);
    });

    async function callsOf(limiter: CallLimiter, batch: CallBatch, times: number): Promise<void> {
      for (let call = 0; call < times; call += 1) {
        (await limiter.acquire({ ...CALL, batch }, undefined)).release({ status: 200 });
      }
    }
  });
});
