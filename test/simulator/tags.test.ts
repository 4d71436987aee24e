import assert from 'node:assert/strict';
import { runBulkWrite } from './bulk-write-support';
import { type Answer, startTestBed, type TestBed } from './support';

const TAGS = '/crm/v8/settings/tags?module=Deals';
const DEAL = '5500000103100001001';

interface Tag {
  name: string;
  id: string;
  color_code: string | null;
}

describe('simulator: tags', () => {
  let bed: TestBed;
  beforeEach(async () => {
    bed = await startTestBed({ deals: 20 });
  });
  afterEach(() => bed.close());

  const post = (path: string, json: unknown): Promise<Answer> => bed.call(path, { method: 'POST', json });
  const tagsOf = async (id: string): Promise<string[]> => {
    const { body } = await bed.call(`/crm/v8/Deals/${id}?fields=Tag`);
    return (body.data?.[0]?.['Tag'] as Tag[]).map(({ name }) => name);
  };
  const listed = async (module: string): Promise<Tag[]> =>
    (await bed.call(`/crm/v8/settings/tags?module=${module}`)).body['tags'] as Tag[];
  const insert = async (tags: unknown): Promise<Answer> =>
    post('/crm/v8/Deals', { data: [{ Deal_Name: 'Tagged', Stage: 'Qualification', Tag: tags }] });

  it('are written with a record, and become tags of its module', async () => {
    const { body } = await insert([{ name: 'VIP' }, { name: 'Größe, "XL"' }]);

    assert.deepEqual(await tagsOf(body.data?.[0]?.details.id ?? ''), ['VIP', 'Größe, "XL"']);
    assert.ok((await listed('Deals')).some(({ name }) => name === 'VIP'));
    assert.ok(!(await listed('Leads')).some(({ name }) => name === 'VIP'));
  });

  it('may be named by id, which must be one of the module', async () => {
    const [known] = await listed('Deals');

    const { body } = await insert([{ id: known?.id }]);
    const unknown = await insert([{ id: '5500000000000000001' }]);

    assert.deepEqual(await tagsOf(body.data?.[0]?.details.id ?? ''), [known?.name]);
    assert.deepEqual([unknown.status, unknown.body.data?.[0]?.code], [400, 'INVALID_DATA']);
  });

  it('are refused in another form than a list of objects', async () => {
    for (const given of ['VIP', ['VIP'], [{}]]) {
      assert.equal((await insert(given)).body.data?.[0]?.details['expected_data_type'], 'jsonarray');
    }
  });

  it('take the place of those a record has, unless they are to be appended', async () => {
    const update = (changes: object) => bed.call(`/crm/v8/Deals/${DEAL}`, { method: 'PUT', json: { data: [changes] } });
    await update({ Tag: [{ name: 'One' }] });
    await update({ Tag: [{ name: 'Two' }], $append_values: { Tag: true } });
    const appended = await tagsOf(DEAL);
    await update({ Tag: [{ name: 'Three' }] });

    assert.deepEqual([appended, await tagsOf(DEAL)], [['One', 'Two'], ['Three']]);
  });

  it('are fields that clients may write, as the metadata says', async () => {
    const { body } = await bed.call('/crm/v8/settings/fields?module=Deals');
    const field = (body['fields'] as Record<string, unknown>[]).find((entry) => entry['api_name'] === 'Tag');

    assert.deepEqual(
      [field?.['read_only'], field?.['field_read_only'], field?.['json_type']],
      [false, false, 'jsonarray'],
    );
    assert.deepEqual(field?.['operation_type'], {
      web_update: true,
      api_create: true,
      web_create: true,
      api_update: true,
    });
  });

  it('are created one by one, each with its own result', async () => {
    const { status, body } = await post(TAGS, {
      tags: [{ name: 'New', color_code: '#F48435' }, { name: 'new' }, { name: 'Odd', color_code: '#000000' }, {}],
    });

    const codes = (body['tags'] as { code: string }[]).map(({ code }) => code);
    assert.deepEqual([status, codes], [207, ['SUCCESS', 'DUPLICATE_DATA', 'INVALID_DATA', 'MANDATORY_NOT_FOUND']]);
    assert.equal((await listed('Deals')).find(({ name }) => name === 'New')?.color_code, '#F48435');
  });

  it('are added to records and removed from them, without a new Modified_Time unless that is switched on', async () => {
    const modified = async () => (await bed.call(`/crm/v8/Deals/${DEAL}`)).body.data?.[0]?.['Modified_Time'];
    const before = await modified();
    const tags = [{ name: 'Fresh' }];
    const added = await post('/crm/v8/Deals/actions/add_tags', { tags, over_write: true, ids: [DEAL, '1'] });
    const [silent, had] = [await modified(), await tagsOf(DEAL)];
    bed.simulator.control.setSwitches({ modifiedByTags: true });
    await post(`/crm/v8/Deals/${DEAL}/actions/remove_tags`, { tags });

    assert.deepEqual(
      added.body.data?.map(({ code }) => code),
      ['SUCCESS', 'INVALID_DATA'],
    );
    assert.deepEqual([silent, had, await tagsOf(DEAL)], [before, ['Fresh'], []]);
    assert.notEqual(await modified(), before);
  });

  it('are named by parameters in v2', async () => {
    await bed.call(`/crm/v2/Deals/actions/add_tags?ids=${DEAL}&tag_names=Old,Older&over_write=true`, {
      method: 'POST',
    });

    assert.deepEqual(await tagsOf(DEAL), ['Old', 'Older']);
  });

  it('cost a credit for every fifty records', async () => {
    const { body } = await bed.call('/crm/v8/Deals?fields=Stage');
    const ids = (body.data ?? []).map(({ id }) => id);
    bed.simulator.control.changeRecords('Deals', { insert: { count: 60 } });
    const all = (await bed.call('/crm/v8/Deals?fields=Stage')).body.data?.map(({ id }) => id);
    await post('/crm/v8/Deals/actions/add_tags', { tags: [{ name: 'A' }], ids });
    await post('/crm/v8/Deals/actions/add_tags', { tags: [{ name: 'A' }], ids: all });

    assert.equal(bed.simulator.control.calls().operations['addTags']?.credits, 3);
  });

  it('are names between commas in a bulk write', async () => {
    await runBulkWrite(
      bed,
      `id,Tag\n${DEAL},"Bulk,Written"\n`,
      { module: { api_name: 'Deals' }, find_by: 'id' },
      {
        operation: 'update',
      },
    );

    assert.deepEqual(await tagsOf(DEAL), ['Bulk', 'Written']);
  });
});
