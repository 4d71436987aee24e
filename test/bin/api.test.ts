import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { startServer } from '../../src/bin/api';
import { loadConfig } from '../../src/config';
import { openSecrets, getConnection } from '../../src/db/connections/connections';
import { parseKeyRing } from '../../src/db/postgres/encryption';
import { migrateToLatest, rollbackAll } from '../../src/db/postgres/migrate';
import { createLogger } from '../../src/logger';
import { useDatabase } from '../db/support';

const KEY = `test:${Buffer.alloc(32, 7).toString('base64')}`;
const logger = createLogger('test', 'silent');

describe('the API process', () => {
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

    const server = await startServer(config, logger);
    await server.close();

    const connection = await getConnection(database.knex, 'crm');
    assert.equal(connection.accountsUrl, 'https://accounts.zoho.eu');
    assert.equal(openSecrets(parseKeyRing([KEY]), connection).refreshToken, 'refresh token');
  });

  it('says which migrations are missing instead of serving', async () => {
    await rollbackAll(database.knex);
    const start = startServer(loadConfig(environment()), logger);

    await assert.rejects(start, /lacks 20261123100000_connections.*run the migrations first/);
    await migrateToLatest(database.knex);
  });

  it('says that its port is taken', async () => {
    const first = await startServer(loadConfig(environment()), logger);
    const { port } = new URL(first.url);

    const second = startServer(loadConfig(environment({ PULSE_API_PORT: port })), logger);

    await assert.rejects(second, /EADDRINUSE/);
    await first.close();
  });

  it('serves while Temporal is away, and ends with 0 on SIGTERM', async () => {
    const child = spawn(process.execPath, ['--import=tsx', 'src/bin/api.ts'], {
      env: { ...process.env, ...environment() },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const exited = once(child, 'exit');
    let url: string | undefined;
    for await (const line of createInterface({ input: child.stderr })) {
      url = (JSON.parse(line) as { url?: string }).url;
      if (url !== undefined) break;
    }

    const alive = await fetch(`${url}/api/v1/health`);
    const ready = await fetch(`${url}/api/v1/ready`);
    child.kill('SIGTERM');

    assert.equal(alive.status, 200);
    assert.equal(ready.status, 503);
    assert.deepEqual(await exited, [0, null]);
  });
});
