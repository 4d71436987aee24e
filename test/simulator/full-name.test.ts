import assert from 'node:assert/strict';
import { downloadRows, type Item, runBulkRead, startTestBed, type TestBed } from './support';

describe('simulator: Full_Name of contacts and leads', () => {
  let bed: TestBed;

  beforeEach(async () => {
    bed = await startTestBed({ contacts: 500, leads: 100 });
  });

  afterEach(() => bed.close());

  function truth(module: string): Item[] {
    const text = Buffer.concat([...bed.simulator.control.exportRecords(module)]).toString('utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Item);
  }

  function namesById(module: string): Map<string, unknown> {
    return new Map(truth(module).map((item) => [item.id, item['Full_Name']]));
  }

  async function contact(id: string): Promise<Item | undefined> {
    return (await bed.call(`/crm/v8/Contacts/${id}`)).body.data?.[0];
  }

  async function insertContact(values: Record<string, unknown>): Promise<string> {
    const { body } = await bed.call('/crm/v8/Contacts', { method: 'POST', json: { data: [values] } });
    return body.data?.[0]?.details.id ?? '';
  }

  for (const module of ['Contacts', 'Leads']) {
    it(`is the first and the last name, or the last name alone, in ${module}`, () => {
      const records = truth(module);

      for (const record of records) {
        const { First_Name: first, Last_Name: last } = record as unknown as Record<string, string | null>;
        assert.equal(record['Full_Name'], first === null ? last : `${first} ${last}`);
      }
      assert.ok(records.some((record) => record['First_Name'] === null));
    });

    it(`is the read-only display field of ${module}`, async () => {
      const modules = (await bed.call(`/crm/v8/settings/modules/${module}`)).body['modules'] as Item[];
      const fields = (await bed.call(`/crm/v8/settings/fields?module=${module}`)).body['fields'] as Item[];

      const field = fields.find((candidate) => candidate['api_name'] === 'Full_Name');
      assert.deepEqual(modules[0]?.['display_field'], { api_name: 'Full_Name', id: field?.id });
      assert.deepEqual(
        [field?.['read_only'], field?.['field_read_only'], field?.['data_type'], field?.['display_field']],
        [false, true, 'text', true],
      );
    });
  }

  it('is what lookups show and what bulk read joins', async () => {
    const [edited = ''] = bed.simulator.control.changeRecords('Contacts', {
      update: { count: 1, values: { First_Name: 'Quote "Q"', Last_Name: 'Comma, Jr.' } },
    }).updated;
    bed.simulator.control.changeRecords('Contacts', { delete: { count: 5 } });
    bed.simulator.control.changeRecords('Deals', {
      update: { count: 3, values: { Contact_Name: { id: edited, name: '' } } },
      insert: [{ Deal_Name: 'New', Stage: 'Closed Won', Contact_Name: { id: edited, name: '' } }],
    });
    const names = namesById('Contacts');
    const fields = ['Stage', 'Contact_Name', 'Contact_Name.Full_Name'];

    const rows = await downloadRows(bed, await runBulkRead(bed, { module: { api_name: 'Deals' }, fields }));

    const deals = truth('Deals').map((deal) => deal['Contact_Name'] as { name: string; id: string } | null);
    rows.forEach((row, place) => {
      const reference = deals[place];
      const name = names.get(reference?.id ?? '') ?? '';
      assert.equal(row['Contact_Name.Full_Name'], name);
      if (reference && name !== '') assert.equal(reference.name, name);
    });
    assert.ok(rows.filter((row) => row['Contact_Name.Full_Name'] === 'Quote "Q" Comma, Jr.').length > 3);
  });

  it('is what lookups show after a contact got another name', async () => {
    const id = await insertContact({ Last_Name: 'Before' });
    const { inserted } = bed.simulator.control.changeRecords('Deals', {
      insert: [{ Deal_Name: 'New', Stage: 'Closed Won', Contact_Name: { id, name: '' } }],
    });

    bed.simulator.control.changeRecords('Contacts', { update: [{ id, Last_Name: 'After' }] });

    const { body } = await bed.call(`/crm/v8/Deals/${inserted[0]}?fields=Contact_Name`);
    assert.deepEqual(body.data?.[0]?.['Contact_Name'], { name: 'After', id });
  });

  it('is the same in bulk read as in the list', async () => {
    bed.simulator.control.changeRecords('Contacts', { update: { count: 20, values: { Last_Name: 'New, "Name"' } } });
    const query = { module: { api_name: 'Contacts' }, fields: ['Full_Name'] };

    const rows = await downloadRows(bed, await runBulkRead(bed, query));

    assert.deepEqual(new Map(rows.map((row) => [row['Id'], row['Full_Name']])), namesById('Contacts'));
  });

  it('follows a change of one of its parts', async () => {
    const id = await insertContact({ First_Name: 'Ann', Last_Name: 'Roe' });
    const put = (values: Record<string, unknown>): Promise<unknown> =>
      bed.call(`/crm/v8/Contacts/${id}`, { method: 'PUT', json: { data: [values] } });
    const names = [(await contact(id))?.['Full_Name']];

    for (const change of [{ Last_Name: 'Doe' }, { First_Name: null }, { First_Name: 'Bo' }]) {
      await put(change);
      names.push((await contact(id))?.['Full_Name']);
    }

    assert.deepEqual(names, ['Ann Roe', 'Ann Doe', 'Doe', 'Bo Doe']);
  });

  it('passes over what is written to it', async () => {
    const id = await insertContact({ Last_Name: 'Roe', Full_Name: 'Somebody Else' });

    bed.simulator.control.changeRecords('Contacts', { update: [{ id, Full_Name: 'Somebody Else' }] });

    assert.equal((await contact(id))?.['Full_Name'], 'Roe');
  });

  it('can be queried and searched for', async () => {
    const id = await insertContact({ First_Name: 'Zoë', Last_Name: 'Unmistakable' });
    const generated = truth('Contacts')[7];

    const query = "select Full_Name from Contacts where Full_Name = 'Zoë Unmistakable'";
    const queried = await bed.call('/crm/v8/coql', { method: 'POST', json: { select_query: query } });
    const criteria = encodeURIComponent(
      `(Full_Name:equals:${String(generated?.['Full_Name']).replaceAll(',', '\\,')})`,
    );
    const searched = await bed.call(`/crm/v8/Contacts/search?fields=Full_Name&criteria=${criteria}`);

    assert.deepEqual(queried.body.data, [{ Full_Name: 'Zoë Unmistakable', id }]);
    assert.deepEqual(
      searched.body.data?.map((item) => [item.id, item['Full_Name']]),
      [[generated?.id, generated?.['Full_Name']]],
    );
  });

  it('names a record in the deleted feed', async () => {
    const id = await insertContact({ First_Name: 'Ann', Last_Name: 'Gone' });
    await bed.call(`/crm/v8/Contacts/${id}`, { method: 'DELETE' });

    const { body } = await bed.call('/crm/v8/Contacts/deleted?type=all');

    assert.equal(body.data?.[0]?.['display_name'], 'Ann Gone');
  });
});
