import assert from 'node:assert/strict';
import { estimateWrite, type WriteMethod, type WriteQuestion } from '../../../src/domain/planning/write-methods';

/** The same ten values for 60,050 deals, which are those of a custom view. */
const QUESTION: WriteQuestion = {
  module: 'Deals',
  operation: 'update',
  rows: 60_050,
  fields: 10,
  fieldsNotInBulk: 0,
  sameValues: true,
  fieldsNotInMassUpdate: 0,
  hasView: true,
  unlessModified: false,
  automations: 'any',
  outcomes: false,
  bytesPerRow: 500,
  latencyMs: 200,
};

describe('the estimate of a write', () => {
  for (const [method, seconds, steps] of [
    ['single_records', 12_610.5, [{ operation: 'update_records', calls: 60_050, credits: 60_050 }]],
    ['record_batches', 72.25, [{ operation: 'update_records', calls: 601, credits: 6_005 }]],
    [
      'bulk_write',
      138.7,
      [
        { operation: 'upload_bulk_file', calls: 3, credits: 3 },
        { operation: 'create_bulk_write_job', calls: 3, credits: 1_500 },
        { operation: 'get_bulk_write_job', calls: 9, credits: 9 },
        { operation: 'download_bulk_write_result', calls: 3, credits: 3 },
      ],
    ],
    ['mass_update_ids', 2_498.8, [{ operation: 'mass_update_records', calls: 484, credits: 2_404 }]],
    [
      'mass_update_view',
      503.6,
      [
        { operation: 'create_mass_update_job', calls: 4, credits: 200 },
        { operation: 'get_mass_update_job', calls: 12, credits: 12 },
      ],
    ],
  ] as const) {
    it(`by ${method} counts every call, its credits and the seconds at Zoho`, () => {
      const estimate = estimateWrite(method, QUESTION);

      assert.deepEqual([estimate.name, estimate.steps], [method, steps]);
      assert.equal(Math.round(estimate.seconds * 1_000) / 1_000, seconds);
    });
  }

  it('has as many records in work at a time as there are calls, ten at most', () => {
    const secondsOf = (rows: number): number => estimateWrite('record_batches', { ...QUESTION, rows }).seconds;

    assert.deepEqual([0, 100, 200, 1_000, 1_100].map(secondsOf), [0, 1.2, 1.2, 1.2, 1.5]);
  });

  it('passes over the records once even where no field is written', () => {
    const question = { ...QUESTION, rows: 500, fields: 0 };

    assert.equal(estimateWrite('mass_update_ids', question).steps[0]?.calls, 1);
    assert.equal(estimateWrite('mass_update_view', question).steps[0]?.calls, 1);
  });
});

describe('what keeps a method from writing all of it', () => {
  const OVERWRITES = 'a mass update overwrites newer changes';
  const ASK: Partial<WriteQuestion> = { rows: 1_000 };

  for (const [method, question, constraints] of [
    ['single_records', { operation: 'insert' }, []],
    ['single_records', { unlessModified: true }, []],
    ['single_records', { unlessModified: true, operation: 'upsert' }, []],
    [
      'single_records',
      { unlessModified: true, operation: 'insert' },
      ['If-Unmodified-Since is for updates and upserts'],
    ],
    [
      'single_records',
      { unlessModified: true, operation: 'delete' },
      ['If-Unmodified-Since is for updates and upserts'],
    ],
    ['record_batches', {}, []],
    ['record_batches', { unlessModified: true }, ['If-Unmodified-Since is for one record a call']],
    ['bulk_write', { fields: 200 }, []],
    ['bulk_write', { fields: 201 }, ['a file has at most 200 columns']],
    ['bulk_write', { operation: 'delete' }, ['bulk write cannot delete']],
    ['bulk_write', { fieldsNotInBulk: 1 }, ['bulk write cannot take files and images']],
    ['bulk_write', { unlessModified: true }, ['a job overwrites newer changes']],
    ['bulk_write', { automations: 'run' }, ['a job cannot be told whether automations run']],
    ['mass_update_ids', { automations: 'run' }, []],
    ['mass_update_ids', { automations: 'skip' }, ['a mass update by ids runs automations']],
    ['mass_update_ids', { operation: 'upsert' }, ['a mass update only updates']],
    ['mass_update_ids', { sameValues: false }, ['a mass update gives every row the same values']],
    ['mass_update_ids', { fieldsNotInMassUpdate: 1 }, ['a field does not allow mass updates']],
    ['mass_update_ids', { unlessModified: true }, [OVERWRITES]],
    ['mass_update_view', { rows: 50_000 }, []],
    ['mass_update_view', { rows: 50_001 }, ['a job takes at most 50000 rows']],
    ['mass_update_view', { hasView: false }, ['no custom view holds exactly these rows']],
    ['mass_update_view', { outcomes: true }, ['a job tells counts, not the outcome of each record']],
    ['mass_update_view', { unlessModified: true }, [OVERWRITES]],
    ['mass_update_view', { rows: 999, automations: 'run' }, []],
    ['mass_update_view', { rows: 1_000, automations: 'run' }, ['from 1000 rows on it runs no automations']],
    ['mass_update_view', { rows: 999, automations: 'skip' }, ['below 1000 rows it runs automations']],
    ['mass_update_view', { rows: 1_000, automations: 'skip' }, []],
  ] as readonly (readonly [WriteMethod, Partial<WriteQuestion>, readonly string[]])[]) {
    it(`is ${constraints.join(' and ') || 'nothing'} for ${method} and ${JSON.stringify(question)}`, () => {
      assert.deepEqual(estimateWrite(method, { ...QUESTION, ...ASK, ...question }).constraints, constraints);
    });
  }
});
