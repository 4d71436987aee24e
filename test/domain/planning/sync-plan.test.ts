import assert from 'node:assert/strict';
import fc from 'fast-check';
import { spendableCredits } from '../../../src/domain/planning/plan';
import { fieldSlices, planRead } from '../../../src/domain/planning/read-methods';
import { planSyncRead, type SyncReadQuestion } from '../../../src/domain/planning/sync-plan';
import { READ_PATHS } from '../../../src/domain/runs/enums';
import { LIMITS } from '../../../src/domain/zoho-limits';

const ask = (question: Partial<SyncReadQuestion>): SyncReadQuestion => ({
  module: 'Deals',
  rows: 10_000,
  fields: 30,
  fieldsNotInBulk: 0,
  hasModifiedTime: true,
  latencyMs: 150,
  ...question,
});

describe('planSyncRead', () => {
  it('reads a small module by list pages: a bulk job costs fifty credits and seconds of waiting', () => {
    const plan = planSyncRead(ask({ rows: 1_000 }));

    assert.deepEqual([plan.path, plan.calls, plan.credits], ['list', 5, 5]);
  });

  it('reads a large module in bulk', () => {
    const plan = planSyncRead(ask({ rows: 450_000 }));

    assert.deepEqual([plan.path, plan.calls, plan.credits], ['bulk', 12, 159]);
  });

  it('asks once even where there are no rows', () => {
    assert.equal(planSyncRead(ask({ rows: 0 })).calls, 1);
  });

  it('lets latency decide where both are possible', () => {
    const paths = [1, 400].map((latencyMs) => planSyncRead(ask({ latencyMs, rows: 12_000 })).path);

    assert.deepEqual(paths, ['list', 'bulk']);
  });

  it('takes the cheaper method when waiting costs nothing', () => {
    const plan = planSyncRead(ask({ rows: 8_000, latencyMs: 5_000, creditsPerSecond: 0 }));

    assert.equal(plan.path, 'list');
  });

  it('counts the calls by id that complete the rows of a wide module', () => {
    const plan = planSyncRead(ask({ rows: 1_000, fields: 120 }), 'list');

    assert.equal(plan.calls, 5 + 2 * 10);
  });

  it('prefers the path that reads every field', () => {
    const plan = planSyncRead(ask({ rows: 90_000, fieldsNotInBulk: 1 }));

    assert.equal(plan.path, 'list');
    assert.match(plan.reason, /bulk read: .* cannot read all of the module/);
  });

  it('reads in bulk past what page tokens reach, even without a field', () => {
    const plan = planSyncRead(ask({ rows: 100_001, fieldsNotInBulk: 1 }));

    assert.deepEqual([plan.path, plan.complete], ['bulk', false]);
  });

  it('reads a module in bulk completely, however many fields it has', () => {
    const plan = planSyncRead(ask({ rows: 150_000, fields: 250 }));

    assert.deepEqual([plan.path, plan.complete], ['bulk', true]);
  });

  it('keeps to the credits that are left', () => {
    const plan = planSyncRead(ask({ rows: 60_000, creditsLeft: 100 }));

    assert.equal(plan.path, 'bulk');
    assert.match(plan.reason, /list pages: 300 calls, 300 credits.* would cost more credits than are left/);
  });

  it('takes the requested path, and says so', () => {
    const plan = planSyncRead(ask({ rows: 10 }), 'bulk');

    assert.equal(plan.path, 'bulk');
    assert.equal(plan.reason, 'bulk read: 4 calls, 53 credits, about 4.1 s; chosen by request');
  });

  it('says what the other path would cost', () => {
    assert.equal(
      planSyncRead(ask({ rows: 1_000 })).reason,
      'list pages: 5 calls, 5 credits, about 0.8 s; bulk read: 4 calls, 53 credits, about 4.1 s costs more in credits and time',
    );
  });

  it('says that the other path costs more where neither can be paid, or neither reads everything', () => {
    for (const question of [{ creditsLeft: 1 }, { rows: 100_001, fieldsNotInBulk: 1 }]) {
      assert.match(planSyncRead(ask(question)).reason, / costs more in credits and time$/);
    }
  });

  it('says that the other path costs more where all that is left would pay for it', () => {
    assert.match(planSyncRead(ask({ rows: 1_000, creditsLeft: 53 })).reason, / costs more in credits and time$/);
    assert.match(planSyncRead(ask({ rows: 1_000, creditsLeft: 52 })).reason, / would cost more credits than are left$/);
    assert.match(planSyncRead(ask({ rows: 1_000, creditsLeft: 5 })).reason, / would cost more credits than are left$/);
  });

  const question = fc.record({
    module: fc.constantFrom('Deals', 'Leads'),
    rows: fc.nat(3_000_000),
    fields: fc.integer({ min: 1, max: 500 }),
    fieldsNotInBulk: fc.nat(3),
    hasModifiedTime: fc.boolean(),
    latencyMs: fc.integer({ min: 1, max: 5_000 }),
    creditsLeft: fc.option(fc.nat(5_000), { nil: undefined }),
    creditsPerSecond: fc.option(fc.nat(50), { nil: undefined }),
  });

  it('says what POST /plans says of list pages and bulk read', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const { path, credits, calls, seconds } = planSyncRead(asked);
        const answer = planRead({ ...asked, goal: 'all', fieldsNotInCoql: 1 });
        const best = [answer, ...answer.rejected].find(({ name }) => name !== 'coql')!;

        assert.deepEqual([path, credits, calls, seconds], [best.name, best.credits, best.calls, best.seconds]);
      }),
    );
  });

  it('says of a path that was asked for what it says of it when it chooses', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const chosen = planSyncRead(asked);
        const forced = planSyncRead(asked, chosen.path);

        assert.deepEqual({ ...forced, reason: '' }, { ...chosen, reason: '' });
      }),
    );
  });

  it('never picks an incomplete plan where there is a complete one', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const possible = READ_PATHS.some((path) => planSyncRead(asked, path).complete);

        assert.equal(planSyncRead(asked).complete, possible);
      }),
    );
  });

  it('never spends what is not there while an equally good plan fits', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const chosen = planSyncRead(asked);
        const credits = spendableCredits(asked);
        const other = planSyncRead(asked, chosen.path === 'list' ? 'bulk' : 'list');

        if (other.complete === chosen.complete && other.credits <= credits) assert.ok(chosen.credits <= credits);
      }),
    );
  });
});

describe('fieldSlices', () => {
  it('needs one more call for every 49 fields past fifty, since Modified_Time rides along', () => {
    assert.deepEqual([1, 50, 51, 99, 100, 148, 149].map(fieldSlices), [1, 1, 2, 2, 3, 3, 4]);
  });

  it('always has room for every field', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), (fields) => {
        assert.ok(LIMITS.listPage.fields + (fieldSlices(fields) - 1) * (LIMITS.listPage.fields - 1) >= fields);
      }),
    );
  });
});
