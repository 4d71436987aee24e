import assert from 'node:assert/strict';
import fc from 'fast-check';
import { spendableCredits } from '../../../src/domain/planning/plan';
import {
  METHODS_OF_GOAL,
  READ_GOALS,
  READ_METHODS,
  estimateRead,
  planRead,
  type ReadQuestion,
} from '../../../src/domain/planning/read-methods';
import { planSyncRead } from '../../../src/domain/planning/sync-plan';
import { CREDITS, coqlCredits } from '../../../src/domain/zoho-limits';

const ask = (question: Partial<ReadQuestion>): ReadQuestion => ({
  module: 'Deals',
  goal: 'all',
  rows: 10_000,
  fields: 30,
  fieldsNotInBulk: 0,
  fieldsNotInCoql: 0,
  hasModifiedTime: true,
  latencyMs: 200,
  ...question,
});
const creditsOf = (name: (typeof READ_METHODS)[number], question: ReadQuestion): number =>
  estimateRead(name, question).steps.reduce((sum, step) => sum + step.credits, 0);

describe('planRead', () => {
  it('reads a module without lookups by COQL: two thousand rows for three credits', () => {
    const plan = planRead(ask({ rows: 20_000 }));

    assert.deepEqual([plan.name, plan.calls, plan.credits], ['coql', 10, 30]);
  });

  it('reads a large module with lookups in bulk, because COQL does not return their names', () => {
    const plan = planRead(ask({ rows: 450_000, fieldsNotInCoql: 3 }));

    assert.deepEqual([plan.name, plan.credits], ['bulk', 159]);
    assert.match(plan.rejected.find(({ name }) => name === 'list')!.reason, /page tokens end at 100000 rows/);
    assert.match(plan.rejected.find(({ name }) => name === 'coql')!.reason, /does not return 3 fields whole/);
  });

  it('asks for what was modified since, and for the deletes', () => {
    const plan = planRead(ask({ goal: 'changes', rows: 500_000, wantedRows: 150, fieldsNotInCoql: 3 }));

    assert.equal(plan.name, 'list_modified');
    assert.deepEqual(plan.steps, [
      { operation: 'list_records', calls: 1, credits: 1 },
      { operation: 'list_deleted', calls: 1, credits: 2 },
    ]);
  });

  it('reads everything if changes cannot be queried', () => {
    const plan = planRead(ask({ goal: 'changes', wantedRows: 1, hasModifiedTime: false, fieldsNotInCoql: 1 }));

    assert.ok(plan.name === 'list' || plan.name === 'bulk');
    assert.match(plan.rejected.find(({ name }) => name === 'list_modified')!.reason, /no Modified_Time/);
  });

  it('reads everything where the list of deletes ends too early', () => {
    const plan = planRead(ask({ goal: 'changes', rows: 5_000, wantedRows: 1, deletedRows: 2_001 }));

    assert.ok(plan.name === 'list' || plan.name === 'bulk');
  });

  it('fetches a few records by their ids, and most of a module by reading all of it', () => {
    const methods = [50, 90_000].map(
      (wantedRows) => planRead(ask({ goal: 'records', rows: 100_000, wantedRows })).name,
    );

    assert.equal(methods[0], 'ids');
    assert.notEqual(methods[1], 'ids');
  });

  it('finds deletes in their list, or by difference where that has ended', () => {
    const methods = [10, 5_000].map((deletedRows) => planRead(ask({ goal: 'deletes', deletedRows, rows: 9_000 })).name);

    assert.deepEqual(methods, ['deleted', 'coql']);
  });

  it('gives up a cheap method that is too slow for the freshness asked for', () => {
    const question = ask({ rows: 4_000, fieldsNotInCoql: 1, latencyMs: 1_000, creditsPerSecond: 0 });

    const methods = [undefined, 10].map((withinSeconds) => planRead({ ...question, withinSeconds }).name);

    assert.deepEqual(methods, ['list', 'bulk']);
  });

  it('does not read Leads by COQL, which leaves out converted ones', () => {
    assert.notEqual(planRead(ask({ module: 'Leads' })).name, 'coql');
  });

  it('estimates list pages and bulk read exactly as a full sync does', () => {
    for (const rows of [0, 199, 10_000, 200_001, 1_000_000]) {
      for (const path of ['list', 'bulk'] as const) {
        const question = ask({ rows, fields: 120 });
        const { calls, credits, seconds } = planSyncRead(question, path);
        const method = estimateRead(path, question);

        assert.equal(method.seconds, seconds);
        assert.equal(creditsOf(path, question), credits);
        assert.equal(
          method.steps.reduce((sum, step) => sum + step.calls, 0),
          calls,
        );
      }
    }
  });

  it("counts with the client's prices", () => {
    assert.equal(creditsOf('deleted', ask({})), CREDITS.list_deleted);
    assert.equal(creditsOf('bulk', ask({ rows: 1 })), CREDITS.create_bulk_read_job + 3);
    for (const method of READ_METHODS) {
      for (const { operation } of estimateRead(method, ask({ fields: 200 })).steps) assert.ok(operation in CREDITS);
    }
    for (const rows of [1, 200, 201, 1_000, 1_001, 2_000]) {
      assert.equal(creditsOf('coql', ask({ rows })), coqlCredits(rows));
    }
  });

  const question: fc.Arbitrary<ReadQuestion> = fc.record({
    module: fc.constantFrom('Deals', 'Leads'),
    goal: fc.constantFrom(...READ_GOALS),
    rows: fc.nat(3_000_000),
    wantedRows: fc.option(fc.nat(3_000_000), { nil: undefined }),
    deletedRows: fc.nat(4_000),
    fields: fc.integer({ min: 1, max: 500 }),
    fieldsNotInBulk: fc.nat(2),
    fieldsNotInCoql: fc.nat(2),
    hasModifiedTime: fc.boolean(),
    latencyMs: fc.integer({ min: 1, max: 5_000 }),
    creditsLeft: fc.option(fc.nat(5_000), { nil: undefined }),
    creditsKept: fc.option(fc.nat(500), { nil: undefined }),
    withinSeconds: fc.option(fc.nat(3_600), { nil: undefined }),
  });

  it('never calls adequate what breaks a limit', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const plan = planRead(asked);
        if (!plan.adequate) return;
        const wanted = Math.min(asked.wantedRows ?? asked.rows, asked.rows);
        const whole = plan.name === 'list' || plan.name === 'bulk' || plan.name === 'coql';

        assert.ok(plan.credits <= spendableCredits(asked));
        assert.ok(plan.seconds <= (asked.withinSeconds ?? Infinity));
        if (plan.name.startsWith('list')) assert.ok((whole ? asked.rows : wanted) <= 100_000);
        if (plan.name.startsWith('bulk') && asked.goal !== 'deletes') assert.equal(asked.fieldsNotInBulk, 0);
        if (plan.name.endsWith('_modified')) assert.ok(asked.hasModifiedTime && asked.deletedRows! <= 2_000);
      }),
    );
  });

  it('is complete whenever a method is', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const { creditsLeft: _left, withinSeconds: _within, ...unlimited } = asked;
        const possible = METHODS_OF_GOAL[asked.goal].some(
          (method) => estimateRead(method, asked).constraints.length === 0,
        );

        assert.equal(planRead(unlimited).adequate, possible);
      }),
    );
  });

  it('never takes fewer calls, credits or seconds for more rows', () => {
    fc.assert(
      fc.property(question, fc.constantFrom(...READ_METHODS), fc.nat(1_000_000), (asked, method, more) => {
        const grown = { ...asked, rows: asked.rows + more };
        const callsOf = (one: ReadQuestion): number =>
          estimateRead(method, one).steps.reduce((sum, step) => sum + step.calls, 0);

        assert.ok(creditsOf(method, grown) >= creditsOf(method, asked));
        assert.ok(callsOf(grown) >= callsOf(asked));
        assert.ok(estimateRead(method, grown).seconds >= estimateRead(method, asked).seconds);
      }),
    );
  });
});
