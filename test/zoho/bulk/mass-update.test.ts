import assert from 'node:assert/strict';
import { createMassUpdateJob, getMassUpdateJob, massUpdateRecords } from '../../../src/zoho/bulk/mass-update';
import { failureOf } from '../support/failures';
import { type Bench, startBench } from '../support/stub-zoho';

const ID = '5500000000376008';
const TIME = '2026-01-28T13:00:05+05:30';
const done = {
  code: 'SUCCESS',
  details: { id: ID, Modified_Time: TIME },
  message: 'record updated',
  status: 'success',
};
const refused = { code: 'RECORD_LOCKED', details: { api_name: 'Stage' }, message: 'locked', status: 'error' };

describe('mass update', () => {
  let bench: Bench;
  before(async () => {
    bench = await startBench();
  });
  after(() => bench.stop());

  it('by ids returns one outcome for each id', async () => {
    bench.zoho.answer(207, { data: [done, refused] });
    const update = { ids: [ID, '5500000000376009'], values: { Lead_Source: 'Ads' }, overWrite: true };
    const outcomes = await massUpdateRecords(bench.transport, 'Leads', update);
    assert.deepEqual(JSON.parse(bench.zoho.last.body), {
      data: [{ Lead_Source: 'Ads' }],
      ids: update.ids,
      over_write: true,
    });
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['success', 'error'],
    );
  });

  it('by ids costs a credit for every hundred begun', async () => {
    bench.zoho.answer(200, { data: Array(101).fill(done) });
    await massUpdateRecords(bench.transport, 'Leads', { ids: Array<string>(101).fill(ID), values: { A: null } });
    assert.equal(bench.calls.at(-1)?.credits, 2);
  });

  it('by custom view returns the job', async () => {
    bench.zoho.answer(200, { data: [{ code: 'SUCCESS', details: { job_id: ID }, message: 'm', status: 'success' }] });
    const update = {
      customView: '5500000000087501',
      values: { Lead_Source: 'Ads' },
      territory: { id: '1', includeChild: true },
    };
    assert.equal((await createMassUpdateJob(bench.transport, 'Leads', update)).jobId, ID);
    assert.deepEqual(JSON.parse(bench.zoho.last.body), {
      data: [{ Lead_Source: 'Ads' }],
      cvid: '5500000000087501',
      territory: { id: '1', include_child: true },
    });
  });

  it('of a view that has a job already waits for that one', async () => {
    const busy = { code: 'ALREADY_SCHEDULED', details: { api_name: 'cvid' }, message: 'm', status: 'error' };
    for (const [status, body] of [
      [400, { data: [busy] }],
      [202, { data: [busy] }],
    ] as const) {
      bench.zoho.answer(status, body);
      const update = { customView: '1', values: { Lead_Source: 'Ads' } };
      const error = await failureOf(createMassUpdateJob(bench.transport, 'Leads', update));
      assert.deepEqual([error.category, error.retryable], ['rate_limited', true]);
    }
  });

  it('job tells state and counts', async () => {
    const counts = { Failed_Count: 0, Updated_Count: 17, Not_Updated_Count: 1, Total_Count: 18 };
    bench.zoho.answer(200, { data: [{ Status: 'COMPLETED', ...counts }] });
    const { serverTime: _, ...job } = await getMassUpdateJob(bench.transport, 'Leads', ID);
    assert.equal(bench.zoho.last.url.search, `?job_id=${ID}`);
    assert.deepEqual(job, {
      state: 'COMPLETED',
      totalCount: 18,
      updatedCount: 17,
      notUpdatedCount: 1,
      failedCount: 0,
    });
  });

  it('job in a state Zoho does not document is not taken for a finished one', async () => {
    bench.zoho.answer(200, { data: [{ Status: 'MELTED' }] });
    assert.equal((await failureOf(getMassUpdateJob(bench.transport, 'Leads', ID))).category, 'server');
  });

  const two = { Lead_Source: 'Ads', Industry: 'Banking' };
  const refusals: [what: string, module: string, ids: string[], values: Record<string, string>, message: RegExp][] = [
    ['501 ids', 'Leads', Array<string>(501).fill(ID), { Industry: 'Banking' }, /501 ids .* 500/],
    ['two fields', 'Leads', [ID], two, /2 fields .* 1/],
    ['four fields of a deal', 'Deals', [ID], { ...two, A: '1', B: '2' }, /4 fields .* 3/],
    ['no field', 'Leads', [ID], {}, /fields is empty/],
    ['the id', 'Leads', [ID], { id: ID }, /id of a record/],
  ];
  for (const [what, module, ids, values, message] of refusals) {
    it(`refuses ${what} before the call`, async () => {
      const sent = bench.zoho.received.length;
      const error = await failureOf(massUpdateRecords(bench.transport, module, { ids, values }));
      assert.equal(error.category, 'request_bug');
      assert.match(error.message, message);
      assert.equal(bench.zoho.received.length, sent);
    });
  }
});
