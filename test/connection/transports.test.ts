import assert from 'node:assert/strict';
import { ZohoTransports } from '../../src/connection/transports';
import { getFields } from '../../src/zoho/metadata/fields';
import { TIMEOUT_MS } from '../activities/support';
import { KEY_RING, useDatabase } from '../db/support';
import { StubZoho } from '../zoho/support/stub-zoho';

describe('ZohoTransports', () => {
  const database = useDatabase();

  it('asks no permit of the connection for a token that is not stored yet', async () => {
    const zoho = await StubZoho.start();
    const broker = { limiter: () => ({ acquire: () => Promise.reject(new Error('no credits')) }) };
    const settings = {
      knex: database.knex,
      keyRing: () => KEY_RING,
      allowLoopback: true,
      timeoutMs: TIMEOUT_MS,
      broker,
    };
    const expiresAt = new Date(Date.now() + 3_600_000);
    const token = { accessToken: 'new', apiDomain: zoho.url, expiresAt };
    const transport = new ZohoTransports(settings).withToken('connection', token);
    try {
      zoho.answer(200, { fields: [] });
      assert.deepEqual(await getFields(transport, 'Deals'), []);
    } finally {
      await transport.close();
      await zoho.stop();
    }
  });
});
