import assert from 'node:assert/strict';
import { runBulkRead, startTestBed, type TestBed } from './support';

describe('simulator: API versions', () => {
  let bed: TestBed;

  before(async () => {
    bed = await startTestBed({ deals: 2_500 });
  });

  after(() => bed.close());

  for (const version of ['v2', 'v2.1']) {
    it(`${version} gives every field without fields, and wants tokens past 2,000 records`, async () => {
      const first = await bed.call(`/crm/${version}/Deals`);
      const far = await bed.call(`/crm/${version}/Deals?page=13`);

      assert.ok('Deal_Name' in (first.body.data?.[0] ?? {}));
      assert.equal(typeof first.body.info?.['next_page_token'], 'string');
      assert.equal(far.body.code, 'DISCRETE_PAGINATION_LIMIT_EXCEEDED');
    });

    it(`${version} pages past 2,000 records without tokens where that is switched on`, async () => {
      bed.simulator.control.setSwitches({ endlessV2Pages: true });
      const { status, body } = await bed.call(`/crm/${version}/Deals?page=13`);
      bed.simulator.control.setSwitches({ endlessV2Pages: false });

      assert.equal(status, 200);
      assert.equal(body.data?.length, 100);
      assert.deepEqual(body.info, { per_page: 200, count: 100, page: 13, more_records: false });
    });
  }

  it('v2 shows metadata as it was then', async () => {
    const fieldsOf = async (version: string) =>
      (await bed.call(`/crm/${version}/settings/fields?module=Deals`)).body['fields'] as Record<string, unknown>[];
    const moduleOf = async (version: string) =>
      (await bed.call(`/crm/${version}/settings/modules/Deals`)).body['modules'] as Record<string, unknown>[];
    const seen = async (version: string) => {
      const fields = await fieldsOf(version);
      const named = (name: string) => fields.find((field) => field['api_name'] === name);
      const lookup = named('Account_Name')?.['lookup'] as Record<string, unknown>;
      return {
        type: named('Type')?.['json_type'],
        lookup: typeof lookup['module'],
        fields: 'fields' in ((await moduleOf(version))[0] ?? {}),
      };
    };

    assert.deepEqual(await seen('v2'), { type: undefined, lookup: 'string', fields: false });
    assert.deepEqual(await seen('v8'), { type: 'string', lookup: 'object', fields: true });
  });

  it('v2 takes more than 50 fields and sorts by any of them', async () => {
    const names = Array.from({ length: 60 }, (_, i) => `Field_${i + 1}`).join();

    const wide = await bed.call(`/crm/v2/Wide_Module?fields=${names}`);
    const sorted = await bed.call('/crm/v2/Deals?fields=Amount&sort_by=Amount&sort_order=desc');

    const amounts = (sorted.body.data ?? []).map(({ Amount }) => Number(Amount));
    assert.equal(wide.status, 200);
    assert.deepEqual(
      amounts,
      amounts.toSorted((a, b) => b - a),
    );
    assert.ok((amounts[0] ?? 0) > (amounts.at(-1) ?? 0));
  });

  for (const version of ['v3', 'v4', 'v5', 'v6', 'v7', 'v8']) {
    it(`${version} wants fields, and tokens past 2,000 records`, async () => {
      const bare = await bed.call(`/crm/${version}/Deals`);
      const far = await bed.call(`/crm/${version}/Deals?fields=Deal_Name&page=11`);
      const first = await bed.call(`/crm/${version}/Deals?fields=Deal_Name`);

      assert.equal(bare.body.code, 'REQUIRED_PARAM_MISSING');
      assert.equal(far.body.code, 'DISCRETE_PAGINATION_LIMIT_EXCEEDED');
      assert.equal(typeof first.body.info?.['next_page_token'], 'string');
    });
  }

  const limits = [
    { version: 'v2', rows: 200, columns: 50, reach: 10_000 },
    { version: 'v4', rows: 2_000, columns: 50, reach: 10_000 },
    { version: 'v6', rows: 2_000, columns: 50, reach: 100_000 },
    { version: 'v8', rows: 2_000, columns: 500, reach: 100_000 },
  ];
  for (const { version, rows, columns, reach } of limits) {
    it(`${version} answers COQL up to ${rows} rows a call, ${columns} columns, ${reach} rows in all`, async () => {
      const query = async (select: string, limit: string): Promise<unknown> => {
        const json = { select_query: `select ${select} from Deals where id is not null limit ${limit}` };
        return (await bed.call(`/crm/${version}/coql`, { method: 'POST', json })).body.code;
      };
      const names = Array.from({ length: columns + 1 }, (_, i) => `Field_${i}`).join();

      const codes = [
        await query('Stage', `${rows}`),
        await query('Stage', `${rows + 1}`),
        await query('Stage', `${reach}, 1`),
        await query(names, '1'),
      ];

      assert.deepEqual(codes, [undefined, 'LIMIT_EXCEEDED', 'LIMIT_EXCEEDED', 'LIMIT_EXCEEDED']);
    });
  }

  it('v2 names the module of a bulk-read job by a text and keeps its version in the address', async () => {
    const query = { module: 'Deals', fields: ['Stage'] };
    const created = await bed.call('/crm/bulk/v2/read', { method: 'POST', json: { query } });
    const older = await bed.call(`/crm/bulk/v2/read/${created.body.data?.[0]?.details.id}`);

    const newer = await runBulkRead(bed, { module: { api_name: 'Deals' }, fields: ['Stage'] });

    assert.equal((older.body.data?.[0]?.['query'] as { module: unknown }).module, 'Deals');
    assert.match(newer.result.download_url, /^\/crm\/bulk\/v8\//);
  });

  it('names the version that has a call when an older one is asked', async () => {
    const { status, body } = await bed.call('/crm/v7/settings/recycle_bin');

    assert.equal(status, 400);
    assert.equal(body.code, 'API_NOT_SUPPORTED');
    assert.deepEqual(body.details, { supported_version: 8 });
  });

  it('knows no v1 and no v9', async () => {
    const statuses = [(await bed.call('/crm/v1/org')).status, (await bed.call('/crm/v9/org')).status];

    assert.deepEqual(statuses, [404, 404]);
  });
});
