import assert from 'node:assert/strict';
import { type Answer, downloadRows, runBulkRead, startTestBed, type TestBed } from './support';

interface FieldItem {
  readonly code: string;
  readonly message: string;
  readonly details: { readonly id: string; readonly [key: string]: unknown };
}

const ERP_ID = { field_label: 'ERP Id', data_type: 'text', length: 64, unique: { case_sensitive: true } };
const RISK = {
  field_label: 'Risk',
  data_type: 'picklist',
  pick_list_values: [
    { display_value: 'Low', actual_value: 'Low' },
    { display_value: 'High', actual_value: 'High' },
  ],
};

describe('simulator: custom fields', () => {
  let bed: TestBed;

  beforeEach(async () => {
    bed = await startTestBed();
  });

  afterEach(() => bed.close());

  const send = (method: string, fields: unknown, path = ''): Promise<Answer> =>
    bed.call(`/crm/v8/settings/fields${path}?module=Deals`, { method, json: { fields } });

  const items = (answer: Answer): readonly FieldItem[] => answer.body['fields'] as FieldItem[];

  const create = async (...fields: unknown[]): Promise<string[]> =>
    items(await send('POST', fields)).map(({ details }) => details.id);

  const metadata = async (id: string): Promise<Record<string, unknown>> => {
    const { body } = await bed.call(`/crm/v8/settings/fields/${id}?module=Deals`);
    return (body['fields'] as Record<string, unknown>[])[0] ?? {};
  };

  const insert = (...data: Record<string, unknown>[]): Promise<Answer> =>
    bed.call('/crm/v8/Deals', {
      method: 'POST',
      json: { data: data.map((deal, i) => ({ Deal_Name: `Deal ${i}`, Stage: 'Qualification', ...deal })) },
    });

  it('creates fields and shows them in the metadata', async () => {
    const margin = { field_label: 'Margin', data_type: 'currency', length: 12, decimal_place: 3 };
    const partner = { field_label: 'Partner', data_type: 'lookup', lookup: { module: { api_name: 'Accounts' } } };

    const answer = await send('POST', [ERP_ID, RISK, margin, partner]);
    const documents = await Promise.all(items(answer).map(({ details }) => metadata(details.id)));

    assert.deepEqual([answer.status, items(answer)[0]?.message], [201, 'field created']);
    assert.deepEqual(
      documents.map((field) => [field['api_name'], field['data_type'], field['length'], field['custom_field']]),
      [
        ['ERP_Id', 'text', 64, true],
        ['Risk', 'picklist', 255, true],
        ['Margin', 'currency', 12, true],
        ['Partner', 'lookup', 255, true],
      ],
    );
    assert.deepEqual(documents[0]?.['unique'], { case_sensitive: true });
    assert.equal(documents[2]?.['decimal_place'], 3);
    assert.equal((documents[3]?.['lookup'] as { module: { api_name: string } }).module.api_name, 'Accounts');
  });

  it('keeps values and gives them back by every read; old records are empty', async () => {
    await create(ERP_ID, RISK);
    const inserted = (await insert({ ERP_Id: 'E-1', Risk: 'High' })).body.data?.[0]?.details.id ?? '';

    const one = await bed.call(`/crm/v8/Deals/${inserted}?fields=ERP_Id,Risk`);
    const list = await bed.call('/crm/v8/Deals?fields=ERP_Id&per_page=2');
    const found = await bed.call('/crm/v8/Deals/search?criteria=(ERP_Id:equals:E-1)');
    const query = { select_query: "select Risk from Deals where ERP_Id = 'E-1'" };
    const queried = await bed.call('/crm/v8/coql', { method: 'POST', json: query });
    const job = await runBulkRead(bed, { module: { api_name: 'Deals' }, fields: ['ERP_Id', 'Risk'] });
    const rows = await downloadRows(bed, job);

    assert.deepEqual([one.body.data?.[0]?.['ERP_Id'], one.body.data?.[0]?.['Risk']], ['E-1', 'High']);
    assert.deepEqual(
      list.body.data?.map((deal) => deal['ERP_Id']),
      ['E-1', null],
    );
    assert.deepEqual([found.body.data?.[0]?.id, queried.body.data?.[0]?.['Risk']], [inserted, 'High']);
    assert.deepEqual(rows.at(-1), { Id: inserted, ERP_Id: 'E-1', Risk: 'High' });
    assert.equal(rows[0]?.['ERP_Id'], '');
  });

  it('holds a unique field unique, and upserts by it', async () => {
    await create(ERP_ID);

    const first = await insert({ ERP_Id: 'E-1' });
    const second = await insert({ ERP_Id: 'E-1' });
    const upserted = await bed.call('/crm/v8/Deals/upsert', {
      method: 'POST',
      json: { data: [{ ERP_Id: 'E-1', Next_Step: 'found' }], duplicate_check_fields: ['ERP_Id'] },
    });

    assert.equal(second.body.data?.[0]?.code, 'DUPLICATE_DATA');
    assert.deepEqual(
      [upserted.body.data?.[0]?.['action'], upserted.body.data?.[0]?.details.id],
      ['update', first.body.data?.[0]?.details.id],
    );
  });

  it('numbers new records, and those that are there where asked', async () => {
    const numbering = { start_number: 100, prefix: 'N-', suffix: '/x' };
    const field = { data_type: 'autonumber', auto_number: numbering };
    await create(
      { ...field, field_label: 'New Number' },
      { ...field, field_label: 'Any Number', _update_existing_records: true },
    );

    await insert({});
    const { body } = await bed.call('/crm/v8/Deals?fields=New_Number,Any_Number&per_page=2');

    assert.deepEqual(
      body.data?.map((deal) => [deal['New_Number'], deal['Any_Number']]),
      [
        ['N-100/x', 'N-1100/x'],
        [null, 'N-1099/x'],
      ],
    );
  });

  it('fills new records with the default value', async () => {
    await create({ ...RISK, default_value: 'Low' });

    const { body } = await insert({}, { Risk: 'High' });
    const ids = body.data?.map(({ details }) => details.id).join(',');
    const list = await bed.call(`/crm/v8/Deals?fields=Risk&ids=${ids}`);

    assert.deepEqual(
      list.body.data?.map((deal) => deal['Risk']),
      ['Low', 'High'],
    );
  });

  it('renames without a new id or API name, lets lengths grow and options come and go', async () => {
    const [erp = '', risk = ''] = await create(ERP_ID, RISK);
    const values = (await metadata(risk))['pick_list_values'] as { id: string; actual_value: string }[];

    const answer = await send('PATCH', [
      { id: erp, field_label: 'SAP Id', length: 100 },
      {
        id: risk,
        pick_list_values: [
          { id: values[0]?.id, display_value: 'Lowest' },
          { id: values[1]?.id, _delete: null },
          { display_value: 'Extreme', actual_value: 'Extreme' },
        ],
      },
    ]);
    const refused = await insert({ Risk: 'High' });
    const taken = await insert({ Risk: 'Extreme' });

    const [renamed, changed] = [await metadata(erp), await metadata(risk)];
    assert.deepEqual([answer.status, items(answer)[0]?.message], [200, 'field updated']);
    assert.deepEqual([renamed['field_label'], renamed['api_name'], renamed['length']], ['SAP Id', 'ERP_Id', 100]);
    assert.deepEqual(
      (changed['pick_list_values'] as Record<string, unknown>[]).map((value) => [
        value['display_value'],
        value['actual_value'],
      ]),
      [
        ['Lowest', 'Low'],
        ['Extreme', 'Extreme'],
      ],
    );
    assert.deepEqual([refused.body.data?.[0]?.code, taken.status], ['INVALID_DATA', 201]);
  });

  it('makes a field unique and not unique again', async () => {
    const [id = ''] = await create({ field_label: 'Key', data_type: 'text' });

    await send('PATCH', [{ unique: { case_sensitive: false } }], `/${id}`);
    const unique = (await insert({ Key: 'a' }, { Key: 'a' })).status;
    await send('PATCH', [{ unique: { _disable: true } }], `/${id}`);
    const free = (await insert({ Key: 'a' })).status;

    assert.deepEqual([unique, free], [207, 201]);
  });

  it('deletes a field with its values; the same label starts empty', async () => {
    const [id = ''] = await create(ERP_ID);
    const { body } = await insert({ ERP_Id: 'E-1' });

    const deleted = await bed.call(`/crm/v8/settings/fields/${id}?module=Deals`, { method: 'DELETE' });
    const [again = ''] = await create(ERP_ID);
    const one = await bed.call(`/crm/v8/Deals/${body.data?.[0]?.details.id}?fields=ERP_Id`);

    assert.equal(items(deleted)[0]?.message, 'field deleted');
    assert.notEqual(again, id);
    assert.equal(one.body.data?.[0]?.['ERP_Id'], null);
  });

  it('keeps standard fields, and fields that others are worked out from', async () => {
    const { body } = await bed.call('/crm/v8/settings/fields?module=Deals');
    const fields = body['fields'] as { id: string; api_name: string }[];
    const idOf = (name: string): string => fields.find((field) => field.api_name === name)?.id ?? '';

    const deletion = await bed.call(`/crm/v8/settings/fields/${idOf('Amount')}?module=Deals`, { method: 'DELETE' });
    const label = await send('PATCH', [{ id: idOf('Amount'), field_label: 'Money' }]);
    const type = await send('PATCH', [{ id: idOf('Seats'), data_type: 'text' }]);

    assert.equal(deletion.body.code, 'NOT_ALLOWED');
    assert.deepEqual([items(label)[0]?.code, items(type)[0]?.code], ['NOT_ALLOWED', 'NOT_ALLOWED']);
  });

  it('takes five a call, each with its own result', async () => {
    const six = Array.from({ length: 6 }, (_, i) => ({ field_label: `F ${i}`, data_type: 'text' }));

    const tooMany = await send('POST', six);
    const mixed = await send('POST', [six[0], six[0]]);

    assert.deepEqual([tooMany.status, tooMany.body.details?.['maximum_length']], [400, 5]);
    assert.equal(mixed.status, 207);
    assert.deepEqual(
      items(mixed).map(({ code }) => code),
      ['SUCCESS', 'DUPLICATE_DATA'],
    );
    assert.deepEqual(items(mixed)[1]?.details, { api_name: 'field_label', json_path: '$.fields[1].field_label' });
  });

  it('has a quota by edition', async () => {
    const small = await startTestBed({ edition: 'free' });

    const answer = await small.call('/crm/v8/settings/fields?module=Deals', {
      method: 'POST',
      json: { fields: [{ field_label: 'One more', data_type: 'text' }] },
    });
    await small.close();

    assert.deepEqual(
      [answer.status, items(answer)[0]?.code, items(answer)[0]?.details['limit']],
      [400, 'LIMIT_EXCEEDED', 10],
    );
  });

  it('forgets created fields on reset', async () => {
    await create(ERP_ID);

    await bed.simulator.control.reset();

    assert.equal(bed.simulator.control.simulation.records.find('Deals')?.module.columns.length, 40);
  });

  const CASES: readonly [code: string, field: Record<string, unknown>][] = [
    ['MANDATORY_NOT_FOUND', { data_type: 'text' }],
    ['MANDATORY_NOT_FOUND', { field_label: 'X' }],
    ['INVALID_DATA', { field_label: 'X', data_type: 'blob' }],
    ['NOT_SUPPORTED', { field_label: 'X', data_type: 'rollup_summary' }],
    ['INVALID_DATA', { field_label: 'X', data_type: 'text', length: 256 }],
    ['INVALID_DATA', { field_label: 'X', data_type: 'double', decimal_place: 10 }],
    ['INVALID_DATA', { field_label: 'X', data_type: 'textarea', textarea: { type: 'huge' } }],
    ['INVALID_DATA', { field_label: 'X', data_type: 'text', tooltip: { name: 'static_text', value: 'x'.repeat(36) } }],
    ['NOT_SUPPORTED', { field_label: 'X', data_type: 'boolean', unique: { case_sensitive: true } }],
    ['DEPENDENT_FIELD_MISSING', { field_label: 'X', data_type: 'picklist' }],
    ['DUPLICATE_DATA', { ...RISK, pick_list_values: [RISK.pick_list_values[0], RISK.pick_list_values[0]] }],
    ['INVALID_DATA', { field_label: 'X', data_type: 'lookup', lookup: { module: { api_name: 'Nope' } } }],
    ['MANDATORY_NOT_FOUND', { field_label: 'X', data_type: 'lookup' }],
    ['MANDATORY_NOT_FOUND', { field_label: 'X', data_type: 'autonumber' }],
    ['INVALID_DATA', { field_label: 'X', data_type: 'integer', default_value: 'many' }],
    ['RESERVED_KEYWORD_NOT_ALLOWED', { field_label: 'Id', data_type: 'text' }],
    ['DUPLICATE_DATA', { field_label: 'deal name', data_type: 'text' }],
  ];

  for (const [code, field] of CASES) {
    it(`${code} for ${JSON.stringify(field).slice(0, 100)}`, async () => {
      const answer = await send('POST', [field]);

      assert.deepEqual([answer.status, items(answer)[0]?.code], [400, code]);
    });
  }
});
