import assert from 'node:assert/strict';
import type { ProblemDocument } from '../../../src/api/http/problem';
import { NO_TEMPORAL, useApi } from '../support/api';

describe('a record of a bulk write', () => {
  const api = useApi(() => NO_TEMPORAL);

  for (const value of [null, '', ' \n', [], [''], ['', ' ']]) {
    it(`needs a value, which ${JSON.stringify(value)} is not, and is refused with its position`, async () => {
      const records = [{ Last_Name: 'First' }, { Last_Name: value, Title: null }, { Last_Name: 'Third' }];

      const { status, body } = await api.call('POST', '/api/v1/bulk-writes', {
        json: { operations: [{ operation: 'insert', module: 'Contacts', records }] },
      });

      const pointers = (body as ProblemDocument).errors?.map(({ pointer }) => pointer);
      assert.deepEqual([status, pointers], [422, ['#/operations/0/records/1']]);
    });
  }

  it('needs a key that is not blank', async () => {
    const records = [{ Last_Name: 'A', Email: ' ' }];

    const { body } = await api.call('POST', '/api/v1/bulk-writes', {
      json: { operations: [{ operation: 'upsert', module: 'Contacts', findBy: 'Email', records }] },
    });

    assert.deepEqual((body as ProblemDocument).errors, [
      { pointer: '#/operations/0/records/0', detail: 'Lacks Email, by which it is found' },
    ]);
  });
});
