import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { type Simulator, startSimulator } from '../../simulator';
import { type Sdk, signIn } from './sdk-session';
import { unzipSingle } from './support';

/** A client nobody here wrote: if it works, the simulator speaks Zoho's language. */
describe("simulator: Zoho's official Node SDK", () => {
  let sdk: Sdk;
  let simulator: Simulator;
  let folder: string;

  before(async () => {
    sdk = await import('@zohocrm/nodejs-sdk-8.0');
    simulator = await startSimulator({ deals: 450 });
    folder = await signIn(sdk, simulator.url);
  });

  after(async () => {
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('reads organization and users', async () => {
    const organization = (await new sdk.Org.OrgOperations().getOrganization()).getObject().getOrg()[0];
    const users = (await new sdk.Users.UsersOperations().getUsers()).getObject().getUsers();

    assert.equal(organization?.getTimeZone(), 'America/New_York');
    assert.equal(users.length, 10);
  });

  it('refreshes its token once for many calls', async () => {
    await new sdk.Org.OrgOperations().getOrganization();
    await new sdk.Org.OrgOperations().getOrganization();

    assert.equal(simulator.control.calls().operations['token']?.calls, 1);
  });

  it('reads modules and fields', async () => {
    const operations = new sdk.Modules.ModulesOperations();
    const modules = (await operations.getModules()).getObject().getModules();
    const deals = (await operations.getModuleByAPIName('Deals')).getObject().getModules()[0];
    const parameters = new sdk.ParameterMap();
    await parameters.add(sdk.Fields.GetFieldsParam.MODULE, 'Deals');
    const fields = (await new sdk.Fields.FieldsOperations().getFields(parameters)).getObject().getFields();

    assert.ok(modules.some((module) => module.getAPIName() === 'Wide_Module'));
    assert.equal(deals?.getAPIName(), 'Deals');
    assert.equal(fields.length, 41);
  });

  it('lists every Deal by page tokens, typed', async () => {
    const operations = new sdk.Record.RecordOperations('Deals');
    const ids = new Set<bigint>();
    let token: string | null = null;
    let last: Map<string, unknown> | undefined;
    do {
      const parameters = new sdk.ParameterMap();
      await parameters.add(
        sdk.Record.GetRecordsParam.FIELDS,
        'Deal_Name,Amount,Stage,Closing_Date,ERP_Number,Created_Time,Owner',
      );
      if (token !== null) await parameters.add(sdk.Record.GetRecordsParam.PAGE_TOKEN, token);
      const page = (await operations.getRecords(parameters)).getObject();
      for (const record of page.getData()) ids.add(record.getId());
      last = page.getData().at(-1)?.getKeyValues();
      token = page.getInfo().getMoreRecords() ? page.getInfo().getNextPageToken() : null;
    } while (token !== null);

    assert.equal(ids.size, 450);
    assert.ok(last?.get('Created_Time') instanceof Date);
  });

  it('gets and counts records', async () => {
    const operations = new sdk.Record.RecordOperations('Deals');
    const parameters = new sdk.ParameterMap();
    await parameters.add(sdk.Record.GetRecordsParam.FIELDS, 'Deal_Name');
    const first = (await operations.getRecords(parameters)).getObject().getData()[0];

    const one = (await operations.getRecord(first?.getId() ?? 0n)).getObject().getData()[0];
    const count = (await operations.recordCount()).getObject().getCount();

    assert.equal(one?.getKeyValues().get('Deal_Name'), first?.getKeyValues().get('Deal_Name'));
    assert.equal(count, 450n);
  });

  it('queries by COQL', async () => {
    const body = new sdk.Coql.BodyWrapper();
    body.setSelectQuery('select Deal_Name from Deals where Amount > 100000 limit 3');

    const { length } = (await new sdk.Coql.CoqlOperations().getRecords(body)).getObject().getData();

    assert.equal(length, 3);
  });

  it('runs a bulk read to the downloaded file', async () => {
    const module = new sdk.Modules.MinifiedModule();
    module.setAPIName('Deals');
    const query = new sdk.BulkRead.Query();
    query.setModule(module);
    query.setFields(['Deal_Name', 'Amount']);
    query.setPage(1);
    const body = new sdk.BulkRead.BodyWrapper();
    body.setQuery(query);
    const operations = new sdk.BulkRead.BulkReadOperations();
    const created = (await operations.createBulkReadJob(body)).getObject().getData()[0];
    const id = BigInt(String(created?.getDetails().get('id')));
    const state = async (): Promise<string | undefined> =>
      (await operations.getBulkReadJobDetails(id)).getObject().getData()[0]?.getState().getValue();
    while ((await state()) !== 'COMPLETED') await new Promise((resolve) => setTimeout(resolve, 20));

    const file = (await (await operations.downloadResult(id)).getObject()).getFile();

    const csv = await unzipSingle(Buffer.from(file.getStream() as Uint8Array));
    assert.equal(file.getName(), `${id}.zip`);
    assert.match(csv, /^Id,Deal_Name,Amount\n/);
  });

  it('inserts and deletes a record', async () => {
    const operations = new sdk.Record.RecordOperations('Deals');
    const record = new sdk.Record.Record();
    record.addKeyValue('Deal_Name', 'From the SDK');
    record.addKeyValue('Stage', new sdk.Choice('Qualification'));
    const body = new sdk.Record.BodyWrapper();
    body.setData([record]);

    const inserted = (await operations.createRecords(body)).getObject().getData()[0];
    const deleted = await operations.deleteRecord(BigInt(String(inserted?.getDetails().get('id'))));

    assert.equal(inserted?.getStatus().getValue(), 'success');
    assert.equal(deleted.getStatusCode(), 200);
  });
});
