import assert from 'node:assert/strict';
import {
  displayFieldOf,
  isColumnType,
  isUserLookup,
  mapFields,
  type MappableField,
} from '../../../src/domain/mirror/mirror-field';

function field(apiName: string, dataType = 'text', more: Partial<MappableField> = {}): MappableField {
  return { id: '554023000000000001', apiName, dataType, ...more };
}

function one(metadata: MappableField) {
  const [mapped] = mapFields([metadata]);
  assert.ok(mapped);
  return mapped;
}

describe('mapFields: types', () => {
  const expectations: [dataType: string, shape: string, type: string][] = [
    ['text', 'scalar', 'text'],
    ['textarea', 'scalar', 'text'],
    ['email', 'scalar', 'text'],
    ['phone', 'scalar', 'text'],
    ['website', 'scalar', 'text'],
    ['picklist', 'scalar', 'text'],
    ['autonumber', 'scalar', 'text'],
    ['profileimage', 'scalar', 'text'],
    ['integer', 'scalar', 'integer'],
    ['bigint', 'scalar', 'bigint'],
    ['double', 'scalar', 'numeric'],
    ['currency', 'scalar', 'numeric'],
    ['percent', 'scalar', 'numeric'],
    ['boolean', 'scalar', 'boolean'],
    ['date', 'scalar', 'date'],
    ['datetime', 'scalar', 'timestamptz'],
    ['lookup', 'reference', 'bigint'],
    ['ownerlookup', 'reference', 'bigint'],
    ['userlookup', 'reference', 'bigint'],
    ['multi_module_lookup', 'reference', 'bigint'],
    ['multiselectpicklist', 'choices', 'jsonb'],
    ['multiselectlookup', 'opaque', 'jsonb'],
    ['multiuserlookup', 'opaque', 'jsonb'],
    ['fileupload', 'opaque', 'jsonb'],
    ['imageupload', 'opaque', 'jsonb'],
    ['consent_lookup', 'opaque', 'jsonb'],
    ['a_type_zoho_adds_later', 'opaque', 'jsonb'],
  ];
  for (const [dataType, shape, type] of expectations) {
    it(`mirrors ${dataType} as ${type}, read as ${shape}`, () => {
      const mapped = one(field('Some_Field', dataType));

      assert.deepEqual([mapped.shape, mapped.type], [shape, type]);
    });
  }

  it('mirrors tags as names', () => {
    const { shape, type } = one(field('Tag', 'text', { jsonType: 'jsonarray' }));

    assert.deepEqual([shape, type], ['tags', 'jsonb']);
  });

  it('keeps what later steps need of the metadata', () => {
    const account = field('Account_Name', 'lookup', { lookupModule: 'Accounts' });
    const stage = field('Stage', 'picklist', { choices: ['Won', 'Lost'] });

    assert.deepEqual(mapFields([account, stage]), [
      {
        ...{ fieldId: account.id, apiName: 'Account_Name', dataType: 'lookup', shape: 'reference', type: 'bigint' },
        ...{ column: 'account_name_id', nameColumn: 'account_name', lookupModule: 'Accounts', choices: undefined },
        ...{ bulkReadable: true, bulkNameReadable: true, changesWithoutModifiedTime: false },
      },
      {
        ...{ fieldId: stage.id, apiName: 'Stage', dataType: 'picklist', shape: 'scalar', type: 'text' },
        ...{ column: 'stage', nameColumn: undefined, lookupModule: undefined, choices: ['Won', 'Lost'] },
        ...{ bulkReadable: true, bulkNameReadable: false, changesWithoutModifiedTime: false },
      },
    ]);
  });

  it('says of rich texts alone that lists cut them', () => {
    const cut = ['small', 'large', 'rich_text'].map(
      (textareaType) => one(field('Notes', 'textarea', { textareaType })).cutInLists ?? false,
    );

    assert.deepEqual(cut, [false, false, true]);
  });

  it('gives a formula the type of what it returns, and says that it changes without Modified_Time', () => {
    const mapped = one(field('Margin', 'formula', { formulaReturnType: 'Currency' }));

    assert.deepEqual([mapped.type, mapped.shape, mapped.changesWithoutModifiedTime], ['numeric', 'scalar', true]);
  });

  it('gives a formula that is true or false a boolean', () => {
    assert.equal(one(field('Is_Late', 'formula', { formulaReturnType: 'boolean' })).type, 'boolean');
  });

  it('takes no integer for a formula, because a formula can overflow it', () => {
    assert.equal(one(field('Days', 'formula', { formulaReturnType: 'integer' })).type, 'numeric');
  });

  it('falls back on the JSON type of a formula or roll-up', () => {
    const mapped = ['double', 'integer', 'boolean', 'string', undefined, 'jsonobject', 'jsonarray'].map((jsonType) =>
      one(field('Sum', 'rollup_summary', { jsonType })),
    );

    assert.deepEqual(
      mapped.map(({ type }) => type),
      ['numeric', 'numeric', 'boolean', 'text', 'text', 'jsonb', 'jsonb'],
    );
    assert.ok(mapped.every(({ changesWithoutModifiedTime }) => changesWithoutModifiedTime));
    assert.equal(one(field('Sum', 'formula', { formulaReturnType: 'unheard of', jsonType: 'double' })).type, 'numeric');
  });

  it('leaves out subforms and the id', () => {
    assert.deepEqual(mapFields([field('Line_Items', 'subform'), field('id', 'bigint')]), []);
  });

  it('knows what bulk read cannot export', () => {
    const refused = ['fileupload', 'imageupload', 'multiselectlookup', 'multiuserlookup', 'consent_lookup'];

    assert.ok(refused.every((dataType) => !one(field('Some_Field', dataType)).bulkReadable));
    assert.ok(one(field('Amount', 'currency')).bulkReadable);
  });
});

describe('a field, a type, a module', () => {
  it('is a user, or another record', () => {
    const types = ['ownerlookup', 'userlookup', 'lookup', 'text'];

    assert.deepEqual(
      types.map((dataType) => isUserLookup({ dataType })),
      [true, true, false, false],
    );
  });

  it('is one of those that values are read as', () => {
    assert.deepEqual(['bigint', 'text', 'int4', 'constructor'].map(isColumnType), [true, true, false, false]);
  });

  it('is named by a field of its own', () => {
    assert.deepEqual(['Deals', 'Leads', 'Regions', 'constructor'].map(displayFieldOf), [
      ...['Deal_Name', 'Full_Name', 'Name', 'Name'],
    ]);
  });
});
