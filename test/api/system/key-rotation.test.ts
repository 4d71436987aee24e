import assert from 'node:assert/strict';
import type { ProblemDocument } from '../../../src/api/http/problem';
import { loadConfig } from '../../../src/config';
import { createApiKey } from '../../../src/db/access/api-keys';
import { openSecrets } from '../../../src/db/connections/connection-secrets';
import { getConnection } from '../../../src/db/connections/connections';
import { EncryptionKeyMissing, parseKeyRing } from '../../../src/db/postgres/encryption';
import { createLogger } from '../../../src/logger';
import { startApi } from '../../../src/runtime/start-api';
import { someConnection, useDatabase } from '../../db/support';

const key = (id: string, fill: number): string => `${id}:${Buffer.alloc(32, fill).toString('base64')}`;
/** The one that the connections of tests are sealed with. */
const OLD = key('test', 7);
const NEW = key('next', 8);

describe('rotating the encryption keys', () => {
  const database = useDatabase();

  /** Calls `POST /encryption-keys/rotate` of an API that was started with these keys. */
  async function rotateWith(keys: string): Promise<{ status: number; body: unknown }> {
    const environment = {
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      PULSE_API_PORT: '0',
      PULSE_ENCRYPTION_KEYS: keys,
    };
    const server = await startApi(loadConfig(environment), createLogger('test', 'silent'));
    try {
      const { secret } = await createApiKey(database.knex, { name: 'rotation', role: 'admin' });
      const headers = { authorization: `Bearer ${secret}` };
      const answer = await fetch(`${server.url}/api/v1/encryption-keys/rotate`, { method: 'POST', headers });
      return { status: answer.status, body: await answer.json() };
    } finally {
      await server.close();
    }
  }

  it('moves every secret to the new key, so that the old one can go, and changes nothing when repeated', async () => {
    const { id } = await someConnection(database.knex);
    await someConnection(database.knex);

    const first = await rotateWith(`${NEW},${OLD}`);
    const repeated = await rotateWith(NEW);

    assert.deepEqual([first.status, first.body], [200, { primaryKey: 'next', connections: 2 }]);
    assert.deepEqual(repeated.body, { primaryKey: 'next', connections: 0 });
    const connection = await getConnection(database.knex, id);
    assert.equal(openSecrets(parseKeyRing([NEW]), connection).refreshToken, '1000.refresh');
    assert.throws(() => openSecrets(parseKeyRing([OLD]), connection), EncryptionKeyMissing);
  });

  it('says which key is missing, and leaves what it can still open', async () => {
    const { id } = await someConnection(database.knex);

    const { status, body } = await rotateWith(key('unrelated', 9));

    assert.equal(status, 503);
    assert.equal((body as ProblemDocument).code, 'encryption_key_missing');
    assert.match((body as ProblemDocument).detail, /has no key/);
    assert.equal(
      openSecrets(parseKeyRing([OLD]), await getConnection(database.knex, id)).clientSecret,
      'client secret',
    );
  });

  it('says that there is no key at all', async () => {
    const { body } = await rotateWith('');

    assert.match((body as ProblemDocument).detail, /PULSE_ENCRYPTION_KEYS holds no key/);
  });
});
