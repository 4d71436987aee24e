import assert from 'node:assert/strict';
import fc from 'fast-check';
import { bulkWriteColumns, type BulkWriteField } from '../../../src/domain/records/bulk-write-columns';
import { massUpdateProblems } from '../../../src/domain/records/mass-update-problems';
import { ITEM_STATUSES, progressOf, incompleteness, type ItemCounts } from '../../../src/domain/runs/bulk-operations';

const NONE = Object.fromEntries(ITEM_STATUSES.map((status) => [status, 0])) as unknown as ItemCounts;
const counts = fc.record(
  Object.fromEntries(ITEM_STATUSES.map((status) => [status, fc.nat(25_000)])),
) as unknown as fc.Arbitrary<ItemCounts>;

describe('the figures of a bulk operation', () => {
  it('leave out only what is pending or was never sent', () => {
    fc.assert(
      fc.property(counts, (each) => {
        const all = ITEM_STATUSES.reduce((sum, status) => sum + each[status], 0);
        const { processed, successful, failed } = progressOf(each);

        assert.equal(processed, all - each.pending - each.cancelled);
        assert.equal(processed, successful + failed);
      }),
    );
  });

  it('fall short only where a record may have another end than it has', () => {
    assert.equal(incompleteness({ ...NONE, added: 3, skipped: 2 }), undefined);
    assert.match(incompleteness({ ...NONE, unknown: 2 }) ?? '', /2 records may or may not have been written/);
    assert.match(incompleteness({ ...NONE, unprocessed: 1, failed: 4 }) ?? '', /4 records .* failed; .* 1 records/);
  });
});

describe('the columns of a bulk write file', () => {
  const field = (apiName: string, dataType = 'text', writable = true): BulkWriteField => {
    return { apiName, dataType, apiCreate: writable, apiUpdate: writable };
  };

  it('have the key first, with any names', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[A-Z][a-z]{0,8}$/), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(names, fc.nat(), (all, at) => {
        const key = all[at % all.length]!;
        const { columns, refused } = bulkWriteColumns(
          all,
          key,
          'upsert',
          all.map((name) => field(name)),
        );

        assert.equal(columns[0]?.field, key);
        assert.deepEqual(columns.map((column) => column.field).sort(), [...all].sort());
        assert.deepEqual(refused, []);
      }),
    );
  });

  it('carry dates and references as such, and refuse what no file can carry', () => {
    const fields = [
      field('At', 'datetime'),
      field('On', 'date'),
      field('Who', 'ownerlookup'),
      field('Rows', 'subform'),
    ];

    const { columns, refused } = bulkWriteColumns(['At', 'On', 'Who', 'Rows', 'Nope'], null, 'insert', fields);

    assert.deepEqual(
      columns.map(({ kind }) => kind),
      ['datetime', 'date', 'reference'],
    );
    assert.deepEqual(refused, ['Nope', 'Rows']);
  });
});

describe('the check of a mass update', () => {
  const choices = [{ actual: 'Open', display: 'Offen' }];
  const fields = [
    { apiName: 'Stage', dataType: 'picklist', massUpdate: true, picklistValues: choices },
    { apiName: 'Email', dataType: 'email', massUpdate: false, picklistValues: [] },
  ];

  it('takes a choice by either of its names, and null', () => {
    for (const stage of ['Open', 'Offen', null]) {
      assert.deepEqual(massUpdateProblems('Deals', { Stage: stage }, fields), []);
    }
  });

  it('takes a list only where a record can have several choices', () => {
    const several = { ...fields[0]!, apiName: 'Tags', dataType: 'multiselectpicklist' };

    const problems = massUpdateProblems('Deals', { Stage: ['Open'], Tags: ['Open'] }, [...fields, several]);

    assert.deepEqual(
      problems.map(({ field }) => field),
      ['Stage'],
    );
  });

  it('names each field that stands against it', () => {
    const problems = massUpdateProblems('Deals', { Stage: 'Lost', Email: 'x', Nope: 1 }, fields);

    assert.deepEqual(
      problems.map(({ field }) => field),
      ['Stage', 'Email', 'Nope'],
    );
  });
});
