import assert from 'node:assert/strict';
import { startTestBed, type TestBed } from './support';

const ACCOUNT_NAMES = ['ERP 4711', 'ERP 4712'] as const;
const HEADER = { 'X-EXTERNAL': 'Accounts.Account_Name' };
const path = (value: string): string => `/crm/v8/Accounts/${encodeURIComponent(value)}`;

describe('simulator: external ids', () => {
  let bed: TestBed;
  let ids: readonly string[];

  beforeEach(async () => {
    bed = await startTestBed({ deals: 50 });
    const insert = ACCOUNT_NAMES.map((name) => ({ Account_Name: name }));
    ids = bed.simulator.control.changeRecords('Accounts', { insert }).inserted;
    const json = { module: 'Accounts', field: 'Account_Name', type: 'org' };
    await bed.call('/__simulator/external-fields', { method: 'POST', json });
  });

  afterEach(() => bed.close());

  it('are shown in the metadata of the field', async () => {
    const { body } = await bed.call('/crm/v8/settings/fields?module=Accounts');
    const fields = body['fields'] as readonly { api_name: string; external: unknown }[];

    const external = fields.filter((field) => field.external !== null);

    assert.deepEqual(
      external.map((field) => [field.api_name, field.external]),
      [['Account_Name', { type: 'org', show: true }]],
    );
  });

  it('take the place of the id when a record is read, updated and deleted', async () => {
    const [first, second] = ACCOUNT_NAMES;

    const read = await bed.call(path(first), { headers: HEADER });
    const json = { data: [{ Phone: '555-0199' }] };
    const updated = await bed.call(path(first), { method: 'PUT', json, headers: HEADER });
    const deleted = await bed.call(path(second), { method: 'DELETE', headers: HEADER });

    assert.equal(read.body.data?.[0]?.id, ids[0]);
    assert.equal(updated.body.data?.[0]?.details.id, ids[0]);
    assert.equal(deleted.body.data?.[0]?.details.id, ids[1]);
  });

  it('take the place of id in a body of several records', async () => {
    const json = { data: ACCOUNT_NAMES.map((id) => ({ id, Phone: '1' })) };

    const { body } = await bed.call('/crm/v8/Accounts', { method: 'PUT', json, headers: HEADER });

    assert.deepEqual(
      body.data?.map(({ details }) => details.id),
      ids,
    );
  });

  it('are no ids without the header, nor when no record has the value', async () => {
    const bare = await bed.call(path(ACCOUNT_NAMES[0]));
    const unknown = await bed.call(path('ERP 1'), { headers: HEADER });

    assert.deepEqual([bare.body.code, unknown.body.code], ['INVALID_DATA', 'INVALID_DATA']);
  });

  it('refuse fields that are not external', async () => {
    const { status, body } = await bed.call(path('x'), { headers: { 'X-EXTERNAL': 'Accounts.Phone' } });

    assert.equal(status, 400);
    assert.deepEqual(body.details, { header_name: 'X-EXTERNAL', api_name: 'Accounts.Phone' });
  });

  it('write lookups only where that is switched on', async () => {
    const json = { data: [{ Last_Name: 'Roe', Account_Name: ACCOUNT_NAMES[0] }] };
    const headers = { 'X-EXTERNAL': 'Contacts.Account_Name.Account_Name' };
    const insert = (): ReturnType<TestBed['call']> => bed.call('/crm/v8/Contacts', { method: 'POST', json, headers });

    const off = await insert();
    bed.simulator.control.setSwitches({ externalIdsInLookups: true });
    const on = await insert();
    const contact = await bed.call(`/crm/v8/Contacts/${on.body.data?.[0]?.details.id}`);

    assert.equal(off.status, 400);
    assert.deepEqual(contact.body.data?.[0]?.['Account_Name'], { name: ACCOUNT_NAMES[0], id: ids[0] });
  });
});
