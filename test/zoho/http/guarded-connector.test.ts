import assert from 'node:assert/strict';
import { HttpClient } from '../../../src/zoho/http/http-client';

describe('a call to Zoho', () => {
  it('is not made to an address of a private network', async () => {
    const client = new HttpClient(2_000);
    const request = { origin: 'http://10.0.0.1:9', path: '/', method: 'GET', headers: {} } as const;

    await assert.rejects(client.send({ operation: 'list_records', module: 'Deals' }, request, undefined), {
      category: 'network',
      code: 'ADDRESS_NOT_ALLOWED',
    });
    await client.close();
  });
});
