import assert from 'node:assert/strict';
import type { BulkOperationAnswer } from '../../../src/api/bulk-operations/schemas';
import { listItems } from '../../../src/db/bulk-operations/bulk-operation-items';
import { getBulkOperation } from '../../../src/db/bulk-operations/bulk-operations';
import { someConnection } from '../../db/support';
import { NO_OPERATIONS, NO_TEMPORAL, useApi } from '../support/api';

const STARTED = { workflowId: 'mass-update:x', firstExecutionRunId: 'run' };

describe('mass updates', () => {
  const api = useApi(
    () => NO_TEMPORAL,
    undefined,
    () => ({ ...NO_OPERATIONS, start: async () => STARTED }),
  );

  it('keep the ids in order, and the request without them', async () => {
    const { name } = await someConnection(api.knex);
    const ids = Array.from({ length: 50_000 }, (_, index) => String(5_500_000_103_100_000 + index));

    const answer = await api.call('POST', '/api/v1/modules/Deals/mass-updates', {
      json: { connection: name, ids, values: { Stage: 'Closed Won' } },
    });

    const { operation } = answer.body as BulkOperationAnswer;
    const { request } = await getBulkOperation(api.knex, operation.id);
    const [last] = await listItems(api.knex, operation.id, {}, { limit: 1, after: 49_999 });
    assert.equal(answer.status, 202);
    assert.equal(last?.recordId, ids[49_999]);
    assert.equal(request['module'], 'Deals');
    assert.ok(!('ids' in request));
  });

  it('take the module in the body, too', async () => {
    const { name } = await someConnection(api.knex);

    const answer = await api.call('POST', '/api/v1/mass-updates', {
      json: { connection: name, module: 'Deals', ids: ['1'], values: { Stage: 'Closed Won' } },
    });

    assert.equal(answer.status, 202);
    assert.deepEqual((answer.body as BulkOperationAnswer).operation.modules, ['Deals']);
  });

  for (const [what, json, code] of [
    ['ids and a view', { ids: ['1'], customView: '2', values: { Stage: 'x' } }, 'validation_failed'],
    ['neither ids nor a view', { values: { Stage: 'x' } }, 'validation_failed'],
    ['an id twice', { ids: ['1', '1'], values: { Stage: 'x' } }, 'validation_failed'],
    ['an id above a bigint', { ids: ['9223372036854775808'], values: { Stage: 'x' } }, 'validation_failed'],
    ['the prototype as a field', { ids: ['1'], values: { Stage: 'x', ['__proto__']: 'y' } }, 'validation_failed'],
    ['four fields of Deals', { ids: ['1'], values: { A: 1, B: 1, C: 1, D: 1 } }, 'fields_not_updatable'],
  ] as const) {
    it(`refuse ${what}`, async () => {
      const { name: connection } = await someConnection(api.knex);
      const { body } = await api.call('POST', '/api/v1/modules/Deals/mass-updates', { json: { connection, ...json } });

      assert.equal((body as { code: string }).code, code);
    });
  }
});
