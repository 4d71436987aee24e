import assert from 'node:assert/strict';
import { startTestBed, type TestBed } from './support';

describe('simulator: paths below settings', () => {
  let bed: TestBed;
  before(async () => {
    bed = await startTestBed({ deals: 5 });
  });
  after(() => bed.close());

  for (const path of ['settings/nothing', 'settings/nothing/1', '__features', 'settings/fields/1/more']) {
    it(`answers 404 for ${path}, which there is not`, async () => {
      const { status, body } = await bed.call(`/crm/v8/${path}?module=Deals`);
      assert.deepEqual([status, body.code], [404, 'INVALID_URL_PATTERN']);
    });
  }

  it('says that a feature is not enabled', async () => {
    const { status, body } = await bed.call('/crm/v8/settings/territories');
    assert.deepEqual([status, body.code], [400, 'FEATURE_NOT_ENABLED']);
  });

  it('lists tags, related lists and pipelines', async () => {
    for (const path of ['tags', 'related_lists', 'pipeline']) {
      assert.equal((await bed.call(`/crm/v8/settings/${path}?module=Deals`)).status, 200, path);
    }
  });

  it('shows the id among the fields of every module', async () => {
    for (const module of ['Deals', 'Wide_Module']) {
      const { body } = await bed.call(`/crm/v8/settings/fields?module=${module}`);
      const id = (body['fields'] as Record<string, unknown>[]).find((field) => field['api_name'] === 'id');
      assert.deepEqual([id?.['data_type'], id?.['json_type'], id?.['field_label']], ['bigint', 'string', 'Record Id']);
      assert.equal((await bed.call(`/crm/v8/settings/fields/${String(id?.['id'])}?module=${module}`)).status, 200);
    }
  });

  it('calls the owner read-only for everyone, and lets clients write it', async () => {
    const { body } = await bed.call('/crm/v8/settings/fields?module=Deals');
    const owner = (body['fields'] as Record<string, unknown>[]).find((field) => field['api_name'] === 'Owner');
    assert.equal(owner?.['field_read_only'], true);
    assert.deepEqual(owner['operation_type'], {
      web_update: true,
      api_create: true,
      web_create: true,
      api_update: true,
    });
  });

  it('has no modules that stop a client where traps are left out', async () => {
    const plain = await startTestBed({ deals: 5, traps: false });
    const { body } = await plain.call('/crm/v8/settings/modules');
    for (const { api_name: module } of body['modules'] as { api_name: string }[]) {
      const { status } = await plain.call(`/crm/v8/settings/fields?module=${module}`);
      assert.equal(status, 200, module);
    }
    await plain.close();
  });
});
