import assert from 'node:assert/strict';
import { ZohoError } from '../../../src/zoho/errors/errors';
import { listApiCosts } from '../../../src/zoho/metadata/api-catalog';
import { assertModuleAccess, type ModuleAccess } from '../../../src/zoho/metadata/module-access';
import { getModule, type ZohoModule } from '../../../src/zoho/metadata/modules';
import { countUsers, getCurrentUser } from '../../../src/zoho/metadata/users';
import { listRecords } from '../../../src/zoho/records/list-records';
import { failureOf } from '../support/failures';
import { type Bench, startBench } from '../support/stub-zoho';

const full = { id: '1', api_name: 'Deals', api_supported: true, viewable: true, creatable: true, editable: true };

describe('access and costs', () => {
  let bench: Bench;
  before(async () => {
    bench = await startBench();
  });
  after(() => bench.stop());

  async function moduleWith(metadata: object): Promise<ZohoModule> {
    bench.zoho.answer(200, { modules: [{ ...full, deletable: true, ...metadata }] });
    return getModule(bench.transport, 'Deals');
  }

  it('of a module is granted by what its metadata say', async () => {
    const module = await moduleWith({});
    for (const access of ['read', 'create', 'update', 'delete'] as const) assertModuleAccess(module, access);
  });

  const lacks: [access: ModuleAccess, key: string][] = [
    ['read', 'viewable'],
    ['create', 'creatable'],
    ['update', 'editable'],
    ['delete', 'deletable'],
  ];
  for (const [access, key] of lacks) {
    it(`to ${access} is missing if a module is not ${key}, and the error says so`, async () => {
      const module = await moduleWith({ [key]: false });
      assert.throws(
        () => assertModuleAccess(module, access),
        (error) =>
          error instanceof ZohoError &&
          error.category === 'permission' &&
          error.message.includes(`grant to ${access}`) &&
          error.whatToDo.includes('administrator'),
      );
    });
  }

  for (const metadata of [{ api_supported: false }, { generated_type: 'web' }]) {
    it(`is missing for a module without records: ${JSON.stringify(metadata)}`, async () => {
      const module = await moduleWith(metadata);
      assert.throws(
        () => assertModuleAccess(module, 'read'),
        (error) => error instanceof ZohoError && error.code === 'MODULE_NOT_SUPPORTED',
      );
    });
  }

  it('are listed by Zoho, a line for each kind of call', async () => {
    const types = [
      { method: 'GET', oauth_scope: 'ZohoCRM.modules.Leads.READ', max_credits: 3, min_credits: 1 },
      { method: 'POST', oauth_scope: 'ZohoCRM.modules.Leads.CREATE', max_credits: 10, min_credits: 1 },
    ];
    bench.zoho.answer(200, { __apis: [{ path: '/crm/v8/Leads', operation_types: types }] });
    assert.deepEqual(await listApiCosts(bench.transport, 'Leads'), [
      { path: '/crm/v8/Leads', method: 'GET', scope: 'ZohoCRM.modules.Leads.READ', min: 1, max: 3 },
      { path: '/crm/v8/Leads', method: 'POST', scope: 'ZohoCRM.modules.Leads.CREATE', min: 1, max: 10 },
    ]);
    const filters = JSON.parse(bench.zoho.last.url.searchParams.get('filters') ?? '') as unknown;
    assert.deepEqual(filters, { field: { api_name: 'module' }, comparator: 'equals', value: 'Leads' });
  });

  it('of a custom view are three credits, and it takes no other order', async () => {
    bench.zoho.answer(200, { data: [], info: { count: 0, more_records: false } });
    await listRecords(bench.transport, 'Deals', { fields: ['id'], customView: '5500000000087501' });
    assert.equal(bench.zoho.last.url.searchParams.get('cvid'), '5500000000087501');
    assert.equal(bench.calls.at(-1)?.credits, 3);
    const query = { fields: ['id'], customView: '1', sortBy: 'id' } as const;
    assert.equal((await failureOf(listRecords(bench.transport, 'Deals', query))).category, 'request_bug');
  });

  it('of the connected user are those of its profile', async () => {
    const profile = { id: '5500000000026011', name: 'Administrator' };
    bench.zoho.answer(200, { users: [{ id: '5500000000225013', full_name: 'A B', confirm: true, profile }] });
    const user = await getCurrentUser(bench.transport);
    assert.deepEqual([user.id, user.profile], ['5500000000225013', profile]);
    assert.equal(bench.zoho.last.url.search, '?type=CurrentUser');
  });

  it('are unknown when Zoho names no connected user', async () => {
    bench.zoho.answer(204);
    assert.equal((await failureOf(getCurrentUser(bench.transport))).category, 'server');
  });

  it('are counted for users, which Zoho writes as text', async () => {
    bench.zoho.answer(200, { count: '12' });
    assert.equal(await countUsers(bench.transport, 'ActiveUsers'), 12);
  });
});
