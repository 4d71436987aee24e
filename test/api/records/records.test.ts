import assert from 'node:assert/strict';
import { parseExactJson } from '../../../src/domain/records/parse-exact-json';
import type { Answer } from '../support/api';
import { assertProblem, useOrganization } from '../support/organization';

interface Page {
  data: Record<string, unknown>[];
  info: { count: number; more_records: boolean; next_page_token: string | null };
}

describe('reading records', () => {
  const org = useOrganization();
  afterEach(() => org.simulator.control.clearFaults());

  const pageOf = ({ status, body }: Answer): Page => {
    assert.equal(status, 200, JSON.stringify(body));
    return body as Page;
  };
  const list = async (query: string): Promise<Page> => pageOf(await org.get(`/modules/Deals/records?${query}`));
  const search = (json: object) => org.post('/modules/Deals/records/search', json, 'viewer');
  const query = (json: object) => org.post('/modules/Deals/records/query', json, 'viewer');
  const count = async (json: object): Promise<number> =>
    ((await org.post('/modules/Deals/records/count', json, 'viewer')).body as { count: number }).count;
  const won = { field: 'Stage', type: 'picklist', operator: 'equals', values: ['Closed Won'] };
  const nested = (levels: number): object =>
    levels === 0 ? won : { groupOperator: 'and', group: [nested(levels - 1)] };

  it('pages through a list by token with any page size', async () => {
    const ids = new Set<unknown>();
    let token = '';
    do {
      const page = await list(`fields=Deal_Name&perPage=7${token && `&pageToken=${encodeURIComponent(token)}`}`);
      for (const { id } of page.data) ids.add(id);
      token = page.info.next_page_token ?? '';
    } while (token !== '');

    assert.equal(ids.size, 40);
  });

  it('pages with a few useful fields where none is named', async () => {
    const first = await list('perPage=30');
    const token = encodeURIComponent(first.info.next_page_token ?? '');
    const second = await list(`perPage=30&pageToken=${token}`);

    assert.equal(first.data.length + second.data.length, 40);
    assert.deepEqual(Object.keys(first.data[0] ?? {}).sort(), Object.keys(second.data[0] ?? {}).sort());
    assert.ok('Deal_Name' in (first.data[0] ?? {}));
  });

  it('passes on the bytes of Zoho, so that no digit is rounded and no id becomes a number', async () => {
    const amount = '1234567890123.45';
    const [id = ''] = org.simulator.control.changeRecords('Deals', {
      insert: [{ Deal_Name: 'Exact', Stage: 'Qualification', Amount: Number(amount) }],
    }).inserted;

    const text = await org.text(`/modules/Deals/records/${id}?fields=Amount`);

    const [record] = (parseExactJson(text, (digits) => digits) as Page).data;
    assert.deepEqual([record?.['id'], record?.['Amount']], [id, amount]);
  });

  it('answers an empty page where there is nothing', async () => {
    const page = pageOf(await org.get('/modules/Empty_Module/records?fields=id'));

    assert.deepEqual([page.data, page.info.more_records], [[], false]);
  });

  it('reads one record, with the fields that are asked for', async () => {
    const id = String((await list('fields=Deal_Name&perPage=1')).data[0]?.['id']);

    const [record] = pageOf(await org.get(`/modules/Deals/records/${id}?fields=Deal_Name,Stage`)).data;

    assert.ok(record && 'Stage' in record && !('Amount' in record));
  });

  it('misses a record that is not there', async () => {
    assertProblem(await org.get('/modules/Deals/records/123456789012345678'), 'zoho_not_found', /deleted/);
  });

  it('searches by criteria and by word, and counts the same', async () => {
    const found = pageOf(await search({ criteria: won, fields: ['Stage'] }));

    assert.ok(found.data.length > 0);
    assert.ok(found.data.every(({ Stage }) => Stage === 'Closed Won'));
    assert.equal(await count({ criteria: won }), found.info.count);
    assert.equal(await count({}), (await list('fields=id')).info.count);
    pageOf(await search({ word: 'migration' }));
  });

  it('queries with COQL, grouped too', async () => {
    const rows = pageOf(await query({ select: ['Deal_Name', 'Amount'], where: won, orderBy: [{ field: 'Amount' }] }));
    const groups = pageOf(
      await query({
        select: ['Stage', { aggregate: 'COUNT', field: 'id', as: 'deals' }],
        groupBy: ['Stage'],
      }),
    );

    const group = groups.data.find(({ Stage }) => Stage === 'Closed Won');
    assert.equal(group?.['deals'], rows.data.length);
  });

  it('lists what was deleted', async () => {
    const id = String((await list('fields=id&perPage=1')).data[0]?.['id']);
    org.simulator.control.changeRecords('Deals', { delete: [id] });

    const { body } = await org.get('/modules/Deals/records/deleted?type=recycle');

    assert.deepEqual(
      (body as { records: { id: string }[] }).records.map((record) => record.id),
      [id],
    );
  });

  it('refuses what breaks a limit, before Zoho is asked', async () => {
    const before = org.calls();
    const many = Array.from({ length: 51 }, (_, i) => `F${i}`);
    const records = '/modules/Deals/records';

    for (const path of [
      `${records}?fields=${many.join(',')}`,
      `${records}?fields=id&perPage=201`,
      `${records}?fields=Name,,Amount`,
      `${records}?fields=Name)or(1`,
      `${records}/1%2F..%2F2`,
      `${records}/abc`,
      `${records}/${'1'.repeat(20)}`,
      `${records}/deleted?modifiedSince=yesterday`,
    ]) {
      assertProblem(await org.get(path), 'invalid_parameter');
    }
    for (const json of [
      {},
      { criteria: won, word: 'both' },
      { criteria: { ...won, field: 'Stage:equals:x)or(Stage' } },
      { criteria: { ...won, operator: 'union' } },
      { criteria: { ...won, values: [Number('12345678901234567')] } },
      { criteria: { groupOperator: 'and', group: Array.from({ length: 11 }, () => won) } },
      { criteria: { groupOperator: 'or)or(', group: [won] } },
      { criteria: won, page: 11 },
    ]) {
      assert.equal((await search(json)).status, 422, JSON.stringify(json));
    }
    for (const json of [
      { select: ['Deal_Name; delete'] },
      { select: ['id from Users where id is not null --'] },
      { select: ['Amount'], limit: 2_001 },
      { select: ['Amount'], offset: 100_000 },
      { select: ['Amount'], where: { ...won, field: "Stage'" } },
    ]) {
      assert.equal((await query(json)).status, 422, JSON.stringify(json));
    }
    assert.equal(org.calls(), before);
  });

  it('refuses criteria that are nested too deep, however deep that is', async () => {
    assert.equal((await search({ criteria: nested(24) })).status, 200);
    assertProblem(await search({ criteria: nested(26) }), 'zoho_invalid', /nested more than 25/);
    assertProblem(await search({ criteria: nested(40) }), 'validation_failed', /nested more than 64/);
    const raw = `{"criteria":${'{"groupOperator":"and","group":['.repeat(2_500)}1${']}'.repeat(2_500)}}`;
    assertProblem(
      await org.api.call('POST', '/api/v1/modules/Deals/records/search', { raw }),
      'validation_failed',
      /nested more than 64/,
    );
  });

  it('keeps criteria out of the log', async () => {
    await search({ criteria: { ...won, values: ['Confidential stage'] } });
    await search({ email: 'secret.person@example.com' });

    assert.ok(!org.api.logLines.some((line) => /Confidential|secret\.person/.test(line)));
  });
});
