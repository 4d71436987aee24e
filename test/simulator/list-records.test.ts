import assert from 'node:assert/strict';
import { accessToken, startTestBed, type TestBed } from './support';

const DAY = 86_400_000;

interface Named {
  id: string;
  name: string;
}

describe('simulator: Get Records', () => {
  let bed: TestBed;

  beforeEach(async () => {
    bed = await startTestBed({ deals: 5_000 });
  });

  afterEach(() => bed.close());

  async function readAll(path: string, headers: Record<string, string> = {}): Promise<string[]> {
    const ids: string[] = [];
    let token: unknown;
    for (;;) {
      const suffix = typeof token === 'string' ? `&page_token=${token}` : '';
      const { status, body } = await bed.call(path + suffix, { headers });
      if (status !== 200) return ids;
      ids.push(...(body.data ?? []).map(({ id }) => id));
      token = body.info?.['next_page_token'];
      if (body.info?.['more_records'] !== true) return ids;
    }
  }

  it('gives 200 records, newest first, with the documented info', async () => {
    const { body } = await bed.call('/crm/v8/Deals?fields=Deal_Name');

    assert.equal(body.data?.length, 200);
    assert.equal(body.info?.['more_records'], true);
    assert.equal(body.info?.['sort_order'], 'desc');
    assert.ok(BigInt(body.data?.[0]?.id ?? 0) > BigInt(body.data?.[199]?.id ?? 0));
  });

  it('shows a user under the name of now, in records that nobody has changed', async () => {
    const [user] = bed.simulator.control.simulation.catalog.users;
    bed.simulator.control.renameUser(user?.id ?? '', 'Zoë Nakamura');

    const { body } = await bed.call('/crm/v8/Deals?fields=Owner,Created_By');

    const shown = (body.data ?? []).flatMap(({ Owner, Created_By }) => [Owner, Created_By]) as Named[];
    const names = new Set(shown.filter(({ id }) => id === user?.id).map(({ name }) => name));
    assert.deepEqual([...names], ['Zoë Nakamura']);
  });

  it('reaches every record once by page tokens', async () => {
    const ids = await readAll('/crm/v8/Deals?fields=Deal_Name');

    assert.equal(new Set(ids).size, 5_000);
    assert.equal(ids.length, 5_000);
  });

  it('keeps its place by token when records before it are deleted', async () => {
    const first = await bed.call('/crm/v8/Deals?fields=Deal_Name');
    bed.simulator.control.changeRecords('Deals', { delete: (first.body.data ?? []).slice(0, 50).map(({ id }) => id) });

    const second = await bed.call(
      `/crm/v8/Deals?fields=Deal_Name&page_token=${String(first.body.info?.['next_page_token'])}`,
    );

    assert.equal(BigInt(second.body.data?.[0]?.id ?? 0), BigInt(first.body.data?.[199]?.id ?? 0) - 3n);
  });

  it('refuses pages by number past 2,000 records', async () => {
    const { status, body } = await bed.call('/crm/v8/Deals?fields=Deal_Name&page=11');

    assert.equal(status, 400);
    assert.equal(body.code, 'DISCRETE_PAGINATION_LIMIT_EXCEEDED');
    assert.deepEqual(body.details, { limit: 2_000 });
  });

  it('refuses a token with other fields', async () => {
    const first = await bed.call('/crm/v8/Deals?fields=Deal_Name');

    const { body } = await bed.call(
      `/crm/v8/Deals?fields=Amount&page_token=${String(first.body.info?.['next_page_token'])}`,
    );

    assert.equal(body.code, 'TOKEN_BOUND_DATA_MISMATCH');
  });

  it('refuses a token after 24 hours', async () => {
    const first = await bed.call('/crm/v8/Deals?fields=Deal_Name');
    bed.simulator.control.moveClock({ advance: DAY + 1_000 });
    const token = await accessToken(bed.simulator.url);

    const { body } = await bed.call(
      `/crm/v8/Deals?fields=Deal_Name&page_token=${String(first.body.info?.['next_page_token'])}`,
      {
        headers: { Authorization: `Zoho-oauthtoken ${token}` },
      },
    );

    assert.equal(body.code, 'EXPIRED_VALUE');
    assert.deepEqual(body.details, { api_name: 'page_token', json_path: '$.query.page_token' });
  });

  it('refuses page and page_token together', async () => {
    const { body } = await bed.call('/crm/v8/Deals?fields=Deal_Name&page=1&page_token=x');

    assert.equal(body.code, 'AMBIGUITY_DURING_PROCESSING');
  });

  it('stops at 100,000 records by token', async () => {
    const big = await startTestBed({ deals: 100_200 });
    const path = '/crm/v8/Deals?fields=Stage';
    let answer = await big.call(path);
    while (answer.status === 200) {
      answer = await big.call(`${path}&page_token=${String(answer.body.info?.['next_page_token'])}`);
    }
    await big.close();

    assert.equal(answer.body.code, 'PAGINATION_LIMIT_EXCEEDED');
  });

  it('requires fields and takes at most 50', async () => {
    const missing = await bed.call('/crm/v8/Deals');
    const many = await bed.call(`/crm/v8/Deals?fields=${Array.from({ length: 51 }, (_, i) => `F${i}`).join()}`);

    assert.equal(missing.body.code, 'REQUIRED_PARAM_MISSING');
    assert.deepEqual(many.body.details, { limit: 50, param_name: 'fields' });
  });

  it('names the sorts it supports', async () => {
    const { body } = await bed.call('/crm/v8/Deals?fields=Amount&sort_by=Amount');

    assert.deepEqual(body.details, {
      param_name: 'sort_by',
      supported_values: ['id', 'Created_Time', 'Modified_Time'],
    });
  });

  it('gives records by ids', async () => {
    const first = await bed.call('/crm/v8/Deals?fields=Deal_Name&per_page=3');
    const ids = (first.body.data ?? []).map(({ id }) => id);

    const { body } = await bed.call(`/crm/v8/Deals?fields=Amount&ids=${ids.join()}`);

    assert.deepEqual(
      (body.data ?? []).map(({ id }) => id),
      ids,
    );
  });

  it('gives only what changed since a time, in order of modification', async () => {
    const since = new Date(bed.simulator.control.clock().milliseconds - 1_000)
      .toISOString()
      .replace(/\.\d+Z/, '+00:00');
    const { updated, inserted } = bed.simulator.control.changeRecords('Deals', {
      update: { count: 300, values: { Stage: 'Closed Won' } },
      insert: { count: 20 },
    });

    const ids = await readAll('/crm/v8/Deals?fields=Stage&sort_by=Modified_Time&sort_order=asc', {
      'If-Modified-Since': since,
    });

    assert.deepEqual(new Set(ids), new Set([...updated, ...inserted]));
    assert.equal(ids.length, 320);
  });

  it('answers 304 without a body when nothing changed', async () => {
    const { status, text } = await bed.call('/crm/v8/Deals?fields=Stage', {
      headers: { 'If-Modified-Since': '2026-06-01T00:00:00+00:00' },
    });

    assert.equal(status, 304);
    assert.equal(text, '');
  });

  it('answers 204 for a module without records', async () => {
    assert.equal((await bed.call('/crm/v8/Empty_Module?fields=Name')).status, 204);
  });

  it('shows converted leads only when asked', async () => {
    const usual = await readAll('/crm/v8/Leads?fields=Last_Name');
    const both = await readAll('/crm/v8/Leads?fields=Last_Name&converted=both');
    const converted = await readAll('/crm/v8/Leads?fields=Last_Name&converted=true');

    assert.equal(both.length, 200);
    assert.ok(converted.length > 0);
    assert.equal(usual.length + converted.length, both.length);
  });

  it('sorts the whole module by modification, ties by id, in both directions', async () => {
    bed.simulator.control.changeRecords('Deals', { update: { count: 100, values: { Stage: 'Closed Lost' } } });

    const up = await readAll('/crm/v8/Deals?fields=Stage&sort_by=Modified_Time&sort_order=asc');
    const down = await readAll('/crm/v8/Deals?fields=Stage&sort_by=Modified_Time&sort_order=desc');

    assert.equal(new Set(up).size, 5_000);
    assert.deepEqual(down, up.toReversed());
  });
});
