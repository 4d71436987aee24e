import assert from 'node:assert/strict';
import type { MirrorField } from '../../../src/domain/mirror/mirror-field';
import {
  estimateRead,
  expectedBulkJobMs,
  isWholeInCoql,
  type ReadMethod,
  type ReadQuestion,
} from '../../../src/domain/planning/read-methods';

/** A wide module of 250,100 rows, with 1,050 changes and 450 deletes since a time. */
const QUESTION: ReadQuestion = {
  module: 'Deals',
  goal: 'changes',
  rows: 250_100,
  wantedRows: 1_050,
  deletedRows: 450,
  fields: 120,
  fieldsNotInBulk: 0,
  fieldsNotInCoql: 0,
  hasModifiedTime: true,
  latencyMs: 200,
};

const constraintsOf = (method: ReadMethod, question: Partial<ReadQuestion>): string[] =>
  estimateRead(method, { ...QUESTION, rows: 1_000, ...question }).constraints;

describe('the estimate of a read', () => {
  const deletes = { operation: 'list_deleted', calls: 3, credits: 6 };

  for (const [method, seconds, steps] of [
    ['list', 1250.6, [{ operation: 'list_records', calls: 1_251 + 5_002, credits: 6_253 }]],
    [
      'bulk',
      11.101,
      [
        { operation: 'create_bulk_read_job', calls: 2, credits: 100 },
        { operation: 'get_bulk_read_job', calls: 4, credits: 4 },
        { operation: 'download_bulk_read_result', calls: 2, credits: 2 },
      ],
    ],
    [
      'coql',
      1075.62,
      [
        { operation: 'query_records', calls: 126, credits: 378 },
        { operation: 'list_records', calls: 5_002, credits: 5_002 },
      ],
    ],
    ['list_modified', 6.2, [{ operation: 'list_records', calls: 6 + 22, credits: 28 }, deletes]],
    [
      'coql_modified',
      5.41,
      [
        { operation: 'query_records', calls: 1, credits: 3 },
        { operation: 'list_records', calls: 22, credits: 22 },
        deletes,
      ],
    ],
    [
      'bulk_modified',
      4.911,
      [
        { operation: 'create_bulk_read_job', calls: 1, credits: 50 },
        { operation: 'get_bulk_read_job', calls: 2, credits: 2 },
        { operation: 'download_bulk_read_result', calls: 1, credits: 1 },
        deletes,
      ],
    ],
    ['ids', 6.6, [{ operation: 'list_records', calls: 33, credits: 33 }]],
    ['deleted', 0.6, [deletes]],
  ] as const) {
    it(`by ${method} counts every call, its credits and the seconds at Zoho`, () => {
      const estimate = estimateRead(method, QUESTION);

      assert.deepEqual(estimate.steps, steps);
      assert.equal(Math.round(estimate.seconds * 1_000) / 1_000, seconds);
    });
  }

  it('has a call for every hundred records whose texts lists cut', () => {
    const question = { ...QUESTION, textsCutInLists: true };
    const texts = { operation: 'get_rich_texts', calls: 11, credits: 11 };

    assert.deepEqual(estimateRead('list_modified', question).steps[1], texts);
    assert.deepEqual(estimateRead('ids', question).steps[1], texts);
    assert.equal(estimateRead('ids', question).seconds, 8.8);
    assert.equal(Math.round(estimateRead('list_modified', question).seconds * 10), 84);
  });

  it('asks for nothing but ids where only deletes are looked for', () => {
    const question: ReadQuestion = {
      ...QUESTION,
      ...{ goal: 'deletes', rows: 1_000, textsCutInLists: true, fieldsNotInBulk: 1, fieldsNotInCoql: 1 },
    };

    assert.deepEqual(estimateRead('list', question).steps, [{ operation: 'list_records', calls: 5, credits: 5 }]);
    assert.deepEqual(estimateRead('coql', question).steps, [{ operation: 'query_records', calls: 1, credits: 2 }]);
    assert.deepEqual(
      [estimateRead('bulk', question), estimateRead('coql', question)].flatMap((one) => one.constraints),
      [],
    );
  });

  it('has a page of the list of deletes where nothing is known of them', () => {
    const { deletedRows: _unknown, ...question } = QUESTION;

    assert.equal(estimateRead('deleted', question).steps[0]?.calls, 1);
  });

  it('is that of the whole module where the records are not counted, or counted too high', () => {
    const { wantedRows: _unknown, ...question } = { ...QUESTION, rows: 1_000 };

    assert.equal(estimateRead('ids', question).steps[0]?.calls, 30);
    assert.equal(estimateRead('ids', { ...question, wantedRows: 5_000 }).steps[0]?.calls, 30);
  });
});

describe('what keeps a method from reading all of it', () => {
  for (const [method, question, constraints] of [
    ['list', { rows: 100_000 }, []],
    ['list', { rows: 100_001 }, ['page tokens end at 100000 rows']],
    ['bulk', {}, []],
    ['bulk', { fieldsNotInBulk: 1 }, ['bulk read cannot export 1 field']],
    ['bulk', { fieldsNotInBulk: 2 }, ['bulk read cannot export 2 fields']],
    ['coql', {}, []],
    ['coql', { fieldsNotInCoql: 1 }, ['COQL does not return 1 field whole']],
    ['coql', { module: 'Leads' }, ['COQL leaves out converted leads']],
    ['deleted', { deletedRows: 2_000 }, []],
    ['deleted', { deletedRows: 2_001 }, ['the list of deletes ends at 2000 rows']],
    ['list_modified', {}, []],
    ['list_modified', { hasModifiedTime: false }, ['the module has no Modified_Time']],
    [
      'bulk_modified',
      { fieldsNotInBulk: 3, deletedRows: 9_000 },
      ['bulk read cannot export 3 fields', 'the list of deletes ends at 2000 rows'],
    ],
    ['ids', { hasModifiedTime: false, deletedRows: 9_000 }, []],
  ] as const) {
    it(`is ${constraints.join(' and ') || 'nothing'} for ${method} and ${JSON.stringify(question)}`, () => {
      assert.deepEqual(constraintsOf(method, question), constraints);
    });
  }
});

describe('the time that an export is expected to need', () => {
  it('is some seconds, and one more for every hundred thousand rows of a page', () => {
    assert.deepEqual([0, 100_000, 200_000, 900_000].map(expectedBulkJobMs), [3_500, 4_500, 5_500, 5_500]);
  });
});

describe('a field that COQL returns whole', () => {
  const field: MirrorField = {
    fieldId: '1',
    apiName: 'Amount',
    dataType: 'currency',
    shape: 'scalar',
    column: 'amount',
    type: 'numeric',
    bulkReadable: true,
    bulkNameReadable: false,
    changesWithoutModifiedTime: false,
  };

  it('is neither a lookup, whose name it leaves out, nor a file', () => {
    assert.deepEqual(
      [field, { ...field, nameColumn: 'account_name' }, { ...field, bulkReadable: false }].map(isWholeInCoql),
      [true, false, false],
    );
  });
});
