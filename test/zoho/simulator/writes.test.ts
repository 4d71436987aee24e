import assert from 'node:assert/strict';
import {
  DEMO_CLIENT_ID,
  DEMO_CLIENT_SECRET,
  DEMO_REFRESH_TOKEN,
  type Simulator,
  startSimulator,
} from '../../../simulator';
import { ZohoAccounts } from '../../../src/zoho/auth/oauth';
import { JsonNumber } from '../../../src/zoho/http/exact-json';
import { type AccessToken, ZohoTransport } from '../../../src/zoho/http/transport';
import { listApiCosts } from '../../../src/zoho/metadata/api-catalog';
import { assertModuleAccess } from '../../../src/zoho/metadata/module-access';
import { getModule } from '../../../src/zoho/metadata/modules';
import { countUsers, getCurrentUser } from '../../../src/zoho/metadata/users';
import { getRecord } from '../../../src/zoho/records/get-record';
import type { RecordWritten, WriteOutcome } from '../../../src/zoho/records/write-outcome';
import { deleteRecords, insertRecords, updateRecords, upsertRecords } from '../../../src/zoho/records/write-records';
import { failureOf } from '../support/failures';
import { tokensFrom } from '../support/stub-zoho';

const lead = (name: string) => ({ Last_Name: name, Company: 'Acme' });

function written(outcome: WriteOutcome | undefined): RecordWritten {
  assert.equal(outcome?.status, 'success', JSON.stringify(outcome));
  return outcome;
}

