import assert from 'node:assert/strict';
import type { FaultRule } from '../../simulator';
import { runBulkRead, startTestBed, type TestBed } from './support';

describe('simulator: faults', () => {
  let bed: TestBed;

  beforeEach(async () => {
    bed = await startTestBed();
  });

  afterEach(() => bed.close());

  const list = '/crm/v8/Deals?fields=Deal_Name';

  async function addFault(rule: FaultRule): Promise<void> {
    await bed.call('/__simulator/faults', { method: 'POST', json: rule });
  }

  it('throttles n times after letting some calls pass', async () => {
    await addFault({ kind: 'throttle', operation: 'listRecords', after: 1, times: 2 });
    const statuses: number[] = [];

    for (let i = 0; i < 4; i++) statuses.push((await bed.call(list)).status);

    assert.deepEqual(statuses, [200, 429, 429, 200]);
  });

  it('answers errors, HTML and 401 in place of a page', async () => {
    await addFault({ kind: 'error', status: 502, module: 'deals', times: 1 });
    await addFault({ kind: 'html', times: 1 });
    await addFault({ kind: 'unauthorized', times: 1 });

    const answers = [await bed.call(list), await bed.call(list), await bed.call(list), await bed.call(list)];

    assert.deepEqual(
      answers.map(({ status }) => status),
      [502, 503, 401, 200],
    );
    assert.match(answers[1]?.text ?? '', /^<html>/);
  });

  it('breaks connections', async () => {
    await addFault({ kind: 'reset', times: 1 });
    await addFault({ kind: 'truncate', times: 1 });

    await assert.rejects(bed.call(list));
    await assert.rejects(bed.call(list));
    assert.equal((await bed.call(list)).status, 200);
  });

  it('cuts a zip while announcing its whole length', async () => {
    const job = await runBulkRead(bed, { module: { api_name: 'Deals' } });
    await addFault({ kind: 'truncate', operation: 'downloadBulkRead', times: 1, bytes: 500 });

    const response = await fetch(bed.simulator.url + job.result.download_url, {
      headers: { Authorization: `Zoho-oauthtoken ${bed.token}` },
    });

    assert.ok(Number(response.headers.get('content-length')) > 500);
    await assert.rejects(response.arrayBuffer());
  });

  it('sends JSON that ends too early', async () => {
    await addFault({ kind: 'malformed-json', times: 1 });

    const { status, text } = await bed.call(list);

    assert.equal(status, 200);
    assert.throws(() => JSON.parse(text) as unknown);
  });

  it('applies a write whose answer never comes', async () => {
    await addFault({ kind: 'timeout-after-apply', operation: 'insertRecords', times: 1, delayMs: 20 });
    const record = { Last_Name: 'Lost answer', Company: 'X' };

    await assert.rejects(bed.call('/crm/v8/Leads', { method: 'POST', json: { data: [record] } }));

    const { body } = await bed.call('/crm/v8/Leads/search?criteria=(Last_Name:equals:Lost answer)&fields=Company');
    assert.equal(body.data?.length, 1);
  });

  it('loses the place of a walk, but no first page', async () => {
    await addFault({ kind: 'page-token-expired', times: 1 });
    const first = await bed.call(list);
    const next = `${list}&page_token=${String(first.body.info?.['next_page_token'])}`;

    const [lost, found] = [await bed.call(next), await bed.call(next)];

    assert.equal(first.status, 200);
    assert.equal(lost.body.code, 'EXPIRED_VALUE');
    assert.equal(found.status, 200);
  });

  it('lets formulas drift, which sets Modified_Time only where that is switched on', async () => {
    const path = '/__simulator/records/Deals';
    const drift = async (): Promise<unknown[]> => {
      const { body } = await bed.call(path, { method: 'POST', json: { drift: { count: 1 } } });
      const [id = ''] = body['drifted'] as string[];
      const [deal] = (await bed.call(`/crm/v8/Deals/${id}`)).body.data ?? [];
      return [deal?.['Expected_Revenue'], deal?.['Modified_Time']];
    };

    const [firstValue, firstTime] = await drift();
    const [secondValue, secondTime] = await drift();
    await bed.call('/__simulator/switches', { method: 'POST', json: { modifiedByFormula: true } });
    const [, thirdTime] = await drift();

    assert.equal(secondValue, Number(firstValue) + 1);
    assert.equal(secondTime, firstTime);
    assert.notEqual(thirdTime, firstTime);
  });

  it('writes times with another offset after the clocks change', async () => {
    const id = '5500000103100001001';
    const modified = async (): Promise<unknown> => {
      bed.simulator.control.changeRecords('Deals', { update: [{ id, Stage: 'Closed Won' }] });
      return (await bed.call(`/crm/v8/Deals/${id}?fields=Modified_Time`)).body.data?.[0]?.['Modified_Time'];
    };

    bed.simulator.control.moveClock({ freeze: true, set: '2026-03-08T06:59:00Z' });
    const before = await modified();
    bed.simulator.control.moveClock({ advance: 3_600_000 });

    assert.deepEqual([before, await modified()], ['2026-03-08T01:59:00-05:00', '2026-03-08T03:59:00-04:00']);
  });

  it('strikes the same calls for the same seed', async () => {
    const run = async (): Promise<number[]> => {
      const other = await startTestBed({ seed: 42 });
      other.simulator.control.addFault({ kind: 'throttle', probability: 0.5 });
      const statuses: number[] = [];
      for (let i = 0; i < 20; i++) statuses.push((await other.call('/crm/v8/org')).status);
      await other.close();
      return statuses;
    };

    const [first, second] = [await run(), await run()];

    assert.deepEqual(first, second);
    assert.deepEqual(new Set(first), new Set([200, 429]));
  });
});
