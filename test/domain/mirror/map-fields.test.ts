import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  bulkNameField,
  columnNameOf,
  firstFreeName,
  mapFields,
  notExported,
  type MappableField,
} from '../../../src/domain/mirror/mirror-field';

/** Longest name PostgreSQL keeps whole, in bytes. */
const MAX_NAME = 63;

let ids = 0;
function field(apiName: string, dataType = 'text', more: Partial<MappableField> = {}): MappableField {
  ids += 1;
  return { id: String(554023000000000000n + BigInt(ids)), apiName, dataType, ...more };
}

function one(metadata: MappableField) {
  const [mapped] = mapFields([metadata]);
  assert.ok(mapped);
  return mapped;
}

const earlierOf = (fields: readonly MappableField[]) =>
  new Map(mapFields(fields).map((mapped) => [mapped.fieldId, mapped]));

const columnsOf = (mapped: ReturnType<typeof mapFields>): string[] =>
  mapped.flatMap(({ column, nameColumn }) => (nameColumn === undefined ? [column] : [column, nameColumn]));

describe('mapFields: columns', () => {
  it('writes API names in snake case', () => {
    const names = ['Deal_Name', 'LeadSource', 'Account_Name2', 'A-b c', '$currency', 'Top10Deals', ''].map(
      columnNameOf,
    );

    assert.deepEqual(names, [
      ...['deal_name', 'lead_source', 'account_name2', 'a_b_c', 'field__currency', 'top10_deals', 'field_'],
    ]);
  });

  it('gives a reference a column for the id and one for the name', () => {
    const account = one(field('Account_Name', 'lookup', { lookupModule: 'Accounts' }));

    assert.deepEqual([account.column, account.nameColumn], ['account_name_id', 'account_name']);
  });

  it('never takes the name of an engine column, of the key or of a system column', () => {
    const mapped = mapFields(['_synced_at', 'ID', 'Id', 'xmin', 'CTID', 'tableoid'].map((name) => field(name)));

    const columns = columnsOf(mapped);
    assert.ok(!columns.some((name) => /^(_.*|id|xmin|ctid|tableoid)$/.test(name)), columns.join());
    assert.equal(new Set(columns).size, mapped.length);
  });

  it('tells colliding names apart', () => {
    const mapped = mapFields([field('Deal_Name'), field('DealName'), field('Deal-Name')]);

    assert.deepEqual(columnsOf(mapped), ['deal_name', 'deal_name_2', 'deal_name_3']);
  });

  it('tells a reference from a field that is called like its id', () => {
    const mapped = mapFields([field('Owner_Id'), field('Owner', 'ownerlookup')]);

    assert.deepEqual(columnsOf(mapped), ['owner_id', 'owner_id_2', 'owner']);
  });

  it('keeps long names within what PostgreSQL keeps', () => {
    const long = 'x'.repeat(80);
    const mapped = mapFields([field(`${long}1`, 'lookup'), field(`${long}2`, 'lookup'), field(`_${long}`, 'lookup')]);

    assert.ok(
      columnsOf(mapped).every((name) => name.length <= MAX_NAME),
      columnsOf(mapped).join(),
    );
    assert.equal(new Set(columnsOf(mapped)).size, 6);
  });

  it('keeps a column when another field comes that would take its name', () => {
    const old = field('DealName');
    const mapped = mapFields([field('Deal_Name'), old], earlierOf([old]));

    assert.deepEqual(columnsOf(mapped), ['deal_name_2', 'deal_name']);
  });

  it('gives a renamed field a new column, so that the old one can be renamed', () => {
    const old = field('Stage_Old');
    const mapped = mapFields([{ ...old, apiName: 'Phase' }], earlierOf([old]));

    assert.deepEqual(columnsOf(mapped), ['phase']);
  });

  it('gives a field that was made anew under the name of a deleted one a column of its own', () => {
    const deleted = field('Region');
    const mapped = mapFields([field('Region')], earlierOf([deleted]));

    assert.deepEqual(columnsOf(mapped), ['region_2']);
  });

  it('keeps both columns of a reference, and makes one that it lacks', () => {
    const account = field('Account', 'lookup');
    const earlier = { apiName: 'Account', column: 'account_id_7' };

    assert.deepEqual(
      columnsOf(mapFields([account], new Map([[account.id, { ...earlier, nameColumn: 'account_7' }]]))),
      ['account_id_7', 'account_7'],
    );
    assert.deepEqual(columnsOf(mapFields([account], new Map([[account.id, earlier]]))), ['account_id_7', 'account']);
  });

  it('takes no column of a reference that is gone', () => {
    const gone = field('Account', 'lookup');
    const mapped = mapFields([field('Account'), field('Account_Id')], earlierOf([gone]));

    assert.deepEqual(columnsOf(mapped), ['account_2', 'account_id_2']);
  });

  it('lets two fields swap their names', () => {
    const [first, second] = [field('Alpha'), field('Beta')];
    const mapped = mapFields(
      [
        { ...first, apiName: 'Beta' },
        { ...second, apiName: 'Alpha' },
      ],
      earlierOf([first, second]),
    );

    assert.deepEqual(columnsOf(mapped), ['beta', 'alpha']);
  });
});

