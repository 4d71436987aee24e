import assert from 'node:assert/strict';
import { parseJson, toJson } from '../../simulator/http/json-numbers';
import { startTestBed, type TestBed } from './support';

describe('simulator: numbers of more than 15 digits', () => {
  let bed: TestBed;
  before(async () => {
    bed = await startTestBed({ deals: 20, accounts: 5 });
  });
  after(() => bed.close());

  const send = (path: string, method: string, body: string) => bed.call(path, { method, body });
  async function idOf(module: string, fields: string): Promise<string> {
    const { body } = await bed.call(`/crm/v8/${module}?fields=${fields}&per_page=1`);
    return String(body.data?.[0]?.['id']);
  }

  it('keep their digits between text and value', () => {
    const text =
      '{"id":5500000103100061001,"n":[-9007199254740993,1.5,12,1e400],"t":"9007199254740993 \\"5500000103100061001\\""}';
    assert.equal(toJson(parseJson(text)), text.replace('1e400', 'null'));
    assert.throws(() => parseJson('{"id":5500000103100061001'), SyntaxError);
  });

  it('are ids of records to update', async () => {
    const id = await idOf('Deals', 'Deal_Name');
    const { status, body } = await send('/crm/v8/Deals', 'PUT', `{"data":[{"id":${id},"Amount":1}]}`);
    assert.equal(status, 200);
    assert.equal((body.data?.[0]?.['details'] as { id: string }).id, id);
  });

  it('are ids of records to upsert', async () => {
    const id = await idOf('Deals', 'Deal_Name');
    const { body } = await send('/crm/v8/Deals/upsert', 'POST', `{"data":[{"id":${id},"Amount":2}]}`);
    assert.equal(body.data?.[0]?.['action'], 'update');
  });

  it('are ids in lookups', async () => {
    const account = await idOf('Accounts', 'Account_Name');
    const { status } = await send(
      '/crm/v8/Deals',
      'POST',
      `{"data":[{"Deal_Name":"x","Stage":"Qualification","Account_Name":{"id":${account}}}]}`,
    );
    assert.equal(status, 201);
  });

  it('are ids and views of a mass update', async () => {
    const id = await idOf('Deals', 'Deal_Name');
    const byIds = await send('/crm/v8/Deals/actions/mass_update', 'POST', `{"data":[{"Amount":3}],"ids":[${id}]}`);
    const views = await bed.call('/crm/v8/settings/custom_views?module=Deals');
    const [view] = views.body['custom_views'] as { id: string }[];
    const byView = await send(
      '/crm/v8/Deals/actions/mass_update',
      'POST',
      `{"data":[{"Amount":4}],"cvid":${view?.id}}`,
    );
    assert.deepEqual([byIds.status, byView.status], [200, 200]);
  });
});
