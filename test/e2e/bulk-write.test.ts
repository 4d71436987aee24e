import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { BulkOperationAnswer } from '../../src/api/bulk-operations/schemas';
import { startCallerUrl } from '../support/caller-url';
import { useEngineApi } from '../support/engine-api';
import { ExactNumber, type ExactObject } from '../support/exact-json';
import { exportedRecords } from '../support/exported-records';
import { operationIs, resultsOf, untilOperation } from '../support/operations';
import type { Org } from '../support/org';
import { poll } from '../support/poll';

const HOUR_MS = 3_600_000;
const SECRET = 'a-secret-of-the-caller-no-less';

describe('a bulk write', function () {
  this.timeout(90_000);
  const api = useEngineApi();

  async function start(body: object | string): Promise<string> {
    return (await api().call<BulkOperationAnswer>('POST', '/bulk-writes', body)).operation.id;
  }

  async function recordsOf(org: Org, module: string): Promise<Map<string, ExactObject>> {
    const records = new Map<string, ExactObject>();
    for await (const record of exportedRecords(org.simulator, module)) records.set(record['id'] as string, record);
    return records;
  }

  /** Ids of the oldest records. */
  async function someIds(org: Org, module: string, count: number): Promise<string[]> {
    return [...(await recordsOf(org, module)).keys()].slice(0, count);
  }

  /** Contacts that nobody has yet. */
  const newContacts = (count: number, from = 0) =>
    Array.from({ length: count }, (_, index) => ({
      Last_Name: `Written ${from + index}`,
      Email: `written${from + index}@example.com`,
    }));

  it('inserts, updates and upserts in one request, and tells of every record what became of it', async () => {
    const org = await api().engine.org({ contacts: 40, deals: 20, accounts: 10 });
    const [changed = '', cleared = ''] = await someIds(org, 'Contacts', 2);
    const [deal = ''] = await someIds(org, 'Deals', 1);
    const [account = ''] = await someIds(org, 'Accounts', 1);
    const caller = await startCallerUrl(1);
    // The amount has more digits than a double holds.
    const request = JSON.stringify({
      connection: org.name,
      callbackUrl: caller.url,
      callbackSecret: SECRET,
      operations: [
        { operation: 'insert', module: 'Contacts', records: [...newContacts(2), { Last_Name: null, Email: 'x@y.z' }] },
        {
          operation: 'update',
          module: 'Contacts',
          records: [
            { id: changed, Last_Name: 'Changed', Account_Name: { id: account } },
            { id: '5500000000000000001', Last_Name: 'Nobody' },
            { id: cleared, Phone: null },
          ],
        },
        {
          operation: 'upsert',
          module: 'Contacts',
          findBy: 'Email',
          records: [{ Last_Name: 'Again', Email: 'written0@example.com' }, ...newContacts(1, 7)],
        },
        {
          operation: 'update',
          module: 'Deals',
          records: [{ id: deal, Amount: 'AMOUNT', Closing_Date: '2031-02-03' }],
        },
      ],
    }).replace('"AMOUNT"', '1234567890123456.78');

    const id = await start(request);
    const { operation, jobs } = await operationIs(api(), 'bulk-writes', id, 'completed');
    const results = await resultsOf(api(), 'bulk-writes', id);
    const contacts = await recordsOf(org, 'Contacts');
    const deals = await recordsOf(org, 'Deals');

    assert.deepEqual(
      results.map(({ position, status, errors }) => [position, status, errors.map(({ code }) => code).join()]),
      [
        [0, 'added', ''],
        [1, 'added', ''],
        [2, 'skipped', 'MANDATORY_NOT_FOUND'],
        [3, 'updated', ''],
        [4, 'skipped', results[4]?.errors[0]?.code],
        [5, 'updated', ''],
        [6, 'updated', ''],
        [7, 'added', ''],
        [8, 'updated', ''],
      ],
    );
    // A record that clears a field goes in a file of its own.
    assert.deepEqual(
      jobs.map(({ module, operation: action, records }) => [module, action, records]),
      [
        ['Contacts', 'insert', 3],
        ['Contacts', 'update', 2],
        ['Contacts', 'update', 1],
        ['Contacts', 'upsert', 2],
        ['Deals', 'update', 1],
      ],
    );
    const written = (position: number) => contacts.get(results[position]?.recordId ?? '');
    assert.equal(written(0)?.['Last_Name'], 'Again');
    assert.equal(results[6]?.recordId, results[0]?.recordId);
    assert.equal(written(1)?.['Email'], 'written1@example.com');
    assert.equal(contacts.get(changed)?.['Last_Name'], 'Changed');
    assert.equal((contacts.get(changed)?.['Account_Name'] as ExactObject)['id'], account);
    assert.equal(contacts.get(cleared)?.['Phone'], null);
    assert.equal(deals.get(deal)?.['Closing_Date'], '2031-02-03');
    const amount = deals.get(deal)?.['Amount'];
    assert.ok(amount instanceof ExactNumber && Number(amount.digits) === Number('1234567890123456.78'));
    assert.deepEqual(jobs[0]?.counts, { added: 2, updated: 0, skipped: 1, total: 3 });
    assert.deepEqual([operation.processedRecords, operation.successfulRecords, operation.failedRecords], [9, 7, 2]);
    assert.ok(operation.creditsSpent >= 2_500);

    // Its first attempt was refused.
    await poll(async () => caller.received.length === 2, { what: 'the caller is told twice' });
    await caller.close();
    const { body = '', signature = '' } = caller.received[1] ?? {};
    const [, seconds, hmac] = /^t=(\d+),v1=(\w+)$/.exec(signature) ?? [];
    assert.equal(hmac, createHmac('sha256', SECRET).update(`${seconds}.${body}`).digest('hex'));
    assert.deepEqual(JSON.parse(body), {
      id,
      kind: 'bulk_write',
      status: 'completed',
      totalRecords: 9,
      processedRecords: 9,
      successfulRecords: 7,
      failedRecords: 2,
      completedAt: operation.completedAt,
    });
  });

  it('goes on after kill -9 of the worker with the job that Zoho has, and orders no other', async () => {
    const org = await api().engine.org({ contacts: 10, bulkJobMs: HOUR_MS });
    const id = await start({
      connection: org.name,
      operations: [{ operation: 'insert', module: 'Contacts', records: newContacts(3) }],
    });
    await untilOperation(api(), 'bulk-writes', id, 'waits for Zoho', () => org.calls('getBulkWrite') > 0);

    await api().engine.worker.kill();
    await api().engine.worker.start();
    org.zoho.moveClock({ advance: HOUR_MS });
    await operationIs(api(), 'bulk-writes', id, 'completed');

    assert.equal(org.zoho.bulkWrites().length, 1);
    const results = await resultsOf(api(), 'bulk-writes', id);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['added', 'added', 'added'],
    );
  });

  it('learns from the call of Zoho which job an order became whose answer was lost', async () => {
    const org = await api().engine.org({ contacts: 10 });
    org.zoho.addFault({ kind: 'truncate', operation: 'createBulkWrite', times: 1 });

    const id = await start({
      connection: org.name,
      operations: [{ operation: 'insert', module: 'Contacts', records: newContacts(2) }],
    });
    const { operation, jobs } = await operationIs(api(), 'bulk-writes', id, 'completed');

    assert.equal(operation.successfulRecords, 2);
    assert.deepEqual(
      org.zoho.bulkWrites().map((job) => job.id),
      [jobs[0]?.zohoJobId],
    );
  });

  it('does not send an insert again whose order was never answered, and does not claim to know what became of it', async () => {
    const org = await api().engine.org({ contacts: 10 });
    org.zoho.addFault({ kind: 'reset', operation: 'createBulkWrite', times: 1 });
    const id = await start({
      connection: org.name,
      operations: [{ operation: 'insert', module: 'Contacts', records: newContacts(2) }],
    });

    // The row is as old as the wait for Zoho's own call would make it.
    await untilOperation(api(), 'bulk-writes', id, 'has ordered', ({ jobs }) => jobs[0]?.state === 'ORDERING');
    await api().engine.query(
      `update sync.bulk_jobs set updated_at = now() - interval '1 hour' where session_id = ? returning id`,
      [id],
    );
    const { operation } = await operationIs(api(), 'bulk-writes', id, 'failed');

    assert.match(operation.errorMessage ?? '', /what became of 2 records is not known/);
    assert.equal(org.calls('createBulkWrite'), 1);
    const results = await resultsOf(api(), 'bulk-writes', id);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['unknown', 'unknown'],
    );
  });

  it('ends by asking when the call of Zoho is lost, and takes one that comes twice', async () => {
    const org = await api().engine.org({ contacts: 10 });
    const request = (from: number) => ({
      connection: org.name,
      operations: [{ operation: 'insert', module: 'Contacts', records: newContacts(2, from) }],
    });
    org.zoho.addDeliveryRule({ kind: 'drop', times: 1 });
    await operationIs(api(), 'bulk-writes', await start(request(0)), 'completed');
    org.zoho.clearDeliveryRules();

    org.zoho.addDeliveryRule({ kind: 'duplicate', times: 1 });
    const id = await start(request(10));
    const { operation } = await operationIs(api(), 'bulk-writes', id, 'completed');

    assert.equal(operation.successfulRecords, 2);
    assert.equal(org.zoho.bulkWrites().length, 2);
  });

  it('is told by Zoho that a job has ended, and looks at once', async () => {
    const org = await api().engine.org({ contacts: 10, bulkJobMs: HOUR_MS });
    const id = await start({
      connection: org.name,
      operations: [{ operation: 'insert', module: 'Contacts', records: newContacts(2) }],
    });
    await untilOperation(api(), 'bulk-writes', id, 'has asked often', () => org.calls('getBulkWrite') > 2);
    org.zoho.moveClock({ advance: HOUR_MS });

    await operationIs(api(), 'bulk-writes', id, 'completed');

    const { recent } = org.zoho.deliveries();
    assert.deepEqual(
      recent.map(({ outcome, status }) => [outcome, status]),
      [['delivered', 202]],
    );
  });

  it('refuses a call that does not know the secret', async () => {
    const org = await api().engine.org({ contacts: 10, bulkJobMs: HOUR_MS });
    const id = await start({
      connection: org.name,
      operations: [{ operation: 'insert', module: 'Contacts', records: newContacts(2) }],
    });
    await untilOperation(api(), 'bulk-writes', id, 'waits for Zoho', () => org.calls('getBulkWrite') > 0);

    await api().call('POST', `/callbacks/bulk-write/${id}?file=1&secret=guessed`, { id: '1' }, 404);

    await api().call('POST', `/bulk-writes/${id}/cancel`);
    const { operation } = await operationIs(api(), 'bulk-writes', id, 'cancelled');
    assert.match(operation.message ?? '', /Zoho cannot be stopped and goes on with job \d+/);
    const results = await resultsOf(api(), 'bulk-writes', id);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['unknown', 'unknown'],
    );
  });

  it('fails before anything is sent when a module does not have a field', async () => {
    const org = await api().engine.org({ contacts: 10 });
    const id = await start({
      connection: org.name,
      operations: [{ operation: 'insert', module: 'Contacts', records: [{ Last_Name: 'A', Nonsense: 1 }] }],
    });

    const { operation } = await operationIs(api(), 'bulk-writes', id, 'failed');

    assert.match(operation.errorMessage ?? '', /cannot insert these fields of Contacts: Nonsense/);
    assert.equal(org.calls('uploadFile'), 0);
    const [result] = await resultsOf(api(), 'bulk-writes', id);
    assert.equal(result?.status, 'cancelled');
  });

  it('writes 25,000 records', async () => {
    const org = await api().engine.org({ contacts: 10 });

    const id = await start({
      connection: org.name,
      operations: [{ operation: 'upsert', module: 'Contacts', findBy: 'Email', records: newContacts(25_000) }],
    });
    const { operation } = await operationIs(api(), 'bulk-writes', id, 'completed');

    assert.deepEqual([operation.successfulRecords, operation.failedRecords], [25_000, 0]);
    assert.equal((await recordsOf(org, 'Contacts')).size, 25_010);
    const [row] = await api().engine.query<{ count: string }>(
      `select count(distinct record_id) as count from sync.bulk_operation_items where operation_id = ? and status = 'added'`,
      [id],
    );
    assert.equal(row?.count, '25000');
  });
});
