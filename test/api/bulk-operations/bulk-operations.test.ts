import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { BulkOperationAnswer } from '../../../src/api/bulk-operations/schemas';
import { listItems, saveItemOutcomes } from '../../../src/db/bulk-operations/bulk-operation-items';
import { getBulkOperation } from '../../../src/db/bulk-operations/bulk-operations';
import { planJob, updateJob } from '../../../src/db/bulk-operations/bulk-write-jobs';
import { recordRunUpdate } from '../../../src/db/runs/record-run-update';
import { operationRun } from '../../../src/domain/runs/run';
import { SyncWorkflowNotRunning, TemporalUnavailable } from '../../../src/temporal/runs/command-errors';
import type { OperationCommands } from '../../../src/temporal/runs/operation-commands';
import { someConnection } from '../../db/support';
import { NO_OPERATIONS, NO_TEMPORAL, useApi } from '../support/api';

const SECRET = 'sixteen-or-more-characters';
const STARTED = { workflowId: 'bulk-write:x', firstExecutionRunId: 'run' };

describe('bulk operations in the API', () => {
  let operations: OperationCommands = NO_OPERATIONS;
  let commands = NO_TEMPORAL;
  const api = useApi(
    () => commands,
    undefined,
    () => operations,
  );
  beforeEach(() => {
    operations = { ...NO_OPERATIONS, start: async () => STARTED };
    commands = NO_TEMPORAL;
  });

  const insertOf = (count: number, record: object = { Last_Name: 'A' }) => [
    { operation: 'insert', module: 'Contacts', records: Array.from({ length: count }, () => record) },
  ];

  async function started(more: object = {}, headers: Record<string, string> = {}) {
    const { name } = await someConnection(api.knex);
    const json = { connection: name, operations: insertOf(2), ...more };
    const answer = await api.call('POST', '/api/v1/bulk-writes', { json, headers });
    assert.equal(answer.status, 202, JSON.stringify(answer.body));
    return { json, ...(answer.body as BulkOperationAnswer) };
  }

  it('keeps the digits of numbers that a double does not hold', async () => {
    const { name } = await someConnection(api.knex);
    const raw = `{"connection":"${name}","operations":[{"operation":"insert","module":"Deals",
      "records":[{"Deal_Name":"x","Amount":1234567890123456.70}]}]}`;

    const { body } = await api.call('POST', '/api/v1/bulk-writes', { raw });

    const { rows } = await api.knex.raw<{ rows: { amount: string }[] }>(
      `select record ->> 'Amount' as amount from sync.bulk_operation_items where operation_id = ?`,
      [(body as BulkOperationAnswer).operation.id],
    );
    assert.equal(rows[0]?.amount, '1234567890123456.70');
  });

  it('takes a body above the usual limit, but only from a caller with a key', async () => {
    const { name } = await someConnection(api.knex);
    const json = { connection: name, operations: insertOf(5_000, { Last_Name: 'x'.repeat(200) }) };

    const taken = await api.call('POST', '/api/v1/bulk-writes', { json });
    const refused = await api.call('POST', '/api/v1/bulk-writes', { json, as: null });
    const viewer = await api.call('POST', '/api/v1/bulk-writes', { json, as: 'viewer' });

    assert.deepEqual([taken.status, refused.status, viewer.status], [202, 401, 403]);
  });

  for (const [what, body, pointer] of [
    ['more than 25,000 records', { operations: insertOf(25_001) }, '#/operations/0/records'],
    [
      'an upsert without a key',
      { operations: [{ operation: 'upsert', module: 'Contacts', records: [{ A: 1 }] }] },
      '#/operations/0/findBy',
    ],
    [
      'an update without an id',
      { operations: [{ operation: 'update', module: 'Contacts', records: [{ A: 1 }] }] },
      '#/operations/0/records/0',
    ],
    [
      'a key that every object inherits, and no record has',
      { operations: [{ operation: 'upsert', module: 'Contacts', findBy: 'constructor', records: [{ A: 1 }] }] },
      '#/operations/0/records/0',
    ],
    [
      'a lookup by an id above a bigint',
      { operations: insertOf(1, { Account_Name: { id: '9223372036854775808' } }) },
      '#/operations/0/records/0/Account_Name/id',
    ],
    ['a record without a field', { operations: insertOf(1, {}) }, '#/operations/0/records/0'],
    [
      'a character that cannot be stored',
      { operations: insertOf(1, { Last_Name: 'a\0b' }) },
      '#/operations/0/records/0/Last_Name',
    ],
    [
      'a callback without a secret',
      { operations: insertOf(1), callbackUrl: 'https://example.com/x' },
      '#/callbackSecret',
    ],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const answer = await api.call('POST', '/api/v1/bulk-writes', { json: body });

      assert.equal(answer.status, 422);
      assert.equal((answer.body as { errors: { pointer: string }[] }).errors[0]?.pointer, pointer);
    });
  }

  it('answers the same operation to the same key and body, and refuses another body', async () => {
    const headers = { 'idempotency-key': 'once' };
    const first = await started({}, headers);

    const again = await api.call('POST', '/api/v1/bulk-writes', { json: first.json, headers });
    const other = await api.call('POST', '/api/v1/bulk-writes', {
      json: { ...first.json, operations: insertOf(3) },
      headers,
    });

    assert.equal((again.body as BulkOperationAnswer).operation.id, first.operation.id);
    assert.equal((other.body as { code: string }).code, 'idempotency_key_reused');
  });

  it('ends an operation whose workflow could not be started, and frees its key', async () => {
    const { name } = await someConnection(api.knex);
    const call = { json: { connection: name, operations: insertOf(1) }, headers: { 'idempotency-key': 'retry' } };
    operations = { ...NO_OPERATIONS, start: () => Promise.reject(new TemporalUnavailable('away')) };

    const failed = await api.call('POST', '/api/v1/bulk-writes', call);
    operations = { ...NO_OPERATIONS, start: async () => STARTED };
    const retried = await api.call('POST', '/api/v1/bulk-writes', call);

    assert.deepEqual([failed.status, retried.status], [503, 202]);
  });

  it('keeps values out of the audit log and the secret out of the table', async () => {
    const { operation } = await started({
      operations: insertOf(1, { Last_Name: 'Somebody' }),
      callbackUrl: 'https://example.com/told',
      callbackSecret: SECRET,
    });

    const audit = JSON.stringify(await api.knex('audit_log').withSchema('sync').select());
    const kept = await getBulkOperation(api.knex, operation.id);

    assert.ok(!audit.includes('Somebody') && !audit.includes(SECRET));
    assert.match(audit, /"records":1/);
    assert.ok(kept.callbackSecret !== null && !kept.callbackSecret.includes(SECRET));
    assert.ok(!api.logLines.join('').includes(SECRET));
  });

  it('pages through results, narrowed by what became of the records', async () => {
    const { operation } = await started({ operations: insertOf(5) });
    const refused = [2, 3, 5].map((position) => {
      return {
        position,
        status: 'skipped' as const,
        recordId: null,
        errors: [{ code: 'INVALID_DATA', fields: ['Email'] }],
      };
    });
    await saveItemOutcomes(api.knex, operation.id, refused);
    const path = `/api/v1/bulk-writes/${operation.id}/results?status=skipped&limit=2`;
    type Page = { results: { position: number }[]; nextCursor: string; hasMore: boolean };

    const first = (await api.call('GET', path)).body as Page;
    const second = (await api.call('GET', `${path}&cursor=${first.nextCursor}`)).body as Page;

    assert.deepEqual(
      [first, second].map(({ results, hasMore }) => [results.map(({ position }) => position), hasMore]),
      [
        [[1, 2], true],
        [[4], false],
      ],
    );
  });

  it('lists operations of its kind only, and does not know one as the other', async () => {
    const { operation } = await started();
    const { connection } = operation;

    const bulkWrites = await api.call('GET', `/api/v1/bulk-writes?connection=${connection}&status=initiated`);
    const massUpdates = await api.call('GET', `/api/v1/mass-updates?connection=${connection}`);
    const other = await api.call('GET', `/api/v1/mass-updates/${operation.id}`);

    const ids = ({ body }: { body: unknown }) =>
      (body as { operations: { id: string }[] }).operations.map(({ id }) => id);
    assert.deepEqual([ids(bulkWrites), ids(massUpdates)], [[operation.id], []]);
    assert.equal((other.body as { code: string }).code, 'operation_not_found');
  });

  it('cancels one whose workflow is gone, and refuses one that has ended', async () => {
    const { operation } = await started();
    const done = await started();
    await recordRunUpdate(api.knex, {
      run: operationRun(done.operation.id),
      sequence: 1,
      patch: { status: 'completed' },
    });
    commands = { ...NO_TEMPORAL, cancel: () => Promise.reject(new SyncWorkflowNotRunning('gone')) };

    const cancelled = await api.call('POST', `/api/v1/bulk-writes/${operation.id}/cancel`, {
      json: { reason: 'enough' },
    });
    const refused = await api.call('POST', `/api/v1/bulk-writes/${done.operation.id}/cancel`);

    assert.equal((cancelled.body as BulkOperationAnswer).operation.errorMessage, 'enough');
    assert.equal((refused.body as { code: string }).code, 'operation_finished');
    const items = await listItems(api.knex, operation.id, {}, { limit: 5 });
    assert.deepEqual(
      items.map(({ status }) => status),
      ['cancelled', 'cancelled'],
    );
  });

  it('pauses and resumes one by its workflow, and says whether it has taken effect', async () => {
    const { operation } = await started();
    const sent: string[] = [];
    commands = {
      ...NO_TEMPORAL,
      update: async ({ workflowId }, name, { by, reason }) => {
        sent.push(`${name} ${workflowId} by ${by}: ${reason}`);
        return name === 'pause';
      },
    };
    const send = (command: string) =>
      api.call('POST', `/api/v1/bulk-writes/${operation.id}/${command}`, { json: { reason: 'lunch' } });

    const statuses = [(await send('pause')).status, (await send('resume')).status];

    const { workflowId, initiatedBy } = operation;
    assert.deepEqual(statuses, [200, 202]);
    assert.deepEqual(sent, [
      `pause ${workflowId} by ${initiatedBy}: lunch`,
      `resume ${workflowId} by ${initiatedBy}: lunch`,
    ]);
  });

  describe("Zoho's call at the end of a job", () => {
    async function waiting() {
      const { operation } = await started();
      const { connectionId } = await getBulkOperation(api.knex, operation.id);
      const job = { connectionId, operationId: operation.id, kind: 'write', file: 1 } as const;
      await planJob(api.knex, { ...job, details: { module: 'Contacts', action: 'insert' } });
      const callbackHash = createHash('sha256').update(SECRET).digest();
      await updateJob(api.knex, operation.id, 'write', 1, { state: 'ORDERING', callbackHash });
      const notified: number[] = [];
      operations = { ...NO_OPERATIONS, jobFinished: async (_id, file) => void notified.push(file) };
      return { id: operation.id, notified };
    }

    it('is passed on if it knows the secret, and names the job of an unanswered order', async () => {
      const { id, notified } = await waiting();

      const answer = await api.call('POST', `/api/v1/callbacks/bulk-write/${id}?file=1&secret=${SECRET}`, {
        as: null,
        json: { id: '5500000002398001', status: 'COMPLETED' },
      });

      assert.equal(answer.status, 202);
      assert.deepEqual(notified, [1]);
      const { body } = await api.call('GET', `/api/v1/bulk-writes/${id}`);
      assert.equal((body as BulkOperationAnswer).jobs[0]?.zohoJobId, '5500000002398001');
    });

    for (const query of ['file=1&secret=guessed', `file=2&secret=${SECRET}`]) {
      it(`is refused with ${query.replace(SECRET, 'the secret of another')}`, async () => {
        const { id, notified } = await waiting();

        const answer = await api.call('POST', `/api/v1/callbacks/bulk-write/${id}?${query}`, { as: null, json: {} });

        assert.equal(answer.status, 404);
        assert.deepEqual(notified, []);
        assert.ok(!api.logLines.join('').includes(SECRET));
      });
    }

    it('is taken without harm when the bulk write has ended', async () => {
      const { id } = await waiting();
      operations = { ...NO_OPERATIONS, jobFinished: () => Promise.reject(new SyncWorkflowNotRunning('ended')) };

      const answer = await api.call('POST', `/api/v1/callbacks/bulk-write/${id}?file=1&secret=${SECRET}`, { as: null });

      assert.equal(answer.status, 202);
    });
  });
});
