import assert from 'node:assert/strict';
import { getFields } from '../../../src/zoho/metadata/fields';
import { getModule, listModules } from '../../../src/zoho/metadata/modules';
import { getOrg } from '../../../src/zoho/metadata/org';
import { listUsers } from '../../../src/zoho/metadata/users';
import { failureOf } from '../support/failures';
import { type Bench, startBench } from '../support/stub-zoho';

const leads = {
  id: '5500000000002175',
  api_name: 'Leads',
  module_name: 'Leads',
  singular_label: 'Lead',
  plural_label: 'Leads',
  generated_type: 'default',
  api_supported: true,
  viewable: true,
  creatable: true,
  editable: true,
  deletable: false,
  visible: true,
  status: 'visible',
  parent_module: {},
  display_field: { api_name: 'Full_Name', id: '5500000000002599' },
  profiles: [{ name: 'Administrator', id: '5500000000026011' }],
  per_page: 200,
  modified_time: '2026-01-10T09:00:00+00:00',
};

const email = {
  id: '5500000000002599',
  api_name: 'Email',
  field_label: 'Email',
  data_type: 'email',
  json_type: 'string',
  length: 100,
  decimal_place: null,
  custom_field: false,
  read_only: false,
  field_read_only: false,
  visible: true,
  operation_type: { web_create: true, web_update: true, api_create: true, api_update: true },
  unique: {},
  external: null,
  lookup: {},
  formula: {},
  pick_list_values: [],
  crypt: null,
};

describe('metadata calls', () => {
  let bench: Bench;
  before(async () => {
    bench = await startBench();
  });
  after(() => bench.stop());

  const firstField = async (field: object) => {
    bench.zoho.answer(200, { fields: [{ ...email, ...field }] });
    const [first] = await getFields(bench.transport, 'Contacts');
    return first ?? assert.fail('no field');
  };

  it('reads what a module is and what the user may do with it', async () => {
    bench.zoho.answer(200, { modules: [leads] });
    const module = await getModule(bench.transport, 'Leads');
    assert.equal(bench.zoho.last.url.pathname, '/crm/v8/settings/modules/Leads');
    assert.deepEqual(
      [module.id, module.apiName, module.generatedType, module.displayField, module.parentModule],
      ['5500000000002175', 'Leads', 'default', 'Full_Name', null],
    );
    assert.deepEqual([module.viewable, module.creatable, module.deletable], [true, true, false]);
    assert.deepEqual(module.profiles, [{ id: '5500000000026011', name: 'Administrator' }]);
  });

  it('lists modules with kinds and keys it does not know, and skips those no call can address', async () => {
    const kinds = [leads, { id: '1', api_name: 'New', generated_type: 'hologram' }, { id: '2', api_name: null }];
    bench.zoho.answer(200, { modules: kinds });
    const modules = await listModules(bench.transport);
    assert.deepEqual(
      modules.map(({ apiName, generatedType }) => [apiName, generatedType]),
      [
        ['Leads', 'default'],
        ['New', 'hologram'],
      ],
    );
  });

  it('names the module that Zoho does not know, and what to do', async () => {
    const details = { resource_path_index: 0 };
    bench.zoho.answer(400, { code: 'INVALID_MODULE', details, message: 'm', status: 'error' });
    const error = await failureOf(getModule(bench.transport, 'Dealz'));
    assert.match(error.message, /Dealz.*INVALID_MODULE/);
    assert.match(error.whatToDo, /list of modules/);
  });

  it('reads a plain field', async () => {
    const field = await firstField({});
    assert.deepEqual(
      [field.apiName, field.dataType, field.jsonType, field.length, field.decimalPlace, field.apiUpdate],
      ['Email', 'email', 'string', 100, null, true],
    );
    assert.deepEqual(
      [field.unique, field.externalId, field.lookup, field.formulaReturnType],
      [false, null, null, null],
    );
  });

  it('reads unique in both spellings, external ids, lookups and formulas', async () => {
    assert.equal((await firstField({ unique: { case_sensitive: false } })).unique, true);
    assert.equal((await firstField({ unique: { casesensitive: 'true' } })).unique, true);
    assert.equal((await firstField({ external: { type: 'org', show: true } })).externalId, 'org');
    const lookup = { display_label: 'Contacts', api_name: 'Contacts4', module: { api_name: 'Accounts', id: '5' } };
    assert.deepEqual((await firstField({ data_type: 'lookup', lookup })).lookup, { module: 'Accounts' });
    const formula = await firstField({ data_type: 'formula', formula: { return_type: 'currency', dynamic: true } });
    assert.deepEqual([formula.formulaReturnType, formula.formulaDynamic], ['currency', true]);
  });

  it('reads picklist values', async () => {
    const values = [{ id: '1', display_value: 'Gewonnen', actual_value: 'Closed Won' }];
    const field = await firstField({ data_type: 'picklist', pick_list_values: values });
    assert.deepEqual(field.picklistValues, [{ id: '1', actual: 'Closed Won', display: 'Gewonnen' }]);
  });

  it('accepts unknown types and keys that are missing', async () => {
    bench.zoho.answer(200, { fields: [{ id: '1', api_name: 'Odd', data_type: 'hologram' }] });
    const [field] = await getFields(bench.transport, 'Contacts');
    assert.deepEqual([field?.dataType, field?.jsonType, field?.label], ['hologram', null, 'Odd']);
  });

  it('takes 204 as a module without fields', async () => {
    bench.zoho.answer(204);
    assert.deepEqual(await getFields(bench.transport, 'Contacts'), []);
    assert.equal(bench.zoho.last.url.search, '?module=Contacts');
  });

  it('names the place of an answer that does not fit, not its value', async () => {
    bench.zoho.answer(200, { fields: [{ id: 42, api_name: 'secret' }] });
    const error = await failureOf(getFields(bench.transport, 'Contacts'));
    assert.deepEqual([error.category, error.code], ['server', 'UNEXPECTED_ANSWER']);
    assert.match(error.message, /fields\.0\.id/);
    assert.doesNotMatch(error.message, /42|secret/);
  });

  it('reads the organization with its edition and licences', async () => {
    const license = { paid: true, paid_type: 'enterprise', users_license_purchased: 10 };
    const org = { id: '5500000000020010', zgid: '700001', type: 'Production', iso_code: 'EUR', mc_status: true };
    bench.zoho.answer(200, { org: [{ ...org, time_zone: 'Asia/Kolkata', license_details: license }] });
    const { type, currency, multiCurrency, timeZone, edition, userLicences } = await getOrg(bench.transport);
    assert.deepEqual(
      { type, currency, multiCurrency, timeZone, edition, userLicences },
      {
        type: 'production',
        currency: 'EUR',
        multiCurrency: true,
        timeZone: 'Asia/Kolkata',
        edition: 'enterprise',
        userLicences: 10,
      },
    );
  });

  it('reads users', async () => {
    const user = {
      id: '5500000000225013',
      full_name: 'A B',
      email: 'ab@example.test',
      confirm: true,
      offset: 19800000,
    };
    bench.zoho.answer(200, { users: [user], info: { more_records: false } });
    const { users } = await listUsers(bench.transport, { type: 'CurrentUser' });
    assert.deepEqual([users[0]?.id, users[0]?.fullName, users[0]?.offset], ['5500000000225013', 'A B', 19800000]);
    assert.equal(bench.zoho.last.url.search, '?type=CurrentUser');
  });

  it('takes 204 as no users', async () => {
    bench.zoho.answer(204);

    assert.deepEqual((await listUsers(bench.transport, { type: 'AllUsers' })).users, []);
  });
});
