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
