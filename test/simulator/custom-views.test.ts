import assert from 'node:assert/strict';
import { type Item, runBulkRead, startTestBed, type TestBed } from './support';

describe('simulator: custom views, recycle bin and whole records', () => {
  let bed: TestBed;

  beforeEach(async () => {
    bed = await startTestBed({ deals: 1_000 });
  });

  afterEach(() => bed.close());

  async function viewId(name: string): Promise<string> {
    const { body } = await bed.call('/crm/v8/settings/custom_views?module=deals');
    const views = body['custom_views'] as readonly { id: string; name: string }[];
    const found = views.find((view) => view.name === name);
    assert.ok(found, `no view ${name}`);
    return found.id;
  }

  async function idsIn(path: string): Promise<string[]> {
    const ids: string[] = [];
    let token: unknown;
    do {
      const { body } = await bed.call(path + (typeof token === 'string' ? `&page_token=${token}` : ''));
      ids.push(...(body.data ?? []).map(({ id }: Item) => id));
      token = body.info?.['next_page_token'];
    } while (typeof token === 'string');
    return ids;
  }

  it('lists, counts and exports the records of a view', async () => {
    const cvid = await viewId('Won Deals');
    const json = { select_query: "select Stage from Deals where Stage = 'Closed Won' limit 2000" };
    const won = (await bed.call('/crm/v8/coql', { method: 'POST', json })).body.data ?? [];

    const listed = await idsIn(`/crm/v8/Deals?fields=Stage&cvid=${cvid}`);
    const counted = (await bed.call(`/crm/v8/Deals/actions/count?cvid=${cvid}`)).body['count'];
    const job = await runBulkRead(bed, { module: { api_name: 'Deals' }, cvid });

    assert.deepEqual(new Set(listed), new Set(won.map(({ id }) => id)));
    assert.deepEqual([counted, job.result.count], [won.length, won.length]);
  });

  it('takes three credits for a list by view, and counts it as heavy', async () => {
    const cvid = await viewId('My Deals');
    bed.simulator.control.clearCalls();

    await bed.call(`/crm/v8/Deals?fields=Stage&cvid=${cvid}`);

    const { operations, concurrency } = bed.simulator.control.calls();
    assert.equal(operations['listRecords']?.credits, 3);
    assert.equal(concurrency.maximumHeavySeen, 1);
  });

  it('shows in a view by time what was modified in the last seven days', async () => {
    const { updated } = bed.simulator.control.changeRecords('Deals', {
      update: { count: 3, values: { Stage: 'Closed Lost' } },
    });

    const listed = await idsIn(`/crm/v8/Deals?fields=Stage&cvid=${await viewId('Recently Modified Deals')}`);

    assert.deepEqual(new Set(listed), new Set(updated));
  });

  it('refuses unknown views, views with sort_by, and exports of shared views', async () => {
    const shared = await viewId('Shared To Me');
    const unknown = await bed.call('/crm/v8/Deals?fields=Stage&cvid=1');
    const sorted = await bed.call(`/crm/v8/Deals?fields=Stage&sort_by=id&cvid=${shared}`);
    const json = { query: { module: { api_name: 'Deals' }, cvid: shared } };
    const exported = await bed.call('/crm/bulk/v8/read', { method: 'POST', json });

    assert.deepEqual(
      [unknown, sorted, exported].map(({ body }) => body.code),
      ['INVALID_DATA', 'AMBIGUITY_DURING_PROCESSING', 'CVID_NOT_SUPPORTED'],
    );
  });

  it('gives whole records by ids and one by one', async () => {
    const ids = ['5500000103100001001', '5500000103100001004'];

    const several = await bed.call(`/crm/v8/Deals/actions/fetch_full_data?fields=Deal_Name&ids=${ids.join()}`);
    const one = await bed.call(`/crm/v8/Deals/${ids[0]}/actions/fetch_full_data?fields=Deal_Name`);

    assert.deepEqual(
      several.body.data?.map(({ id }) => id),
      ids,
    );
    assert.deepEqual(one.body.data, several.body.data?.slice(0, 1));
  });

  it('keeps deleted records in the recycle bin until they are purged or 60 days are over', async () => {
    const { deleted } = bed.simulator.control.changeRecords('Deals', { delete: { count: 3 } });
    const listed = async (): Promise<unknown> =>
      ((await bed.call('/crm/v8/settings/recycle_bin')).body['recycle_bin'] as unknown[] | undefined)?.length;

    const before = await listed();
    await bed.call(`/crm/v8/settings/recycle_bin/${deleted[0]}`, { method: 'DELETE' });
    const after = await listed();
    const permanent = await bed.call('/crm/v8/Deals/deleted?type=permanent');

    assert.deepEqual([before, after], [3, 2]);
    assert.deepEqual(
      permanent.body.data?.map(({ id }) => id),
      [deleted[0]],
    );
  });

  it('brings a record back as it was, with a new Modified_Time only where that is switched on', async () => {
    const id = '5500000103100001001';
    bed.simulator.control.changeRecords('Deals', { update: [{ id, Deal_Name: 'Back again' }] });
    const read = async (): Promise<unknown> => (await bed.call(`/crm/v8/Deals/${id}`)).body.data?.[0];
    const before = await read();
    const there = async (): Promise<unknown> => {
      bed.simulator.control.changeRecords('Deals', { delete: [id] });
      bed.simulator.control.moveClock({ advance: 10_000 });
      bed.simulator.control.changeRecords('Deals', { restore: [id] });
      return read();
    };

    const back = await there();
    bed.simulator.control.setSwitches({ modifiedByRestore: true });
    const changed = (await there()) as Item;

    assert.deepEqual(back, before);
    assert.equal(changed['Deal_Name'], 'Back again');
    assert.notEqual(changed['Modified_Time'], (before as Item)['Modified_Time']);
    assert.equal((await bed.call('/crm/v8/Deals/deleted')).status, 204);
  });

  it('lists layouts, roles, profiles with permissions, and currencies', async () => {
    const paths = [
      'settings/layouts?module=Deals',
      'settings/roles',
      'settings/profiles',
      'settings/profiles/5500000000000026011',
      'org/currencies',
    ];

    const answers = await Promise.all(paths.map((path) => bed.call(`/crm/v8/${path}`)));

    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200, 200],
    );
    assert.match(answers[3]?.text ?? '', /"name":"Crm_Implied_View_Deals","id":"\d+","enabled":true/);
  });
});
