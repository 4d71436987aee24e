import assert from 'node:assert/strict';
import fc from 'fast-check';
import { bulkWriteColumns, isReference, type BulkWriteField } from '../../../src/domain/records/bulk-write-columns';

const field = (apiName: string, dataType = 'text', more: Partial<BulkWriteField> = {}): BulkWriteField => {
  return { apiName, dataType, apiCreate: true, apiUpdate: true, ...more };
};

describe('the columns of a bulk write file', () => {
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

  it('come by name behind the key, whatever order the records have them in', () => {
    const names = ['Beta', 'Delta', 'Alpha', 'Gamma'];
    const { columns } = bulkWriteColumns(
      names,
      'Gamma',
      'upsert',
      names.map((name) => field(name)),
    );

    assert.deepEqual(
      columns.map((column) => column.field),
      ['Gamma', 'Alpha', 'Beta', 'Delta'],
    );
  });

  it('carry dates and references as such, and refuse what no file can carry', () => {
    const fields = [
      ...[field('At', 'datetime'), field('On', 'date'), field('Who', 'ownerlookup'), field('Zip')],
      ...[field('Rows', 'subform')],
    ];

    const { columns, refused } = bulkWriteColumns(['At', 'On', 'Who', 'Zip', 'Rows', 'Nope'], null, 'insert', fields);

    assert.deepEqual(
      columns.map(({ kind }) => kind),
      ['datetime', 'date', 'reference', 'text'],
    );
    assert.deepEqual(refused, ['Nope', 'Rows']);
  });

  it('are those that the action may write', () => {
    const fields = [field('Created', 'text', { apiUpdate: false }), field('Updated', 'text', { apiCreate: false })];
    const written = (['insert', 'update', 'upsert'] as const).map((action) =>
      bulkWriteColumns(['Created', 'Updated'], null, action, fields).columns.map((column) => column.field),
    );

    assert.deepEqual(written, [['Created'], ['Updated'], ['Updated']]);
  });

  it('are the key and the id in any case: they find a record, and write nothing', () => {
    const key = field('Number', 'autonumber', { apiCreate: false, apiUpdate: false });

    assert.deepEqual(bulkWriteColumns(['id', 'Number'], 'Number', 'update', [key]), {
      columns: [
        { field: 'Number', kind: 'text' },
        { field: 'id', kind: 'text' },
      ],
      refused: [],
    });
  });
});

describe('a reference', () => {
  it('is a field whose value is another record or a user', () => {
    const types = ['lookup', 'ownerlookup', 'userlookup', 'text'];

    assert.deepEqual(
      types.map((dataType) => isReference({ dataType })),
      [true, true, true, false],
    );
  });
});
