import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  DEMO_CLIENT_ID,
  DEMO_CLIENT_SECRET,
  DEMO_REFRESH_TOKEN,
  type Simulator,
  startSimulator,
} from '../../../simulator';
import { ZohoAccounts } from '../../../src/zoho/auth/oauth';
import {
  type BulkReadJob,
  createBulkReadJob,
  downloadBulkReadResult,
  getBulkReadJob,
} from '../../../src/zoho/bulk/bulk-read';
import type { ZohoCall } from '../../../src/zoho/http/call-report';
import { type AccessToken, type TokenSource, ZohoTransport } from '../../../src/zoho/http/transport';
import { getFields } from '../../../src/zoho/metadata/fields';
import { getModule, listModules } from '../../../src/zoho/metadata/modules';
import { getOrg } from '../../../src/zoho/metadata/org';
import { listUsers } from '../../../src/zoho/metadata/users';
import { countRecords } from '../../../src/zoho/records/count-records';
import { listDeleted } from '../../../src/zoho/records/deleted-records';
import { getRecord } from '../../../src/zoho/records/get-record';
import { listRecords } from '../../../src/zoho/records/list-records';
import type { RecordPage } from '../../../src/zoho/records/record-page';
import { failureOf } from '../support/failures';

const DEALS = 2_300;

function idsOf({ body }: RecordPage): string[] {
  const { data } = JSON.parse(body?.toString('utf8') ?? '{"data":[]}') as { data: { id: string }[] };
  return data.map(({ id }) => id);
}

