import assert from 'node:assert/strict';
import { startTestBed, type TestBed } from './support';

describe('simulator: records', () => {
  let bed: TestBed;

  beforeEach(async () => {
    bed = await startTestBed();
  });

  afterEach(() => bed.close());

  async function firstDeal(): Promise<string> {
    return (await bed.call('/crm/v8/Deals?fields=Stage&per_page=1')).body.data?.[0]?.id ?? '';
  }

  it('gives one record with all 40 fields', async () => {
    const { body } = await bed.call(`/crm/v8/Deals/${await firstDeal()}`);

    const fields = Object.keys(body.data?.[0] ?? {}).filter((name) => name !== 'id' && !name.startsWith('$'));
    assert.equal(fields.length, 40);
  });

  it('answers 204 for an unknown id and 400 for a malformed one', async () => {
    const unknown = await bed.call('/crm/v8/Deals/5500000103999999998');
    const malformed = await bed.call('/crm/v8/Deals/abc');

    assert.equal(unknown.status, 204);
    assert.equal(malformed.body.code, 'INVALID_DATA');
  });

  it('takes module names in any case and older API versions', async () => {
    const answers = [await bed.call('/crm/v8/dEALS?fields=Stage'), await bed.call('/crm/v2/Deals?fields=Stage')];

    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200],
    );
  });

  it('inserts, with results in the order of the input', async () => {
    const data = [
      { Deal_Name: 'New one', Stage: 'Qualification', Amount: 10.5 },
      { Stage: 'Qualification' },
      { Deal_Name: 'Bad amount', Stage: 'Qualification', Amount: 'ten' },
    ];

    const { status, body } = await bed.call('/crm/v8/Deals', { method: 'POST', json: { data } });

    assert.equal(status, 207);
    assert.deepEqual(
      body.data?.map(({ code }) => code),
      ['SUCCESS', 'MANDATORY_NOT_FOUND', 'INVALID_DATA'],
    );
    assert.deepEqual(body.data?.[1]?.details, { api_name: 'Deal_Name', json_path: '$.data[1].Deal_Name' });
    const stored = await bed.call(`/crm/v8/Deals/${body.data?.[0]?.details.id}?fields=Amount,Deal_Name`);
    assert.equal(stored.body.data?.[0]?.['Amount'], 10.5);
  });

  it('updates, works out the formula and moves Modified_Time', async () => {
    const id = await firstDeal();

    const { status, body } = await bed.call(`/crm/v8/Deals/${id}`, {
      method: 'PUT',
      json: { data: [{ Amount: 200, Probability: 25 }] },
    });

    const stored = (await bed.call(`/crm/v8/Deals/${id}?fields=Expected_Revenue,Modified_Time`)).body.data?.[0];
    assert.equal(status, 200);
    assert.equal(stored?.['Expected_Revenue'], 50);
    assert.equal(stored?.['Modified_Time'], body.data?.[0]?.details['Modified_Time']);
  });

  it('refuses an update of a record that changed after If-Unmodified-Since', async () => {
    const id = await firstDeal();

    const { status, body } = await bed.call(`/crm/v8/Deals/${id}`, {
      method: 'PUT',
      headers: { 'If-Unmodified-Since': '2019-01-01T00:00:00+00:00' },
      json: { data: [{ Amount: 1 }] },
    });

    assert.equal(status, 412);
    assert.equal(body.data?.[0]?.code, 'ALREADY_MODIFIED');
    assert.equal(body.data?.[0]?.details.id, id);
  });

  it('upserts by the system check field', async () => {
    const name = String((await bed.call('/crm/v8/Deals?fields=Deal_Name&per_page=1')).body.data?.[0]?.['Deal_Name']);
    const data = [
      { Deal_Name: name, Stage: 'Closed Won' },
      { Deal_Name: 'Never seen', Stage: 'Closed Won' },
    ];

    const { body } = await bed.call('/crm/v8/Deals/upsert', { method: 'POST', json: { data } });

    assert.deepEqual(
      body.data?.map(({ action, duplicate_field: field }) => [action, field]),
      [
        ['update', 'Deal_Name'],
        ['insert', null],
      ],
    );
  });

  it('lists deleted records', async () => {
    const id = await firstDeal();
    await bed.call(`/crm/v8/Deals?ids=${id}`, { method: 'DELETE' });
    const again = await bed.call(`/crm/v8/Deals?ids=${id}`, { method: 'DELETE' });

    const { body } = await bed.call('/crm/v8/Deals/deleted?type=all');

    assert.equal(again.status, 400);
    assert.equal(body.data?.[0]?.id, id);
    assert.equal(body.data?.[0]?.['type'], 'recycle');
    assert.equal((await bed.call(`/crm/v8/Deals/${id}`)).status, 204);
  });

  it('answers 304 when nothing was deleted since', async () => {
    const { status } = await bed.call('/crm/v8/Deals/deleted', {
      headers: { 'If-Modified-Since': '2026-06-01T00:00:00+00:00' },
    });

    assert.equal(status, 304);
  });

  it('counts, with and without criteria', async () => {
    bed.simulator.control.changeRecords('Deals', {
      insert: { count: 5, values: { Next_Step: 'counted' } },
      delete: { count: 7 },
    });

    const all = await bed.call('/crm/v8/Deals/actions/count');
    const some = await bed.call('/crm/v8/Deals/actions/count?criteria=(Next_Step:equals:counted)');

    assert.equal(all.body['count'], 998);
    assert.equal(some.body['count'], 5);
  });

  it('refuses a module without permission', async () => {
    const { status, body } = await bed.call('/crm/v8/Forbidden_Module?fields=Name');

    assert.equal(status, 403);
    assert.equal(body.code, 'NO_PERMISSION');
  });

  it('gives the same data for the same seed and other data for another', async () => {
    const dump = async (seed: number): Promise<string> => {
      const other = await startTestBed({ deals: 50, seed });
      const text = Buffer.concat([...other.simulator.control.exportRecords('Deals')]).toString('utf8');
      await other.close();
      return text;
    };

    const [first, second, third] = [await dump(7), await dump(7), await dump(8)];

    assert.equal(first, second);
    assert.notEqual(first, third);
  });

  it('changes a formula silently', async () => {
    const id = await firstDeal();
    const read = async (): Promise<unknown> => (await bed.call(`/crm/v8/Deals/${id}?fields=Modified_Time`)).body.data;
    const before = await read();

    bed.simulator.control.changeRecords('Deals', { update: [{ id, Amount: 1 }], silent: true });

    assert.deepEqual(await read(), before);
  });
});