describe('mapFields: properties', () => {
  const name = fc.oneof(
    fc.constantFrom('Name', 'name', 'NAME', 'Owner', 'Owner_Id', 'Owner_Id_2', 'Id', 'Name_2', '_Name', 'é'),
    fc.string({ minLength: 1, maxLength: 90 }),
  );
  const someFields = fc.uniqueArray(
    fc.record({
      id: fc.nat(40).map(String),
      apiName: name,
      dataType: fc.constantFrom('text', 'lookup', 'ownerlookup', 'integer', 'multiselectpicklist'),
    }),
    { selector: ({ id }) => id, maxLength: 25 },
  );

  it('never gives a column twice, nor that of a field that is gone', () => {
    fc.assert(
      fc.property(someFields, someFields, (before, now) => {
        const earlier = mapFields(before);
        const listed = new Set(now.map(({ id }) => id));
        const unlisted = earlier.filter(({ fieldId }) => !listed.has(fieldId));
        const mapped = mapFields(now, new Map(earlier.map((known) => [known.fieldId, known])));

        const columns = ['id', ...columnsOf(unlisted), ...columnsOf(mapped)];
        assert.equal(new Set(columns).size, columns.length);
        assert.ok(columns.every((column) => /^[a-z0-9][a-z0-9_]*$/.test(column) && column.length <= MAX_NAME));
      }),
    );
  });

  it('is the same every time, and repeating it on its own outcome changes nothing', () => {
    fc.assert(
      fc.property(someFields, (fields) => {
        const mapped = mapFields(fields);

        assert.deepEqual(mapFields(fields), mapped);
        assert.deepEqual(mapFields(fields, earlierOf(fields)), mapped);
      }),
    );
  });

  it('keeps the column of every field that kept its name when others are added, removed or moved', () => {
    fc.assert(
      fc.property(someFields, someFields, (before, now) => {
        const earlier = earlierOf(before);

        for (const mapped of mapFields(now, earlier)) {
          const known = earlier.get(mapped.fieldId);
          if (known?.apiName !== mapped.apiName) continue;
          assert.equal(mapped.column, known.column);
          if (known.nameColumn && mapped.nameColumn) assert.equal(mapped.nameColumn, known.nameColumn);
        }
      }),
    );
  });
});

describe('bulkNameField', () => {
  it('names the display field of the module a lookup points to', () => {
    const names = [
      field('Account_Name', 'lookup', { lookupModule: 'Accounts' }),
      field('Contact_Name', 'lookup', { lookupModule: 'Contacts' }),
      field('Territory', 'lookup', { lookupModule: 'Regions' }),
    ].map((metadata) => bulkNameField(one(metadata)));

    assert.deepEqual(names, ['Account_Name.Account_Name', 'Contact_Name.Full_Name', 'Territory.Name']);
  });

  it('asks for none if the name comes from elsewhere or the module is unknown', () => {
    const fields = [field('Owner', 'ownerlookup', { lookupModule: 'Users' }), field('What', 'lookup'), field('Amount')];

    assert.ok(fields.every((metadata) => bulkNameField(one(metadata)) === undefined));
    assert.ok(fields.every((metadata) => !one(metadata).bulkNameReadable));
  });
});

describe('notExported', () => {
  it('names the fields, and the names of references, that an export does not have', () => {
    const [account, file, owner, text, unknown] = mapFields([
      field('Account_Name', 'lookup', { lookupModule: 'Accounts' }),
      field('Files', 'fileupload'),
      field('Owner', 'ownerlookup', { lookupModule: 'Users' }),
      field('Subject'),
      field('What', 'lookup'),
    ]);

    assert.deepEqual(notExported([account!, file!, owner!, text!, unknown!]), ['Files', 'Owner.Name']);
    assert.deepEqual(notExported([{ ...account!, bulkNameReadable: false }]), ['Account_Name.Account_Name']);
  });
});

describe('firstFreeName', () => {
  it('is the wanted name, or the lowest number behind it that is free', () => {
    const taken = (...names: string[]) => firstFreeName('name', (name) => names.includes(name));

    assert.deepEqual([taken(), taken('name'), taken('name', 'name_2', 'name_4')], ['name', 'name_2', 'name_3']);
  });
});
