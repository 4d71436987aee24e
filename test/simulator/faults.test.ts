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
