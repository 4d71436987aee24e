import assert from 'node:assert/strict';
import fc from 'fast-check';
import { bulkNameField, mapFields } from '../../../src/domain/mirror/mirror-field';
import { exportColumns } from '../../../src/domain/planning/export-columns';

const someFields = fc
  .array(fc.constantFrom('text', 'currency', 'lookup', 'ownerlookup', 'multiselectlookup'), { maxLength: 260 })
  .map((types) =>
    mapFields(
      types.map((dataType, index) => ({
        id: String(index + 1),
        apiName: `Field_${index}`,
        dataType,
        ...(dataType === 'lookup' && { lookupModule: 'Accounts' }),
      })),
    ),
  );

describe('the columns of an export', () => {
  const lookups = (count: number) =>
    mapFields(
      Array.from({ length: count }, (_, index) => ({
        ...{ id: String(index + 1), apiName: `L${index}`, dataType: 'lookup', lookupModule: 'Accounts' },
      })),
    );

  it('are those of all names as long as there is room for them', () => {
    const { columns, withoutNames } = exportColumns(lookups(100));

    assert.deepEqual([columns?.length, columns?.at(-1), withoutNames], [200, 'L99.Account_Name', []]);
  });

  it('are two hundred fields without a name, and not one more', () => {
    assert.equal(exportColumns(lookups(200)).columns?.length, 200);
    assert.equal(exportColumns(lookups(200)).withoutNames.length, 200);
    assert.equal(exportColumns(lookups(201)).columns, undefined);
    assert.equal(exportColumns(lookups(201)).withoutNames.length, 201);
    assert.equal(exportColumns(lookups(201)).withoutNames[0], 'L0');
  });

  it('leave out no name of a field that has none', () => {
    const texts = Array.from({ length: 201 }, (_, index) => ({
      id: String(index),
      apiName: `T${index}`,
      dataType: 'text',
    }));

    assert.deepEqual(exportColumns(mapFields(texts)), { columns: undefined, withoutNames: [] });
  });

  it('are every field that an export can have, by name as far as Zoho takes names', () => {
    fc.assert(
      fc.property(someFields, (fields) => {
        const exported = fields.filter(({ bulkReadable }) => bulkReadable).map(({ apiName }) => apiName);

        const { columns } = exportColumns(fields);

        assert.equal(columns === undefined, exported.length > 200);
        assert.ok((columns?.length ?? 0) <= 200);
        if (columns) assert.deepEqual(columns.slice(0, exported.length), exported);
      }),
    );
  });

  it('are the names of lookups, too, or those are said to be left out', () => {
    fc.assert(
      fc.property(someFields, (fields) => {
        const { columns, withoutNames } = exportColumns(fields);

        for (const field of fields) {
          const name = bulkNameField(field);
          if (!name) continue;
          assert.notEqual(columns?.includes(name) ?? false, withoutNames.includes(field.apiName));
        }
        assert.ok(withoutNames.length === 0 || columns === undefined || columns.length === 200);
      }),
    );
  });
});
