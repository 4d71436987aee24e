import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { saveCreditCosts } from '../../../src/db/credits/credit-costs';
import { MAX_WAIT_MS } from '../../../src/domain/credits/priorities';
import { useDatabase } from '../support';
import { Caller, limitedConnection, admitted } from './support';

/** No deadline passes during the test, however slow the machine is. */
const SLOW_MACHINE = 100;

describe('admitCalls', () => {
  const database = useDatabase();

  const caller = async (limits: Parameters<typeof limitedConnection>[1] = {}, leaseMs?: number) =>
    new Caller(database.knex, await limitedConnection(database.knex, limits), leaseMs);
  /** Another process at the same connection. */
  const beside = ({ connectionId }: Caller) => new Caller(database.knex, connectionId);

  it('admits as many calls as Zoho allows, counted over all processes', async () => {
    const one = await caller({ concurrency: 3 });
    const two = beside(one);

    const first = await one.request(one.call('interactive'), one.call('interactive'));
    const second = await two.request(two.call('interactive'), two.call('interactive'));

    assert.deepEqual([first, second], [[1, 2], [1]]);
  });

  it('admits the next call when one is released, in whichever process it waits', async () => {
    const one = await caller({ concurrency: 1 });
    const two = beside(one);
    await one.request(one.call('full'));
    await two.request(two.call('full'));

    await one.release([1]);

    assert.deepEqual(admitted(await two.exchange()), [1]);
  });

  it('reserves one slot for interactive calls', async () => {
    const one = await caller({ concurrency: 5 });
    await one.request(...Array.from({ length: 8 }, () => one.call('full')));

    const withInteractive = await one.request(one.call('interactive'));

    assert.deepEqual(withInteractive, [1, 2, 3, 4, 9]);
  });

  it('admits the more urgent first, and equals in the order of their requests', async () => {
    const one = await caller({ concurrency: 1 });
    const order = ['verify', 'full', 'incremental', 'webhook', 'push', 'interactive', 'full', 'interactive'] as const;
    await one.request(one.call('full'));
    for (const priority of order) {
      await one.request(one.call(priority, { maxWaitMs: MAX_WAIT_MS[priority] * SLOW_MACHINE }));
    }

    const served: string[] = [];
    let [current = 0] = [1];
    for (const _ of order) {
      [current = 0] = await one.release([current]);
      served.push(order[current - 2] ?? '');
    }

    assert.deepEqual(served, [
      'interactive',
      'interactive',
      'push',
      'webhook',
      'incremental',
      'full',
      'full',
      'verify',
    ]);
  });

  it('admits an overdue call before interactive calls that came later', async () => {
    const one = await caller({ concurrency: 1 });
    await one.request(one.call('interactive'));
    await one.request(one.call('verify', { maxWaitMs: 20 }));
    await delay(30);
    await one.request(one.call('interactive'));

    assert.deepEqual(await one.release([1]), [2]);
  });

  it('keeps the deadline of a call that gave up for the next of its priority', async () => {
    const one = await caller({ concurrency: 1 });
    await one.request(one.call('interactive'));
    await one.request(one.call('verify', { maxWaitMs: 20 }));
    await one.exchange([], [{ ticket: 2, sent: false, keepsDeadline: true }]);
    await delay(30);
    await one.request(one.call('interactive'));
    await one.request(one.call('full'));
    await one.request(one.call('verify'));

    assert.deepEqual(await one.release([1]), [5]);
  });

  it('admits a limited number of heavy calls at a time, and light ones past them', async () => {
    const one = await caller({ concurrency: 20, heavyConcurrency: 2 });
    const heavy = Array.from({ length: 4 }, () => one.call('full', { heavy: true }));

    const running = await one.request(...heavy, one.call('full'));

    assert.deepEqual(running, [1, 2, 5]);
  });

  it('refuses a call that the credits of the day do not cover, and keeps the buffer free', async () => {
    const one = await caller({ dailyCredits: 1_000 });

    const decisions = await one.exchange([one.call('full', { credits: 650 }), one.call('full', { credits: 250 })]);

    assert.deepEqual(decisions, [
      { ticket: 1, outcome: 'admitted', credits: 650 },
      { ticket: 2, outcome: 'out_of_credits', credits: 250 },
    ]);
  });

  it('refunds the credits of a call that was never sent', async () => {
    const one = await caller({ dailyCredits: 1_000 });
    await one.request(one.call('full', { credits: 650 }));
    await one.exchange([], [{ ticket: 1, sent: false }]);

    assert.deepEqual(await one.request(one.call('full', { credits: 650 })), [2]);
  });

  it('charges what Zoho says an operation costs this organization', async () => {
    const one = await caller();
    await saveCreditCosts(database.knex, one.connectionId, [
      { operation: 'list_records', minCredits: 3, maxCredits: 3 },
      { operation: 'query_records', minCredits: 1, maxCredits: 3 },
    ]);

    const decisions = await one.exchange([
      one.call('full'),
      one.call('full', { operation: 'query_records', credits: 2 }),
      one.call('full', { operation: 'get_org', credits: 1 }),
    ]);

    assert.deepEqual(
      decisions.map((decision) => decision.outcome === 'admitted' && decision.credits),
      [3, 2, 1],
    );
  });

  it('limits calls by time where Zoho does, and says when the next may be made', async () => {
    const one = await caller();
    const rate = { calls: 2, perMs: 60_000 };
    const download = () => one.call('full', { operation: 'download_bulk_read_result', rate });

    const decisions = await one.exchange([download(), download(), download()]);

    const [refused] = decisions.filter(({ outcome }) => outcome === 'rate_limited');
    assert.deepEqual(admitted(decisions), [1, 2]);
    assert.ok(refused?.outcome === 'rate_limited' && refused.waitMs > 0 && refused.waitMs <= 60_000);
  });

  it('frees the slots of a process whose lease has expired', async () => {
    const dead = await caller({ concurrency: 2 }, 40);
    const alive = beside(dead);
    await dead.request(dead.call('full'), dead.call('full'), dead.call('full'));
    await alive.request(alive.call('full'), alive.call('full'));

    await delay(60);

    assert.deepEqual(admitted(await alive.exchange()), [1, 2]);
  });

  it('keeps the slots of a process that renews its lease', async () => {
    const slow = await caller({ concurrency: 1 }, 1_000);
    const other = beside(slow);
    await slow.request(slow.call('full'));
    for (let renewal = 0; renewal < 4; renewal += 1) {
      await delay(300);
      await slow.exchange();
    }

    assert.deepEqual(await other.request(other.call('interactive')), []);
  });

  it('admits half as many calls after Zoho refused one', async () => {
    const one = await caller({ concurrency: 4 });
    await one.request(...Array.from({ length: 8 }, () => one.call('interactive')));

    const afterwards = await one.release([1, 2, 3, 4], { throttled: true });

    assert.deepEqual(afterwards, [5, 6]);
  });
});
