import assert from 'node:assert/strict';
import type { BulkOperationAnswer } from '../../../src/api/bulk-operations/schemas';
import { someConnection } from '../../db/support';
import { NO_OPERATIONS, NO_TEMPORAL, useApi } from '../support/api';

describe('simultaneous bulk writes under one idempotency key', () => {
  let starts = 0;
  const api = useApi(
    () => NO_TEMPORAL,
    undefined,
    () => ({
      ...NO_OPERATIONS,
      start: async (_kind, { operationId }) => {
        starts += 1;
        return { workflowId: `bulk-write:${operationId}`, firstExecutionRunId: 'run' };
      },
    }),
  );

  it('are one operation, started once', async () => {
    const { name } = await someConnection(api.knex);
    const operations = [{ operation: 'insert', module: 'Contacts', records: [{ Last_Name: 'Roe' }] }];
    const call = { json: { connection: name, operations }, headers: { 'idempotency-key': 'at-once' } };

    const answers = await Promise.all(Array.from({ length: 5 }, () => api.call('POST', '/api/v1/bulk-writes', call)));

    assert.deepEqual(
      answers.map(({ status }) => status),
      [202, 202, 202, 202, 202],
    );
    assert.equal(new Set(answers.map(({ body }) => (body as BulkOperationAnswer).operation.id)).size, 1);
    assert.equal(starts, 1);
  });
});
