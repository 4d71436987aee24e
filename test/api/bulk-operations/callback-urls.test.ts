import assert from 'node:assert/strict';
import type { BulkOperationAnswer } from '../../../src/api/bulk-operations/schemas';
import { getBulkOperation } from '../../../src/db/bulk-operations/bulk-operations';
import { someConnection } from '../../db/support';
import { NO_OPERATIONS, NO_TEMPORAL, useApi, type Answer } from '../support/api';

const STARTED = { workflowId: 'bulk-write:x', firstExecutionRunId: 'run' };

describe('the callback URL of a bulk write', () => {
  const api = useApi(
    () => NO_TEMPORAL,
    undefined,
    () => ({ ...NO_OPERATIONS, start: async () => STARTED }),
  );

  async function start(callbackUrl: string): Promise<Answer> {
    const { name } = await someConnection(api.knex);
    const operations = [{ operation: 'insert', module: 'Contacts', records: [{ Last_Name: 'A' }] }];
    const json = { connection: name, operations, callbackUrl, callbackSecret: 'sixteen-or-more-characters' };
    return api.call('POST', '/api/v1/bulk-writes', { json });
  }

  for (const url of ['http://example.com/done', 'https://10.0.0.8/done', 'https://3232235777/', 'ftp://example.com/']) {
    it(`is refused where the engine would not call it: ${url}`, async () => {
      const { status, body } = await start(url);

      assert.equal(status, 422);
      assert.equal((body as { errors: { pointer: string }[] }).errors[0]?.pointer, '#/callbackUrl');
    });
  }

  it('is kept as it was given', async () => {
    const { status, body } = await start('https://example.com/done?order=7');

    assert.equal(status, 202);
    const { callbackUrl } = await getBulkOperation(api.knex, (body as BulkOperationAnswer).operation.id);
    assert.equal(callbackUrl, 'https://example.com/done?order=7');
  });
});
