import assert from 'node:assert/strict';
import fc from 'fast-check';
import { spendableCredits } from '../../../src/domain/planning/plan';
import {
  WRITE_OPERATIONS,
  WRITE_METHODS,
  estimateWrite,
  planWrite,
  rowsPerBulkFile,
  type WriteQuestion,
} from '../../../src/domain/planning/write-methods';

const ask = (question: Partial<WriteQuestion>): WriteQuestion => ({
  module: 'Deals',
  operation: 'update',
  rows: 1_000,
  fields: 10,
  fieldsNotInBulk: 0,
  sameValues: false,
  fieldsNotInMassUpdate: 0,
  hasView: false,
  unlessModified: false,
  automations: 'any',
  outcomes: true,
  bytesPerRow: 500,
  latencyMs: 200,
  ...question,
});
const sums = (method: (typeof WRITE_METHODS)[number], question: WriteQuestion): { calls: number; credits: number } => ({
  calls: estimateWrite(method, question).steps.reduce((sum, step) => sum + step.calls, 0),
  credits: estimateWrite(method, question).steps.reduce((sum, step) => sum + step.credits, 0),
});

describe('planWrite', () => {
  it('sends a few hundred records in batches of a hundred, a credit for ten', () => {
    const plan = planWrite(ask({ rows: 250 }));

    assert.deepEqual([plan.name, plan.calls, plan.credits], ['record_batches', 3, 25]);
  });

  it('breaks even with bulk write at five thousand records, where waiting costs nothing', () => {
    const methods = [5_000, 5_060].map((rows) => planWrite(ask({ rows, creditsPerSecond: 0 })).name);

    assert.deepEqual(methods, ['record_batches', 'bulk_write']);
  });

  it('cuts files at 25,000 rows and at 25 MB', () => {
    assert.deepEqual([10, 1_000, 2_000, 30_000_000].map(rowsPerBulkFile), [25_000, 25_000, 12_500, 1]);
    assert.equal(sums('bulk_write', ask({ rows: 50_001 })).credits, 3 * (500 + 5));
  });

  it('gives the same values by mass update of ids', () => {
    const plan = planWrite(ask({ sameValues: true, fields: 2 }));

    assert.deepEqual([plan.name, plan.calls, plan.credits], ['mass_update_ids', 2, 10]);
  });

  it('passes over the ids again for every three fields of Deals, and for every field of another module', () => {
    const calls = ['Deals', 'Contacts'].map(
      (module) => sums('mass_update_ids', ask({ module, rows: 500, fields: 4 })).calls,
    );

    assert.deepEqual(calls, [2, 4]);
  });

  it('updates a view by one job where counts are enough', () => {
    const question = ask({ sameValues: true, fields: 1, rows: 40_000, hasView: true });

    const methods = [true, false].map((outcomes) => planWrite({ ...question, outcomes }).name);

    assert.notEqual(methods[0], 'mass_update_view');
    assert.equal(methods[1], 'mass_update_view');
  });

  it('sends records one by one where a newer change must not be overwritten', () => {
    const plan = planWrite(ask({ unlessModified: true, rows: 30 }));

    assert.deepEqual([plan.name, plan.credits, plan.adequate], ['single_records', 30, true]);
    assert.match(plan.rejected.find(({ name }) => name === 'record_batches')!.reason, /one record a call/);
  });

  it('deletes in batches: a credit for a hundred, and no job does it', () => {
    const plan = planWrite(ask({ operation: 'delete', rows: 20_000 }));

    assert.deepEqual([plan.name, plan.credits], ['record_batches', 200]);
    assert.match(plan.rejected.find(({ name }) => name === 'bulk_write')!.reason, /cannot delete/);
  });

  it('keeps away from jobs where automations must or must not run', () => {
    for (const automations of ['run', 'skip'] as const) {
      assert.equal(planWrite(ask({ rows: 50_000, automations })).name, 'record_batches');
    }
  });

  it('plans no call for no rows', () => {
    assert.deepEqual(sums('record_batches', ask({ rows: 0 })), { calls: 0, credits: 0 });
  });

  const question: fc.Arbitrary<WriteQuestion> = fc.record({
    module: fc.constantFrom('Deals', 'Contacts'),
    operation: fc.constantFrom(...WRITE_OPERATIONS),
    rows: fc.nat(200_000),
    fields: fc.integer({ min: 1, max: 300 }),
    fieldsNotInBulk: fc.nat(1),
    sameValues: fc.boolean(),
    fieldsNotInMassUpdate: fc.nat(1),
    hasView: fc.boolean(),
    unlessModified: fc.boolean(),
    automations: fc.constantFrom('run', 'skip', 'any'),
    outcomes: fc.boolean(),
    bytesPerRow: fc.integer({ min: 1, max: 100_000 }),
    latencyMs: fc.integer({ min: 1, max: 5_000 }),
    creditsLeft: fc.option(fc.nat(5_000), { nil: undefined }),
    withinSeconds: fc.option(fc.nat(3_600), { nil: undefined }),
  });

  it('never calls adequate what breaks a limit or a wish', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const plan = planWrite(asked);
        if (!plan.adequate) return;

        assert.ok(plan.credits <= spendableCredits(asked));
        assert.ok(plan.seconds <= (asked.withinSeconds ?? Infinity));
        if (asked.unlessModified) assert.equal(plan.name, 'single_records');
        if (plan.name === 'bulk_write') assert.ok(asked.operation !== 'delete' && asked.fields <= 200);
        if (plan.name.startsWith('mass_update')) assert.ok(asked.operation === 'update' && asked.sameValues);
        if (plan.name === 'mass_update_view') assert.ok(asked.rows <= 50_000 && asked.hasView && !asked.outcomes);
      }),
    );
  });

  it('always finds an adequate method where nothing is limited, but for a conflict check that Zoho does not offer', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const { creditsLeft: _left, withinSeconds: _within, ...unlimited } = asked;
        const offered = !asked.unlessModified || asked.operation === 'update' || asked.operation === 'upsert';

        assert.equal(planWrite(unlimited).adequate, offered);
      }),
    );
  });

  it('never takes fewer calls or credits for more rows', () => {
    fc.assert(
      fc.property(question, fc.constantFrom(...WRITE_METHODS), fc.nat(50_000), (asked, method, more) => {
        const [few, many] = [sums(method, asked), sums(method, { ...asked, rows: asked.rows + more })];

        assert.ok(many.calls >= few.calls && many.credits >= few.credits);
      }),
    );
  });
});
