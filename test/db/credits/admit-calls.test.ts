import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { saveCostOverrides } from '../../../src/db/credits/cost-overrides';
import { PATIENCE_MS } from '../../../src/domain/credits/priorities';
import { useDatabase } from '../support';
import { Caller, limitedConnection, running } from './support';

/** However long the test takes between its turns, nobody's patience ends. */
const SLOW_MACHINE = 100;

describe('the line of calls', () => {
  const database = useDatabase();

  const caller = async (limits: Parameters<typeof limitedConnection>[1] = {}, timeToLiveMs?: number) =>
    new Caller(database.knex, await limitedConnection(database.knex, limits), timeToLiveMs);
  /** Another process at the same connection. */
  const beside = ({ connectionId }: Caller) => new Caller(database.knex, connectionId);

  it('lets in as many calls as Zoho allows, counted over all processes', async () => {
    const one = await caller({ concurrency: 3 });
    const two = beside(one);

    const first = await one.arrive(one.call('people'), one.call('people'));
    const second = await two.arrive(two.call('people'), two.call('people'));

    assert.deepEqual([first, second], [[1, 2], [1]]);
  });

  it('lets the next one in when a call is over, whichever process it belongs to', async () => {
    const one = await caller({ concurrency: 1 });
    const two = beside(one);
    await one.arrive(one.call('full'));
    await two.arrive(two.call('full'));

    await one.leave([1]);

    assert.deepEqual(running(await two.turn()), [1]);
  });

  it('keeps one place for people', async () => {
    const one = await caller({ concurrency: 5 });
    await one.arrive(...Array.from({ length: 8 }, () => one.call('full')));

    const withAPerson = await one.arrive(one.call('people'));

    assert.deepEqual(withAPerson, [1, 2, 3, 4, 9]);
  });

  it('serves the more urgent first, and equals in the order of their arrival', async () => {
    const one = await caller({ concurrency: 1 });
    const order = ['verify', 'full', 'incremental', 'webhook', 'push', 'people', 'full', 'people'] as const;
    await one.arrive(one.call('full'));
    for (const priority of order) {
      await one.arrive(one.call(priority, { patienceMs: PATIENCE_MS[priority] * SLOW_MACHINE }));
    }

    const served: string[] = [];
    let [current = 0] = [1];
    for (const _ of order) {
      [current = 0] = await one.leave([current]);
      served.push(order[current - 2] ?? '');
    }

    assert.deepEqual(served, ['people', 'people', 'push', 'webhook', 'incremental', 'full', 'full', 'verify']);
  });

  it('serves a call that has waited out its patience before people who came later', async () => {
    const one = await caller({ concurrency: 1 });
    await one.arrive(one.call('people'));
    await one.arrive(one.call('verify', { patienceMs: 20 }));
    await delay(30);
    await one.arrive(one.call('people'));

    assert.deepEqual(await one.leave([1]), [2]);
  });

  it('keeps the place of a call that gave up for the next of its priority', async () => {
    const one = await caller({ concurrency: 1 });
    await one.arrive(one.call('people'));
    await one.arrive(one.call('verify', { patienceMs: 20 }));
    await one.turn([], [{ ticket: 2, sent: false, keepsPlace: true }]);
    await delay(30);
    await one.arrive(one.call('people'));
    await one.arrive(one.call('full'));
    await one.arrive(one.call('verify'));

    assert.deepEqual(await one.leave([1]), [5]);
  });

  it('lets ten heavy calls in at a time, and light ones past them', async () => {
    const one = await caller({ concurrency: 20, heavyConcurrency: 2 });
    const heavy = Array.from({ length: 4 }, () => one.call('full', { heavy: true }));

    const inside = await one.arrive(...heavy, one.call('full'));

    assert.deepEqual(inside, [1, 2, 5]);
  });

  it('refuses a call that the credits of the day do not cover, and keeps the buffer free', async () => {
    const one = await caller({ dailyCredits: 1_000 });

    const standings = await one.turn([one.call('full', { credits: 650 }), one.call('full', { credits: 250 })]);

    assert.deepEqual(standings, [
      { ticket: 1, outcome: 'running', credits: 650 },
      { ticket: 2, outcome: 'credits', credits: 250 },
    ]);
  });

  it('gives back the credits of a call that was never sent', async () => {
    const one = await caller({ dailyCredits: 1_000 });
    await one.arrive(one.call('full', { credits: 650 }));
    await one.turn([], [{ ticket: 1, sent: false }]);

    assert.deepEqual(await one.arrive(one.call('full', { credits: 650 })), [2]);
  });

  it('charges what Zoho says an operation costs this organization', async () => {
    const one = await caller();
    await saveCostOverrides(database.knex, one.connectionId, [
      { operation: 'list_records', leastCredits: 3, mostCredits: 3 },
      { operation: 'query_records', leastCredits: 1, mostCredits: 3 },
    ]);

    const standings = await one.turn([
      one.call('full'),
      one.call('full', { operation: 'query_records', credits: 2 }),
      one.call('full', { operation: 'get_org', credits: 1 }),
    ]);

    assert.deepEqual(
      standings.map((standing) => standing.outcome === 'running' && standing.credits),
      [3, 2, 1],
    );
  });

  it('limits calls by time where Zoho does, and says when the next may be made', async () => {
    const one = await caller();
    const rate = { calls: 2, perMs: 60_000 };
    const download = () => one.call('full', { operation: 'download_bulk_read_result', rate });

    const standings = await one.turn([download(), download(), download()]);

    const [refused] = standings.filter(({ outcome }) => outcome === 'rate');
    assert.deepEqual(running(standings), [1, 2]);
    assert.ok(refused?.outcome === 'rate' && refused.waitMs > 0 && refused.waitMs <= 60_000);
  });

  it('frees the places of a process that has died', async () => {
    const dead = await caller({ concurrency: 2 }, 40);
    const alive = beside(dead);
    await dead.arrive(dead.call('full'), dead.call('full'), dead.call('full'));
    await alive.arrive(alive.call('full'), alive.call('full'));

    await delay(60);

    assert.deepEqual(running(await alive.turn()), [1, 2]);
  });

  it('keeps the places of a process that goes on taking turns', async () => {
    const slow = await caller({ concurrency: 1 }, 1_000);
    const other = beside(slow);
    await slow.arrive(slow.call('full'));
    for (let turn = 0; turn < 4; turn += 1) {
      await delay(300);
      await slow.turn();
    }

    assert.deepEqual(await other.arrive(other.call('people')), []);
  });

  it('lets half as many in after Zoho refused one', async () => {
    const one = await caller({ concurrency: 4 });
    await one.arrive(...Array.from({ length: 8 }, () => one.call('people')));

    const afterwards = await one.leave([1, 2, 3, 4], { throttled: true });

    assert.deepEqual(afterwards, [5, 6]);
  });
});