describe('writes of the client against the simulator', () => {
  let simulator: Simulator;
  let accounts: ZohoAccounts;
  let transport: ZohoTransport;

  before(async () => {
    simulator = await startSimulator({ port: 0, deals: 50, leads: 20 });
    accounts = new ZohoAccounts({
      accountsUrl: simulator.url,
      allowLoopback: true,
      clientId: DEMO_CLIENT_ID,
      clientSecret: DEMO_CLIENT_SECRET,
      timeoutMs: 2_000,
    });
    let token: AccessToken | undefined;
    const current = async () => (token ??= await accounts.refresh(DEMO_REFRESH_TOKEN));
    transport = new ZohoTransport({ tokens: tokensFrom(current), timeoutMs: 2_000 });
  });
  after(async () => {
    await transport.close();
    await accounts.close();
    await simulator.close();
  });
  afterEach(() => simulator.control.clearFaults());

  async function stored(module: string, id: string): Promise<string> {
    return (await getRecord(transport, module, id))?.body.toString('utf8') ?? assert.fail('no such record');
  }

  async function newLead(name: string): Promise<RecordWritten> {
    return written((await insertRecords(transport, 'Leads', [lead(name)]))[0]);
  }

  it('insert some and refuse others, each at its place', async () => {
    const outcomes = await insertRecords(transport, 'Leads', [lead('First'), { Company: 'Acme' }, lead('Third')]);
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.status === 'success' ? outcome.action : [outcome.code, outcome.fieldName])),
      ['insert', ['MANDATORY_NOT_FOUND', 'Last_Name'], 'insert'],
    );
    assert.match(await stored('Leads', written(outcomes[2]).id), /"Last_Name":"Third"/);
  });

  it('return refusals also when nothing succeeded', async () => {
    const [outcome] = await insertRecords(transport, 'Leads', [{ Company: 'Acme' }]);
    assert.ok(outcome?.status === 'error');
    assert.equal(outcome.category, 'validation');
  });

  it('store an exact number as it was written', async () => {
    const deal = { Deal_Name: 'Exact', Stage: 'Qualification', Amount: new JsonNumber('1234567.89') };
    const { id } = written((await insertRecords(transport, 'Deals', [deal]))[0]);
    assert.match(await stored('Deals', id), /"Amount":1234567\.89[,}]/);
  });

  it('clear a field by null and keep one that is absent', async () => {
    const { id } = await newLead('Cleared');
    const both = { id, Email: 'roe@example.test', First_Name: 'Jane' };
    written((await updateRecords(transport, 'Leads', [both]))[0]);
    written((await updateRecords(transport, 'Leads', [{ id, Email: null, First_Name: undefined }]))[0]);
    const body = await stored('Leads', id);
    assert.match(body, /"Email":null/);
    assert.match(body, /"First_Name":"Jane"/);
  });

  it('say that a record does not exist', async () => {
    const [updated] = await updateRecords(transport, 'Leads', [{ id: '5500000999999999', ...lead('Nobody') }]);
    const [deleted] = await deleteRecords(transport, 'Leads', ['5500000999999999']);
    assert.ok(updated?.status === 'error' && deleted?.status === 'error');
    assert.deepEqual([updated.category, deleted.category], ['not_found', 'not_found']);
  });

  it('tell a lookup that leads nowhere from a record that does not exist', async () => {
    const deal = { Deal_Name: 'Lost', Stage: 'Qualification', Account_Name: { id: '5500000999999999' } };
    const [outcome] = await insertRecords(transport, 'Deals', [deal]);
    assert.ok(outcome?.status === 'error');
    assert.deepEqual([outcome.category, outcome.fieldName], ['validation', 'Account_Name']);
  });

  it('upsert by a check field, again and again into one record', async () => {
    const record = { ...lead('Upserted'), Email: 'upserted@example.test' };
    const first = written((await upsertRecords(transport, 'Leads', [record], ['Email']))[0]);
    const second = written((await upsertRecords(transport, 'Leads', [record], ['Email']))[0]);
    assert.deepEqual([first.action, second.action, second.duplicateField], ['insert', 'update', 'Email']);
    assert.equal(second.id, first.id);
  });

  it('refuse to overwrite a change that was not seen', async () => {
    const { id } = await newLead('Guarded');
    const ifUnmodifiedSince = '2020-01-01T00:00:00+00:00';
    const [outcome] = await updateRecords(transport, 'Leads', [{ id, Company: 'B' }], { ifUnmodifiedSince });
    assert.ok(outcome?.status === 'error');
    assert.deepEqual([outcome.category, outcome.current?.id], ['conflict', id]);
    assert.match(await stored('Leads', id), /"Company":"Acme"/);
  });

  it('go through if nothing has changed since', async () => {
    const { id, modifiedTime } = await newLead('Unchanged');
    const write = { ifUnmodifiedSince: modifiedTime ?? assert.fail('no time') };
    written((await updateRecords(transport, 'Leads', [{ id, Company: 'B' }], write))[0]);
    assert.match(await stored('Leads', id), /"Company":"B"/);
  });

  it('delete, and say the second time that there is nothing to delete', async () => {
    const { id } = await newLead('Deleted');
    const [first] = await deleteRecords(transport, 'Leads', [id]);
    const [second] = await deleteRecords(transport, 'Leads', [id]);
    assert.deepEqual([written(first).action, second?.status], ['delete', 'error']);
    assert.equal(await getRecord(transport, 'Leads', id), null);
  });

  it('fail as a whole for a module that does not exist and under faults', async () => {
    const unknown = await failureOf(insertRecords(transport, 'Leadz', [lead('A'), lead('B')]));
    simulator.control.addFault({ kind: 'throttle', operation: 'insertRecords', times: 1, delayMs: 0, status: 429 });
    const throttled = await failureOf(insertRecords(transport, 'Leads', [lead('A')]));
    assert.deepEqual([unknown.category, throttled.category], ['request_bug', 'rate_limited']);
  });

  it('carry out a write whose answer was lost, which only the next look tells', async () => {
    const { id } = await newLead('Before');
    simulator.control.addFault({ kind: 'timeout-after-apply', operation: 'updateRecords', times: 1, delayMs: 50 });
    const error = await failureOf(updateRecords(transport, 'Leads', [{ id, Last_Name: 'After' }]));
    assert.equal(error.category, 'network');
    assert.match(await stored('Leads', id), /"Last_Name":"After"/);
  });

  it('are allowed to the connected user, who is one of all users', async () => {
    assertModuleAccess(await getModule(transport, 'Leads'), 'delete');
    const user = await getCurrentUser(transport);
    assert.equal((await newLead('Mine')).modifiedBy, user.id);
    assert.ok((await countUsers(transport, 'AllUsers')) >= 1);
  });

  it('cost what the organization lists', async () => {
    const costs = await listApiCosts(transport, 'Leads');
    const insert = costs.find(({ path, method }) => path === '/crm/v8/Leads' && method === 'POST');
    assert.deepEqual(insert, {
      path: '/crm/v8/Leads',
      method: 'POST',
      scope: 'ZohoCRM.modules.Leads.CREATE',
      min: 1,
      max: 10,
    });
  });
});
