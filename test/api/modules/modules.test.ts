import assert from 'node:assert/strict';
import type { Coverage, FieldMetadata, ModuleMetadata } from '../../../src/api/modules/schemas';
import { API_PREFIX } from '../../../src/api/paths';
import { assertProblem, useOrganization } from '../support/organization';

describe('module and field metadata', () => {
  const org = useOrganization();
  afterEach(() => org.simulator.control.clearFaults());

  it('lists the modules that the connected user sees', async () => {
    const { body } = await org.get('/modules');

    const names = (body as { modules: ModuleMetadata[] }).modules.map(({ apiName }) => apiName);
    assert.ok(['Deals', 'Accounts', 'Wide_Module'].every((name) => names.includes(name)));
  });

  it('shows what a module can do', async () => {
    const { body } = await org.get('/modules/Deals?access=update');

    const { module, bulkSupported } = body as { module: ModuleMetadata; bulkSupported: boolean };
    assert.deepEqual([module.apiName, module.editable, bulkSupported], ['Deals', true, true]);
  });

  it('says what is missing where the access that is asked for is not granted', async () => {
    assertProblem(await org.get('/modules/Forbidden_Module?access=read'), 'zoho_permission', /administrator/);
  });

  it('misses a module that Zoho does not have', async () => {
    for (const path of ['/modules/No_Such_Module', '/modules/No_Such_Module/records?fields=id']) {
      assertProblem(await org.get(path), 'zoho_not_found', /list of modules/);
    }
  });

  it('refuses names that are no API names before Zoho is asked', async () => {
    const tricks = ['Deals%2F..%2Fusers', '..%2Forg', 'Deals;drop', 'Deals%00', 'x'.repeat(101), '%F0%9F%92%A9'];
    const before = org.calls();

    for (const trick of tricks) assertProblem(await org.get(`/modules/${trick}`), 'invalid_parameter');

    assert.equal(org.calls(), before);
  });

  it('lists the fields with types, limits and options, and leaves out the custom ones on request', async () => {
    const all = (await org.get('/modules/Deals/fields')).body as { fields: FieldMetadata[] };
    const standard = (await org.get('/modules/Deals/fields?includeCustom=false')).body as { fields: FieldMetadata[] };

    const stage = all.fields.find(({ apiName }) => apiName === 'Stage');
    assert.equal(stage?.dataType, 'picklist');
    assert.ok(stage.picklistValues.some(({ actual }) => actual === 'Closed Won'));
    assert.ok(all.fields.some(({ custom }) => custom));
    assert.deepEqual(
      standard.fields,
      all.fields.filter(({ custom }) => !custom),
    );
  });

  it('shows which of the required fields of deals are there', async () => {
    const coverage = (await org.get('/modules/Deals/fields/coverage')).body as Coverage;

    assert.equal(coverage.required.length, 18);
    const { present, missing, wrongType } = coverage;
    assert.equal(present.length + missing.length + wrongType.length, 18);
    assert.ok(present.includes('Deal_Name'));
    assert.equal(coverage.percentage, Math.floor((1000 * present.length) / 18) / 10);
  });

  it('lists users, the connected one among them', async () => {
    const all = (await org.get('/users')).body as { users: { id: string }[] };
    const current = (await org.get('/users?type=CurrentUser')).body as { users: { id: string }[] };

    assert.equal(current.users.length, 1);
    assert.ok(all.users.some(({ id }) => id === current.users[0]?.id));
  });

  it('pays every call into the ledger, failed ones too', async () => {
    const before = (await org.ledger()).length;

    await org.get('/modules/Deals/fields');
    await org.get('/modules/No_Such_Module');
    await org.get('/auth/organization');

    assert.deepEqual(
      (await org.ledger()).slice(before).map(({ operation, calls, worker }) => [operation, calls, worker]),
      [
        ['get_fields', 1, 'control-api'],
        ['get_module', 1, 'control-api'],
        ['get_org', 1, 'control-api'],
      ],
    );
  });

  it('passes on for how long Zoho wants a pause', async () => {
    org.simulator.control.addFault({ kind: 'throttle', operation: 'listModules', times: 1 });

    const answer = await org.get('/modules');

    assertProblem(answer, 'zoho_throttled', /Wait/);
    assert.match(answer.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
  });

  it('calls again with a new access token when Zoho no longer accepts the old one', async () => {
    org.simulator.control.addFault({ kind: 'unauthorized', operation: 'listModules', times: 1 });

    assert.equal((await org.get('/modules')).status, 200);
    assert.equal((await org.ledger()).at(-1)?.calls, 2);
  });

  it('refuses what the role does not allow, before Zoho is asked', async () => {
    const before = org.calls();
    const field = { label: 'Colour', dataType: 'text' };
    assertProblem(await org.post('/modules/Deals/fields', field, 'operator'), 'forbidden', /admin/);
    const patch = { as: 'operator', json: { label: 'Colour' } } as const;
    assertProblem(await org.api.call('PATCH', `${API_PREFIX}/modules/Deals/fields/1`, patch), 'forbidden', /admin/);

    assert.equal(org.calls(), before);
  });
});
