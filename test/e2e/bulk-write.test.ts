import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { BulkOperationAnswer, BulkResult } from '../../src/api/bulk-operations/schemas';
import { type ChangedRecords, EXACT_AMOUNT, mixedRequest, newContacts } from '../support/bulk-write-requests';
import { type CallerUrl, startCallerUrl } from '../support/caller-url';
import { ExactNumber, type ExactObject } from '../support/exact-json';
import { exportedRecords } from '../support/exported-records';
import { operationIs, resultsOf, untilOperation } from '../support/operations';
import type { Org } from '../support/org';
import { poll } from '../support/poll';
import { useEngineApi } from '../support/use-engine';

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

  describe('that inserts, updates and upserts in one request', () => {
    let records: ChangedRecords;
    let caller: CallerUrl;
    let id: string;
    let answer: BulkOperationAnswer;
    let results: BulkResult[];
    let contacts: Map<string, ExactObject>;
    let deals: Map<string, ExactObject>;

    before(async () => {
      const org = await api().engine.org({ contacts: 40, deals: 20, accounts: 10 });
      const [changed = '', cleared = ''] = await someIds(org, 'Contacts', 2);
      const [deal = ''] = await someIds(org, 'Deals', 1);
      const [account = ''] = await someIds(org, 'Accounts', 1);
      records = { changed, cleared, deal, account };
      caller = await startCallerUrl(1);
      id = await start(
        mixedRequest({ connection: org.name, callbackUrl: caller.url, callbackSecret: SECRET }, records),
      );
      answer = await operationIs(api(), 'bulk-writes', id, 'completed');
      results = await resultsOf(api(), 'bulk-writes', id);
      contacts = await recordsOf(org, 'Contacts');
      deals = await recordsOf(org, 'Deals');
    });
    after(() => caller?.close());

    it('has an outcome for every record, in order', () => {
      assert.deepEqual(
        results.map(({ position, status }) => [position, status]),
        [
          [0, 'added'],
          [1, 'added'],
          [2, 'skipped'],
          [3, 'updated'],
          [4, 'skipped'],
          [5, 'updated'],
          [6, 'updated'],
          [7, 'added'],
          [8, 'updated'],
        ],
      );
      const errors = results.map(({ errors: [first] }) => first?.code);
      assert.equal(errors[2], 'MANDATORY_NOT_FOUND');
      assert.ok(errors[4]);
      assert.equal(errors.filter(Boolean).length, 2);
    });

    it('sends a job for each operation, and another for records that clear a field', () => {
      assert.deepEqual(
        answer.jobs.map(({ module, operation, records: count }) => [module, operation, count]),
        [
          ['Contacts', 'insert', 3],
          ['Contacts', 'update', 2],
          ['Contacts', 'update', 1],
          ['Contacts', 'upsert', 2],
          ['Deals', 'update', 1],
        ],
      );
    });

    it('upserts a record that it has just inserted', () => {
      const [first, second] = results.map(({ recordId }) => contacts.get(recordId ?? ''));
      assert.equal(results[6]?.recordId, results[0]?.recordId);
      assert.equal(first?.['Last_Name'], 'Again');
      assert.equal(second?.['Email'], 'written1@example.com');
    });

    it('writes lookups, cleared fields, dates and every digit of an amount', () => {
      const changed = contacts.get(records.changed);
      const deal = deals.get(records.deal);
      assert.equal(changed?.['Last_Name'], 'Changed');
      assert.equal((changed?.['Account_Name'] as ExactObject)['id'], records.account);
      assert.equal(contacts.get(records.cleared)?.['Phone'], null);
      assert.equal(deal?.['Closing_Date'], '2031-02-03');
      const amount = deal?.['Amount'];
      assert.ok(amount instanceof ExactNumber && Number(amount.digits) === Number(EXACT_AMOUNT));
    });

    it('counts its records and what Zoho was paid', () => {
      const { operation, jobs } = answer;
      assert.deepEqual(jobs[0]?.counts, { added: 2, updated: 0, skipped: 1, total: 3 });
      assert.deepEqual([operation.processedRecords, operation.successfulRecords, operation.failedRecords], [9, 7, 2]);
      assert.ok(operation.creditsSpent >= 2_500);
    });

    it('notifies its caller, again after a refusal, and signs what it says', async () => {
      await poll(async () => caller.received.length === 2, { what: 'the caller is notified twice' });
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
        completedAt: answer.operation.completedAt,
      });
    });
  });

  it('continues with the job that Zoho has after kill -9 of the worker, and submits no other', async () => {
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

    assert.match(operation.errorMessage ?? '', /2 records may or may not have been written/);
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

  it('polls a job at once when Zoho calls back that it has ended', async () => {
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
