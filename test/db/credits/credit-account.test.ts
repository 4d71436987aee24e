import assert from 'node:assert/strict';
import fc from 'fast-check';
import { uuidv7 } from 'uuidv7';
import { findApiLimits, saveApiLimits } from '../../../src/db/credits/api-limits';
import { readCreditWindow } from '../../../src/db/credits/credit-window';
import { RESERVED_SHARES, maySpend, waitForCredits } from '../../../src/domain/credits/credit-window';
import { ASSUMED_LIMITS } from '../../../src/domain/credits/edition-limits';
import { CALL_PRIORITIES } from '../../../src/domain/credits/priorities';
import { someConnection, useDatabase } from '../support';
import { Caller, limitedConnection } from './support';

const HOUR_MS = 3_600_000;

describe('the credit account', () => {
  const database = useDatabase();

  const caller = async (dailyCredits: number) =>
    new Caller(database.knex, await limitedConnection(database.knex, { dailyCredits }));
  const spentOf = async ({ connectionId }: Caller): Promise<readonly number[]> =>
    (await readCreditWindow(database.knex, connectionId))?.window.spent ?? [];

  /** Lets the past of an account be longer ago. */
  async function age({ connectionId }: Caller, ms: number): Promise<void> {
    const earlier = `minute - make_interval(secs => ?::float8 / 1000)`;
    for (const table of ['sync.credit_accounts', 'sync.credit_minutes']) {
      await database.knex.raw(`update ${table} set minute = ${earlier} where connection_id = ?`, [ms, connectionId]);
    }
  }

  it('assumes the limits of the smallest edition until the edition is known', async () => {
    const { id } = await someConnection(database.knex);
    const one = new Caller(database.knex, id);

    await one.request(one.call('full'));

    const { limitsFrom, bufferPercent, isEditionFresh, ...limits } =
      (await findApiLimits(database.knex, id)) ?? assert.fail();
    assert.deepEqual([limits, limitsFrom, bufferPercent, isEditionFresh], [ASSUMED_LIMITS, 'assumed', 10, false]);
  });

  it('keeps limits that a person has set', async () => {
    const { id } = await someConnection(database.knex);
    const limits = { dailyCredits: 123_456, concurrency: 7, heavyConcurrency: 3 };
    await saveApiLimits(database.knex, id, limits, 'configured');

    await saveApiLimits(database.knex, id, ASSUMED_LIMITS, 'edition');

    const kept = await findApiLimits(database.knex, id);
    assert.deepEqual([kept?.dailyCredits, kept?.concurrency, kept?.limitsFrom], [123_456, 7, 'configured']);
  });

  it('keeps free what the configuration of its modules says', async () => {
    const one = await caller(1_000);
    await database.knex('sync.sync_configurations').insert({
      id: uuidv7(),
      connection_id: one.connectionId,
      config_name: 'careful',
      module_name: 'Deals',
      rate_limit_buffer: 50,
    });

    assert.deepEqual(await one.exchange([one.call('interactive', { credits: 501 })]), [
      { ticket: 1, outcome: 'out_of_credits', credits: 501 },
    ]);
  });

  it('counts credits by the priority that spent them', async () => {
    const one = await caller(10_000);

    await one.request(one.call('interactive', { credits: 2 }), one.call('full', { credits: 50 }), one.call('verify'));

    assert.deepEqual(await spentOf(one), [2, 0, 0, 0, 50, 1, 0]);
  });

  it('gets credits back a day after they were spent, not earlier', async () => {
    const one = await caller(10_000);
    await one.request(one.call('full', { credits: 50 }));
    await age(one, 23 * HOUR_MS);
    await one.request(one.call('full', { credits: 7 }));
    const before = await spentOf(one);
    await age(one, HOUR_MS + 120_000);
    await one.request(one.call('full', { credits: 1 }));

    assert.deepEqual([before[4], (await spentOf(one))[4]], [57, 8]);
  });

  it('is enough to predict when credits free up', async () => {
    const one = await caller(1_000);
    await one.request(one.call('full', { credits: 700 }));
    await age(one, 20 * HOUR_MS);
    await one.request(one.call('interactive', { credits: 90 }));

    const { window, minutes, now } = (await readCreditWindow(database.knex, one.connectionId)) ?? assert.fail();
    const wait = waitForCredits(window, minutes, { priority: 'full', credits: 100 }, now) ?? Infinity;

    assert.ok(wait > 4 * HOUR_MS - 120_000 && wait < 4 * HOUR_MS + 120_000, `${wait} ms`);
  });

  it("takes over what Zoho's header says other clients have spent", async () => {
    const one = await caller(1_000);
    await one.request(one.call('full', { credits: 10 }));

    await one.release([1], { remaining: 400 });

    assert.deepEqual(await spentOf(one), [0, 0, 0, 0, 10, 0, 590]);
  });

  it('takes back what Zoho did not charge, but not for calls that were on their way', async () => {
    const one = await caller(1_000);
    await one.request(one.call('interactive', { credits: 100 }), one.call('interactive', { credits: 40 }));
    await one.request(one.call('interactive', { credits: 5 }));

    // Of 145 Zoho has charged 10. The 100 before it and the 5 after it may be on their way; 30 of its 40 are not.
    await one.release([2], { remaining: 990 });

    assert.deepEqual(await spentOf(one), [145, 0, 0, 0, 0, 0, -30]);
  });

  it('follows the same rule in the database as in the domain', async () => {
    const shares = CALL_PRIORITIES.map((priority) => RESERVED_SHARES[priority]);
    const credits = fc.integer({ min: 0, max: 2_000 });
    // Zoho's header may correct the account downwards.
    const corrections = fc.integer({ min: -2_000, max: 2_000 });
    const question = fc.record({
      usable: fc.option(fc.integer({ min: 0, max: 10_000 })),
      spent: fc.tuple(credits, credits, credits, credits, credits, credits, corrections),
      priority: fc.constantFrom(...CALL_PRIORITIES),
      credits: fc.integer({ min: 0, max: 500 }),
    });
    const questions = fc.sample(question, 500);

    const answer = await database.knex.raw<{ rows: { allowed: boolean }[] }>(
      `select sync.may_spend(usable, spent, priority, credits, ?::float8[]) as allowed
       from jsonb_to_recordset(?::jsonb)
         as asked (usable bigint, spent bigint[], priority integer, credits bigint, place bigint)
       order by place`,
      [
        shares,
        JSON.stringify(
          questions.map((each, place) => ({ ...each, place, priority: CALL_PRIORITIES.indexOf(each.priority) + 1 })),
        ),
      ],
    );

    assert.deepEqual(
      answer.rows.map(({ allowed }) => allowed),
      questions.map(({ usable, spent, priority, credits }) => maySpend({ usable, spent }, priority, credits)),
    );
  });
});
