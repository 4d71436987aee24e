import assert from 'node:assert/strict';
import { loadConfig } from '../../src/config';
import { openSecrets } from '../../src/db/connections/connection-secrets';
import { getConnection } from '../../src/db/connections/connections';
import { parseKeyRing } from '../../src/db/postgres/encryption';
import { migrateToLatest, rollbackAll } from '../../src/db/postgres/migrate';
import { createLogger } from '../../src/logger';
import { startApi } from '../../src/runtime/start-api';
import { useDatabase } from '../db/support';
import { openSessions } from './support';

const KEY = `test:${Buffer.alloc(32, 7).toString('base64')}`;
const logger = createLogger('test', 'silent');

describe('starting the API', () => {
  const database = useDatabase();
  const environment = (more: Record<string, string> = {}): Record<string, string> => ({
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    PULSE_API_PORT: '0',
    ...more,
  });

  it('stores the connection of the environment with its secrets sealed', async () => {
    const config = loadConfig(
      environment({
        ZOHO_CLIENT_ID: '1000.A',
        ZOHO_CLIENT_SECRET: 'client secret',
        ZOHO_REFRESH_TOKEN: 'refresh token',
        ZOHO_DATA_CENTER: 'eu',
        PULSE_ENCRYPTION_KEYS: KEY,
      }),
    );

    const api = await startApi(config, logger);
    await api.close();

    const connection = await getConnection(database.knex, 'crm');
    assert.equal(connection.accountsUrl, 'https://accounts.zoho.eu');
    assert.equal(openSecrets(parseKeyRing([KEY]), connection).refreshToken, 'refresh token');
  });

  it('serves on an IPv6 address', async () => {
    const api = await startApi(loadConfig(environment({ PULSE_API_HOST: '::1' })), logger);
    const { status } = await fetch(`${api.url}/api/v1/health`);
    await api.close();

    assert.equal(new URL(api.url).hostname, '[::1]');
    assert.equal(status, 200);
  });

  it('names the database that there is not', async () => {
    const url = Object.assign(new URL(database.url), { pathname: '/nowhere' }).href;

    await assert.rejects(startApi(loadConfig(environment({ DATABASE_URL: url })), logger), /"nowhere" does not exist/);
  });

  it('says which migrations are missing instead of serving', async () => {
    await rollbackAll(database.knex);
    const start = startApi(loadConfig(environment()), logger);

    await assert.rejects(start, /lacks 20261123100000_connections.*run the migrations first/);
    await migrateToLatest(database.knex);
  });

  describe('on a port that is taken', () => {
    let first: Awaited<ReturnType<typeof startApi>>;
    let second: Promise<unknown>;
    beforeEach(async () => {
      first = await startApi(loadConfig(environment()), logger);
      second = startApi(loadConfig(environment({ PULSE_API_PORT: new URL(first.url).port })), logger);
    });
    afterEach(() => first.close());

    it('says so', async () => {
      await assert.rejects(second, /EADDRINUSE/);
    });

    it('leaves no database session open', async () => {
      await assert.rejects(second);
      await first.close();

      assert.deepEqual(await openSessions(database.knex, ['pulse-api', 'pulse-broker']), []);
    });
  });
});
