import assert from 'node:assert/strict';
import { type CustomFieldChange, customFieldChangeProblems } from '../../../src/zoho/metadata/custom-field-change';
import { type CustomFieldDefinition, customFieldProblems } from '../../../src/zoho/metadata/custom-field-definition';
import { createCustomFields, updateCustomFields } from '../../../src/zoho/metadata/custom-fields';
import { getFields, type ZohoField } from '../../../src/zoho/metadata/fields';
import { failureOf } from '../support/failures';
import { type Bench, startBench } from '../support/stub-zoho';

const ID = '5500000003123001';
const done = { code: 'SUCCESS', details: { id: ID }, message: 'field created', status: 'success' };
const risk: CustomFieldDefinition = {
  label: 'Risk',
  dataType: 'picklist',
  picklistValues: [{ display: 'Low' }, { display: 'High', actual: 'H' }],
};

describe('custom fields', () => {
  let bench: Bench;
  before(async () => {
    bench = await startBench();
  });
  after(() => bench.stop());

  async function field(definition: object): Promise<ZohoField> {
    bench.zoho.answer(200, { fields: [{ id: ID, api_name: 'Custom', custom_field: true, ...definition }] });
    const [found] = await getFields(bench.transport, 'Deals');
    return found ?? assert.fail('no field');
  }

  const bodyOf = () => (JSON.parse(bench.zoho.last.body) as { fields: unknown[] }).fields;

  describe('are created', () => {
    it('with the keys of their types', async () => {
      bench.zoho.answer(201, { fields: [done, done, done, done, done] });
      await createCustomFields(bench.transport, 'Deals', [
        { label: 'ERP Id', dataType: 'text', length: 64, unique: { caseSensitive: true }, externalId: 'org' },
        risk,
        { label: 'Margin', dataType: 'currency', length: 16, decimalPlace: 3 },
        { label: 'Partner', dataType: 'lookup', lookup: { module: 'Accounts', displayLabel: 'Partner Deals' } },
        { label: 'Ticket', dataType: 'autonumber', autoNumber: { startNumber: 1, prefix: 'T-' }, tooltip: 'Ours' },
      ]);
      const { method, url } = bench.zoho.last;
      assert.deepEqual([method, url.pathname, url.search], ['POST', '/crm/v8/settings/fields', '?module=Deals']);
      assert.deepEqual(bodyOf(), [
        {
          field_label: 'ERP Id',
          data_type: 'text',
          length: 64,
          unique: { case_sensitive: true },
          external: { type: 'org', show: true },
        },
        {
          field_label: 'Risk',
          data_type: 'picklist',
          pick_list_values: [
            { display_value: 'Low', actual_value: 'Low' },
            { display_value: 'High', actual_value: 'H' },
          ],
        },
        {
          field_label: 'Margin',
          data_type: 'currency',
          length: 16,
          decimal_place: 3,
          currency: { rounding_option: 'normal', precision: 3 },
        },
        {
          field_label: 'Partner',
          data_type: 'lookup',
          lookup: { module: { api_name: 'Accounts' }, display_label: 'Partner Deals' },
        },
        {
          field_label: 'Ticket',
          data_type: 'autonumber',
          auto_number: { start_number: 1, prefix: 'T-' },
          tooltip: { name: 'static_text', value: 'Ours' },
        },
      ]);
    });

    it('with one outcome for each, in order', async () => {
      const limit = { limit: 10, limit_due_to: [{ api_name: 'data_type', json_path: '$.fields[1].data_type' }] };
      const refused = { code: 'LIMIT_EXCEEDED', details: limit, message: 'm', status: 'error' };
      bench.zoho.answer(207, { fields: [done, refused] });
      const [first, second] = await createCustomFields(bench.transport, 'Deals', [risk, { ...risk, label: 'B' }]);
      assert.deepEqual(first, { status: 'success', id: ID });
      assert.ok(second?.status === 'error');
      assert.deepEqual([second.category, second.details['limit']], ['capacity', 10]);
    });

    it('not at all if one definition is wrong', async () => {
      const sent = bench.zoho.received.length;
      const wrong = { label: 'Note', dataType: 'text', length: 256 } as const;
      const error = await failureOf(createCustomFields(bench.transport, 'Deals', [risk, wrong]));
      assert.deepEqual([error.category, error.code], ['validation', 'INVALID_FIELD_DEFINITION']);
      assert.match(error.message, /of field 2, the length is not between 1 and 255/);
      assert.equal(bench.zoho.received.length, sent);
    });

    it('five at a time', async () => {
      const error = await failureOf(createCustomFields(bench.transport, 'Deals', Array(6).fill(risk)));
      assert.equal(error.category, 'request_bug');
    });
  });

  describe('definition', () => {
    const good: CustomFieldDefinition[] = [
      { label: 'A', dataType: 'text', length: 255 },
      { label: 'A', dataType: 'textarea', textareaSize: 'rich_text' },
      { label: 'A', dataType: 'multiselectpicklist', globalPicklist: '5500000000000001' },
      { label: 'A', dataType: 'double', decimalPlace: 9, unique: { caseSensitive: false } },
      { label: 'A', dataType: 'boolean', defaultValue: 'true' },
      { label: 'A', dataType: 'formula', formula: { expression: 'Len(${Deals.Stage})', returnType: 'double' } },
    ];
    for (const definition of good) {
      it(`of a ${definition.dataType} is well`, () => assert.deepEqual(customFieldProblems(definition), []));
    }

    const wrong: [definition: CustomFieldDefinition, problem: RegExp][] = [
      [{ label: ' ', dataType: 'date' }, /label is empty/],
      [{ label: 'A', dataType: 'subform' as 'text' }, /data type subform cannot be created/],
      [{ label: 'A', dataType: 'date', length: 10 }, /a date field has no length/],
      [{ label: 'A', dataType: 'text', length: 0 }, /length is not between/],
      [{ label: 'A', dataType: 'integer', length: 10 }, /length is not between 1 and 9/],
      [{ label: 'A', dataType: 'integer', decimalPlace: 2 }, /no decimal places/],
      [{ label: 'A', dataType: 'double', decimalPlace: 10 }, /not between 0 and 9/],
      [{ label: 'A', dataType: 'picklist' }, /needs options/],
      [{ label: 'A', dataType: 'picklist', picklistValues: [] }, /list of options is empty/],
      [{ ...risk, globalPicklist: '1' }, /options of its own and a global/],
      [{ ...risk, picklistValues: [{ display: 'Low' }, { display: 'low' }] }, /option is there twice/],
      [{ ...risk, picklistValues: [{ display: '' }] }, /option is empty/],
      [{ ...risk, dataType: 'text' }, /a text field has no options/],
      [{ label: 'A', dataType: 'lookup' }, /a lookup field needs lookup/],
      [{ label: 'A', dataType: 'formula' }, /a formula field needs formula/],
      [{ label: 'A', dataType: 'text', textareaSize: 'small' }, /a text field has no textareaSize/],
      [{ label: 'A', dataType: 'boolean', unique: { caseSensitive: false } }, /cannot be unique/],
      [{ ...risk, externalId: 'org' }, /cannot be an external id/],
      [{ label: 'A', dataType: 'date', tooltip: 'x'.repeat(256) }, /tooltip is longer/],
    ];
    for (const [definition, problem] of wrong) {
      it(`is wrong: ${problem.source}`, () => assert.match(customFieldProblems(definition).join('; '), problem));
    }
  });

  describe('are changed', () => {
    const options = [
      { id: '1', display_value: 'Low', actual_value: 'Low' },
      { id: '2', display_value: 'High', actual_value: 'High' },
    ];

    it('as PATCH, with options added, renamed and removed as asked and in no other way', async () => {
      const current = await field({ data_type: 'picklist', pick_list_values: options });
      bench.zoho.answer(200, { fields: [done] });
      const picklistValues = { add: [{ display: 'Medium' }], rename: [{ id: '1', display: 'Little' }], remove: ['2'] };
      const outcomes = await updateCustomFields(bench.transport, 'Deals', [
        { current, change: { label: 'Risk level', picklistValues } },
      ]);
      assert.equal(bench.zoho.last.method, 'PATCH');
      assert.deepEqual(bodyOf(), [
        {
          id: ID,
          field_label: 'Risk level',
          pick_list_values: [
            { display_value: 'Medium', actual_value: 'Medium' },
            { id: '1', display_value: 'Little' },
            { id: '2', _delete: null },
          ],
        },
      ]);
      assert.deepEqual(outcomes, [{ status: 'success', id: ID }]);
    });

    it('so that values may repeat again', async () => {
      const current = await field({ data_type: 'text', length: 50, unique: { case_sensitive: false } });
      bench.zoho.answer(200, { fields: [done] });
      await updateCustomFields(bench.transport, 'Deals', [{ current, change: { unique: null, length: 51 } }]);
      assert.deepEqual(bodyOf(), [{ id: ID, length: 51, unique: { _disable: true } }]);
    });

    const text = { data_type: 'text', length: 50 };
    const picklist = { data_type: 'picklist', pick_list_values: options };
    const wrong: [definition: object, change: CustomFieldChange, problem: RegExp][] = [
      [text, {}, /nothing is changed/],
      [text, { dataType: 'integer' }, /data type is text and cannot become integer/],
      [text, { length: 49 }, /cannot shrink below 50/],
      [text, { length: 256 }, /length is above 255/],
      [text, { length: 60.5 }, /cannot shrink/],
      [{ ...text, custom_field: false }, { label: 'B' }, /label of a standard field/],
      [{ data_type: 'double', decimal_place: 4 }, { decimalPlace: 3 }, /decimal places cannot shrink below 4/],
      [text, { decimalPlace: 2 }, /above what the field can have/],
      [{ data_type: 'boolean' }, { unique: { caseSensitive: true } }, /cannot be unique/],
      [text, { picklistValues: { add: [{ display: 'A' }] } }, /has no options/],
      [picklist, { picklistValues: {} }, /no option is changed/],
      [picklist, { picklistValues: { remove: ['3'] } }, /does not exist/],
      [picklist, { picklistValues: { remove: ['1', '2'] } }, /no option would be left/],
      [picklist, { picklistValues: { rename: [{ id: '1', display: 'A' }], remove: ['1'] } }, /named twice/],
      [picklist, { picklistValues: { rename: [{ id: '1', display: ' ' }] } }, /become empty/],
      [picklist, { picklistValues: { rename: [{ id: '1', display: 'High' }] } }, /there twice/],
      [picklist, { picklistValues: { add: [{ display: 'high' }] } }, /there twice/],
    ];
    for (const [definition, change, problem] of wrong) {
      it(`not by ${JSON.stringify(change)}: ${problem.source}`, async () => {
        assert.match(customFieldChangeProblems(await field(definition), change).join('; '), problem);
      });
    }

    it('not at all before Zoho is asked, if data would be lost', async () => {
      const current = await field(text);
      const sent = bench.zoho.received.length;
      const call = updateCustomFields(bench.transport, 'Deals', [{ current, change: { dataType: 'integer' } }]);
      assert.equal((await failureOf(call)).code, 'INVALID_FIELD_DEFINITION');
      assert.equal(bench.zoho.received.length, sent);
    });
  });
});