describe('the client against the simulator', () => {
  let simulator: Simulator;
  let accounts: ZohoAccounts;
  let transport: ZohoTransport;
  let token: AccessToken | undefined;
  const calls: ZohoCall[] = [];

  before(async () => {
    simulator = await startSimulator({ port: 0, deals: DEALS, leads: 20 });
    accounts = new ZohoAccounts({
      accountsUrl: simulator.url,
      allowLoopback: true,
      clientId: DEMO_CLIENT_ID,
      clientSecret: DEMO_CLIENT_SECRET,
      timeoutMs: 2_000,
    });
    const tokens: TokenSource = {
      current: async () => (token ??= await accounts.refresh(DEMO_REFRESH_TOKEN)),
      accept: async () => undefined,
      reject: async (rejected, refusal) => {
        if (token?.accessToken === rejected) token = undefined;
        return refusal;
      },
    };
    transport = new ZohoTransport({ tokens, timeoutMs: 2_000, observer: (call) => calls.push(call) });
  });
  after(async () => {
    await transport.close();
    await accounts.close();
    await simulator.close();
  });
  afterEach(() => simulator.control.clearFaults());

  const list = (pageToken?: string) => listRecords(transport, 'Deals', { fields: ['Deal_Name', 'Amount'], pageToken });

  it('pages past 2,000 records by token and misses none', async () => {
    const ids = new Set<string>();
    let token: string | undefined;
    for (let more = true; more;) {
      const page = await list(token);
      const found = idsOf(page);
      assert.equal(found.length, page.count);
      for (const id of found) ids.add(id);
      more = page.moreRecords;
      token = page.nextPageToken ?? undefined;
    }
    assert.equal(ids.size, DEALS);
  });

  it('counts what it can list', async () => {
    assert.equal((await countRecords(transport, 'Deals')).count, DEALS);
  });

  it('raises cursor_lost past 2,000 records without a token, and for a token used otherwise', async () => {
    const deep = await failureOf(listRecords(transport, 'Deals', { fields: ['Amount'], page: 11, perPage: 200 }));
    const { nextPageToken } = await list();
    const query = { fields: ['Stage'], pageToken: nextPageToken ?? assert.fail('no token') };
    const altered = await failureOf(listRecords(transport, 'Deals', query));
    assert.deepEqual([deep.category, altered.category], ['cursor_lost', 'cursor_lost']);
  });

  it('reads nothing modified since now', async () => {
    const { now } = simulator.control.clock();
    const modifiedSince = `${now.slice(0, 19)}+00:00`;
    assert.equal((await listRecords(transport, 'Deals', { fields: ['Amount'], modifiedSince })).body, null);
  });

  it('finds one record, and null for one that does not exist', async () => {
    const [id = ''] = idsOf(await listRecords(transport, 'Deals', { fields: ['Amount'], perPage: 1 }));
    const record = await getRecord(transport, 'Deals', id);
    assert.match(record?.body.toString('utf8') ?? '', new RegExp(`"id":"${id}"`));
    const selected = await getRecord(transport, 'Deals', id, { fields: ['Stage', 'Amount'] });
    const { data } = JSON.parse(selected?.body.toString('utf8') ?? '{}') as { data: object[] };
    const names = Object.keys(data[0] ?? {}).filter((name) => !name.startsWith('$'));
    assert.deepEqual(names.sort(), ['Amount', 'Stage', 'id']);
    assert.equal(await getRecord(transport, 'Deals', '5500000999999999'), null);
    assert.equal(await getRecord(transport, 'Deals', 'nonsense'), null);
  });

  it('reads modules, fields, organization and users', async () => {
    const names = (await listModules(transport)).map(({ apiName }) => apiName);
    assert.ok(['Deals', 'Accounts', 'Contacts'].every((name) => names.includes(name)));
    const deals = await getModule(transport, 'Deals');
    assert.deepEqual([deals.apiName, deals.apiSupported, deals.displayField], ['Deals', true, 'Deal_Name']);
    const fields = new Map((await getFields(transport, 'Deals')).map((field) => [field.apiName, field]));
    assert.equal(fields.get('Amount')?.dataType, 'currency');
    assert.deepEqual(fields.get('Account_Name')?.lookup, { module: 'Accounts' });
    assert.ok((fields.get('Stage')?.picklistValues.length ?? 0) > 1);
    assert.equal((await getOrg(transport)).type, 'production');
    assert.equal((await listUsers(transport, { type: 'CurrentUser' })).users.length, 1);
  });

  it('names the module that does not exist', async () => {
    const error = await failureOf(listRecords(transport, 'Dealz', { fields: ['id'] }));
    assert.deepEqual([error.category, error.code, error.module], ['request_bug', 'INVALID_MODULE', 'Dealz']);
  });

  it('lists what was deleted', async () => {
    const [id = ''] = idsOf(await listRecords(transport, 'Leads', { fields: ['Last_Name'], perPage: 1 }));
    simulator.control.changeRecords('Leads', { delete: [id] });
    const { records } = await listDeleted(transport, 'Leads', {});
    assert.deepEqual(
      records.filter((record) => record.id === id).map(({ type }) => type),
      ['recycle'],
    );
  });

  it('exports a module and saves the file', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'zoho-client-'));
    try {
      const { jobId } = await createBulkReadJob(transport, { module: 'Deals', fields: ['Deal_Name', 'Amount'] });
      let job: BulkReadJob;
      do {
        await delay(20);
        job = await getBulkReadJob(transport, jobId);
      } while (job.state !== 'COMPLETED' && job.state !== 'FAILURE');
      assert.deepEqual([job.result?.count, job.result?.moreRecords], [DEALS, false]);
      const file = path.join(folder, 'deals.zip');
      const { bytes } = await downloadBulkReadResult(transport, job.result?.downloadUrl ?? '', file);
      assert.equal((await stat(file)).size, bytes);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('replaces an expired token between two calls', async () => {
    await list();
    simulator.control.expireAccessTokens();
    assert.equal((await failureOf(list())).category, 'auth_expired');
    assert.equal((await list()).count, 200);
  });

  const faults = [
    ['reset', 'network'],
    ['truncate', 'network'],
    ['html', 'server'],
    ['malformed-json', 'network'],
    ['error', 'server'],
    ['throttle', 'rate_limited'],
    ['timeout-before-apply', 'network'],
  ] as const;
  for (const [kind, category] of faults) {
    it(`takes the fault "${kind}" as ${category} and works again afterwards`, async () => {
      simulator.control.addFault({ kind, operation: 'listRecords', times: 1, delayMs: 50, status: 503 });
      const reported = calls.length;
      const error = await failureOf(list());
      assert.deepEqual([error.category, error.retryable], [category, true]);
      assert.equal(calls.length, reported + 1);
      assert.equal((await list()).count, 200);
    });
  }

  it('tells a revoked connection from a passing failure', async () => {
    simulator.control.revokeTokens();
    const error = await failureOf(accounts.refresh(DEMO_REFRESH_TOKEN));
    assert.deepEqual([error.category, error.retryable], ['auth_revoked', false]);
  });
});
