import assert from 'node:assert/strict';
import { startReceiver } from './receiver';
import { type Answer, startTestBed, type TestBed } from './support';

/** The view of all Deals. */
const ALL_DEALS = '5500000103600000000';

describe('simulator: mass update', () => {
  let bed: TestBed;

  beforeEach(async () => {
    bed = await startTestBed();
  });

  afterEach(() => bed.close());

  const massUpdate = (body: unknown, module = 'Deals'): Promise<Answer> =>
    bed.call(`/crm/v8/${module}/actions/mass_update`, { method: 'POST', json: body });

  const status = (id: unknown, module = 'Deals'): Promise<Answer> =>
    bed.call(`/crm/v8/${module}/actions/mass_update?job_id=${String(id)}`);

  const someDeals = async (count: number): Promise<string[]> =>
    ((await bed.call(`/crm/v8/Deals?fields=Stage&per_page=${count}`)).body.data ?? []).map(({ id }) => id);

  const value = async (id: string, field: string): Promise<unknown> =>
    (await bed.call(`/crm/v8/Deals/${id}?fields=${field}`)).body.data?.[0]?.[field];

  it('writes onto ids at once, with a result for each', async () => {
    const ids = await someDeals(2);

    const answer = await massUpdate({ data: [{ Next_Step: 'Ask again' }], ids: [...ids, '5500000103999999998'] });

    assert.equal(answer.status, 207);
    assert.deepEqual(
      answer.body.data?.map(({ code }) => code),
      ['SUCCESS', 'SUCCESS', 'INVALID_DATA'],
    );
    assert.equal(await value(ids[0] ?? '', 'Next_Step'), 'Ask again');
  });

  it('replaces choices, or adds to them', async () => {
    const [first = '', second = ''] = await someDeals(2);
    bed.simulator.control.changeRecords('Deals', {
      update: [first, second].map((id) => ({ id, Products_Interested: ['Compute'] })),
    });
    const data = [{ Products_Interested: ['Support'] }];

    await massUpdate({ data, ids: [first] });
    await massUpdate({ data, ids: [second], over_write: false });

    assert.deepEqual(await value(first, 'Products_Interested'), ['Support']);
    assert.deepEqual(await value(second, 'Products_Interested'), ['Compute', 'Support']);
  });

  it('writes onto a view as a job, and notifies', async () => {
    const receiver = await startReceiver();
    const entry = { channel_id: '1', events: ['Deals.edit'], notify_url: receiver.url };
    await bed.call('/crm/v8/actions/watch', { method: 'POST', json: { watch: [entry] } });

    const created = await massUpdate({ data: [{ Next_Step: 'For all' }], cvid: ALL_DEALS });
    const messages = await receiver.wait(10);
    await receiver.close();
    const job = await status(created.body.data?.[0]?.details['job_id']);
    const query = { select_query: "select id from Deals where Next_Step = 'For all' limit 2000" };
    const written = await bed.call('/crm/v8/coql', { method: 'POST', json: query });

    assert.equal(created.body.data?.[0]?.['message'], 'mass update scheduled successfully');
    assert.deepEqual(job.body.data, [
      { Status: 'COMPLETED', Failed_Count: 0, Updated_Count: 1000, Not_Updated_Count: 0, Total_Count: 1000 },
    ]);
    assert.equal(written.body.data?.length, 1000);
    assert.equal(new Set(messages.flatMap(({ ids }) => ids)).size, 1000);
  });

  it('takes one job of a view at a time, by the virtual clock', async () => {
    const slow = await startTestBed({ bulkJobMs: 60_000 });
    slow.simulator.control.moveClock({ freeze: true });
    const post = (): Promise<Answer> =>
      slow.call('/crm/v8/Deals/actions/mass_update', {
        method: 'POST',
        json: { data: [{ Next_Step: 'Slow' }], cvid: ALL_DEALS },
      });

    const first = await post();
    const second = await post();
    while (slow.simulator.control.massUpdates()[0]?.updated !== 1000) await new Promise(setImmediate);
    await new Promise(setImmediate);
    slow.simulator.control.moveClock({ advance: 61_000 });
    const third = await post();
    await slow.close();

    assert.deepEqual(
      [first.status, second.body.code, second.body.details, third.status],
      [200, 'ALREADY_SCHEDULED', { api_name: 'cvid' }, 200],
    );
  });

  it('can fail on demand', async () => {
    bed.simulator.control.failMassUpdates(1);

    const created = await massUpdate({ data: [{ Next_Step: 'Never' }], cvid: ALL_DEALS });
    await new Promise(setImmediate);
    const job = await status(created.body.data?.[0]?.details['job_id']);

    assert.equal(job.body.data?.[0]?.['Status'], 'FAILED');
  });

  it('has no views in smaller editions', async () => {
    const small = await startTestBed({ edition: 'professional' });

    const { body } = await small.call('/crm/v8/Deals/actions/mass_update', {
      method: 'POST',
      json: { data: [{ Next_Step: 'x' }], cvid: ALL_DEALS },
    });
    await small.close();

    assert.equal(body.code, 'FEATURE_NOT_SUPPORTED');
  });

  const ids = ['5500000103100001001'];
  const CASES: readonly [code: string, body: Record<string, unknown>, module?: string][] = [
    ['INVALID_MODULE', { data: [{ Name: 'x' }], ids }, 'Nope'],
    ['MANDATORY_NOT_FOUND', { ids }],
    ['MANDATORY_NOT_FOUND', { data: [{ Next_Step: 'x' }] }],
    ['MANDATORY_NOT_FOUND', { data: [{ Stage: null }], ids }],
    ['AMBIGUITY_DURING_PROCESSING', { data: [{ Next_Step: 'x' }], ids, cvid: ALL_DEALS }],
    ['LIMIT_EXCEEDED', { data: [{ Next_Step: 'x' }], ids: Array<string>(501).fill(ids[0] ?? '') }],
    ['INVALID_DATA', { data: [{ Next_Step: 'x', Seats: 1, Discount: 1, Amount: 1 }], ids }],
    ['INVALID_DATA', { data: [{ Phone: '1', Website: 'x' }], ids }, 'Accounts'],
    ['INVALID_DATA', { data: [{ Nope: 1 }], ids }],
    ['INVALID_DATA', { data: [{ Seats: 'many' }], ids }],
    ['INVALID_DATA', { data: [{ Next_Step: 'x' }], cvid: '1' }],
    ['NOT_SUPPORTED', { data: [{ Account_Name: { id: '1' } }], ids }],
    ['NOT_SUPPORTED', { data: [{ Next_Step: 'x' }], cvid: ALL_DEALS, criteria: [] }],
    ['MAPPING_MISMATCH', { data: [{ Stage: 'Nowhere' }], ids }],
    ['NO_RECORDS_FOUND', { data: [{ Field_1: 'x' }], cvid: '5500000202600000000' }, 'Empty_Module'],
  ];

  for (const [code, body, module] of CASES) {
    it(`${code} for ${JSON.stringify(body).slice(0, 100)}`, async () => {
      const answer = await massUpdate(body, module);

      assert.deepEqual([answer.status, answer.body.code], [400, code]);
    });
  }

  it('INVALID_DATA for an unknown job', async () => {
    const { body } = await status('1');

    assert.deepEqual([body.code, body.details], ['INVALID_DATA', { param_name: 'job_id' }]);
  });
});
