import assert from 'node:assert/strict';
import { poll } from '../support/poll';
import { accessToken, startTestBed, type TestBed } from './support';

describe('simulator: limits', () => {
  let bed: TestBed;

  afterEach(() => bed.close());

  it('refuses the 21st simultaneous call of an Enterprise organization', async () => {
    bed = await startTestBed({ latencyMs: 200 });

    const answers = await Promise.all(Array.from({ length: 21 }, () => bed.call('/crm/v8/org')));

    assert.deepEqual(answers.map(({ status }) => status).sort(), [...Array<number>(20).fill(200), 429]);
    assert.equal(bed.simulator.control.calls().concurrency.maximumSeen, 20);
  });

  it('frees the place of a call whose caller gave up while a fault kept it waiting', async () => {
    bed = await startTestBed({ edition: 'free' });
    bed.simulator.control.addFault({ kind: 'latency', operation: 'getOrganization', delayMs: 20_000, times: 5 });
    const callers = Array.from({ length: 5 }, () => new AbortController());
    const headers = { Authorization: `Zoho-oauthtoken ${await accessToken(bed.simulator.url)}` };
    const kept = callers.map(({ signal }) =>
      fetch(`${bed.simulator.url}/crm/v8/org`, { headers, signal }).catch(() => undefined),
    );
    await poll(async () => bed.simulator.control.faults()[0]?.struck === 5, { what: 'all calls are kept waiting' });
    callers.forEach((caller) => caller.abort());
    await Promise.all(kept);
    await poll(async () => bed.simulator.control.calls().operations['getOrganization']?.calls === 5, {
      what: 'all calls are over',
    });

    assert.equal((await bed.call('/crm/v8/org')).status, 200);
  });

  it('refuses the 11th simultaneous heavy call', async () => {
    bed = await startTestBed({ latencyMs: 200 });

    const answers = await Promise.all(
      Array.from({ length: 11 }, () => bed.call('/crm/v8/Deals?fields=Stage&sort_by=id')),
    );

    const refused = answers.filter(({ status }) => status === 429);
    assert.equal(refused.length, 1);
    assert.equal(refused[0]?.body.code, 'TOO_MANY_REQUESTS');
  });

  it('refuses calls when the credits of the day are spent, and gives them back after a day', async () => {
    bed = await startTestBed({ credits: 3 });
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await bed.call('/crm/v8/org')).status);
    bed.simulator.control.moveClock({ advance: 86_460_000 });
    const authorization = `Zoho-oauthtoken ${await accessToken(bed.simulator.url)}`;

    const later = await bed.call('/crm/v8/org', { headers: { Authorization: authorization } });

    assert.deepEqual(statuses, [200, 200, 200, 429]);
    assert.equal(later.status, 200);
  });

  it('announces the remaining credits only from half of them on', async () => {
    bed = await startTestBed({ credits: 100 });
    const before = await bed.call('/crm/v8/org');
    bed.simulator.control.setCreditsUsed(60);

    const after = await bed.call('/crm/v8/org');

    assert.equal(before.headers.get('x-api-credits-remaining'), null);
    assert.equal(after.headers.get('x-api-credits-remaining'), '39');
  });

  it('charges by operation', async () => {
    bed = await startTestBed();
    await bed.call('/crm/v8/Deals/deleted');
    await bed.call('/crm/bulk/v8/read', { method: 'POST', json: { query: { module: { api_name: 'Empty_Module' } } } });
    const query = (limit: number): unknown => ({
      select_query: `select id from Deals where id is not null limit ${limit}`,
    });
    await bed.call('/crm/v8/coql', { method: 'POST', json: query(200) });
    await bed.call('/crm/v8/coql', { method: 'POST', json: query(2_000) });

    const { operations, credits } = bed.simulator.control.calls();

    assert.equal(operations['deletedRecords']?.credits, 2);
    assert.equal(operations['createBulkRead']?.credits, 50);
    assert.equal(operations['queryRecords']?.credits, 4);
    assert.equal(credits.used, 56);
  });

  it('takes its Date header from the virtual clock', async () => {
    bed = await startTestBed();
    bed.simulator.control.moveClock({ freeze: true });
    bed.simulator.control.moveClock({ advance: 5_000 });

    const { headers } = await bed.call('/crm/v8/org');

    assert.equal(
      Date.parse(headers.get('date') ?? ''),
      Math.floor(bed.simulator.control.clock().milliseconds / 1000) * 1000,
    );
  });
});
