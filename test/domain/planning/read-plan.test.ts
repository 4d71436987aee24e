import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fieldSlices, planForced, planRead, type ReadQuestion } from '../../../src/domain/planning/read-plan';
import { LIMITS } from '../../../src/domain/zoho-limits';

const ask = (question: Partial<ReadQuestion>): ReadQuestion => ({
  rows: 10_000,
  fields: 30,
  fieldsNotInBulk: 0,
  latencyMs: 150,
  ...question,
});

describe('planRead', () => {
  it('reads a small module by list pages: a bulk job costs fifty credits and seconds of waiting', () => {
    const plan = planRead(ask({ rows: 1_000 }));

    assert.deepEqual([plan.path, plan.calls, plan.credits], ['list', 5, 5]);
  });

  it('reads a large module in bulk', () => {
    const plan = planRead(ask({ rows: 450_000 }));

    assert.deepEqual([plan.path, plan.calls, plan.credits], ['bulk', 12, 159]);
  });

  it('asks once even where there are no rows', () => {
    assert.equal(planRead(ask({ rows: 0 })).calls, 1);
  });

  it('lets latency decide where both are possible', () => {
    const paths = [1, 400].map((latencyMs) => planRead(ask({ latencyMs, rows: 12_000 })).path);

    assert.deepEqual(paths, ['list', 'bulk']);
  });

  it('takes the cheaper way when waiting costs nothing', () => {
    const plan = planRead(ask({ rows: 8_000, latencyMs: 5_000, creditsPerSecond: 0 }));

    assert.equal(plan.path, 'list');
  });

  it('counts the calls by id that complete the rows of a wide module', () => {
    const plan = planForced('list', ask({ rows: 1_000, fields: 120 }));

    assert.equal(plan.calls, 5 + 2 * 10);
  });

  it('prefers the path that reads every field', () => {
    const plan = planRead(ask({ rows: 90_000, fieldsNotInBulk: 1 }));

    assert.equal(plan.path, 'list');
    assert.match(plan.reason, /bulk read: .* cannot read all of the module/);
  });

  it('reads in bulk past what page tokens reach, even without a field', () => {
    const plan = planRead(ask({ rows: 100_001, fieldsNotInBulk: 1 }));

    assert.deepEqual([plan.path, plan.complete], ['bulk', false]);
  });

  it('keeps to the credits that are left', () => {
    const plan = planRead(ask({ rows: 60_000, creditsAvailable: 100 }));

    assert.equal(plan.path, 'bulk');
    assert.match(plan.reason, /list pages: 300 calls, 300 credits.* would cost more credits than are left/);
  });

  it('takes the path it is told, and says so', () => {
    const plan = planForced('bulk', ask({ rows: 10 }));

    assert.equal(plan.path, 'bulk');
    assert.match(plan.reason, /chosen by request/);
  });

  const question = fc.record({
    rows: fc.nat(3_000_000),
    fields: fc.integer({ min: 1, max: 500 }),
    fieldsNotInBulk: fc.nat(3),
    latencyMs: fc.integer({ min: 1, max: 5_000 }),
    creditsAvailable: fc.option(fc.nat(5_000), { nil: undefined }),
    creditsPerSecond: fc.option(fc.nat(50), { nil: undefined }),
  });

  it('never picks an incomplete plan where there is a complete one', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const possible = [planForced('list', asked), planForced('bulk', asked)].some((plan) => plan.complete);

        assert.equal(planRead(asked).complete, possible);
      }),
    );
  });

  it('never spends what is not there while an equally good plan fits', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const chosen = planRead(asked);
        const credits = asked.creditsAvailable ?? Infinity;
        const other = planForced(chosen.path === 'list' ? 'bulk' : 'list', asked);

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
