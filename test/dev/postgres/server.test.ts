import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { Client } from 'pg';
import { type RunningPostgres, startPostgres } from '../../../dev/postgres/server';
import { isPortFree } from '../../../dev/processes/ports';

describe('startPostgres', function () {
  this.timeout(60_000);
  let dataDirectory: string;
  let server: RunningPostgres;
  before(async () => {
    dataDirectory = await mkdtemp(path.join(tmpdir(), 'pulse-postgres-'));
    server = await startPostgres({ dataDirectory, port: 0 });
  });
  after(async () => {
    await server.stop();
    await rm(dataDirectory, { recursive: true });
  });

  async function query<T>(url: string, sql: string): Promise<T[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<T & object>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  it('serves a database that keeps what is committed through a crash', async () => {
    const [settings] = await query<object>(
      server.url,
      "select current_setting('synchronous_commit') as commit, current_setting('jit') as jit, current_database() as name",
    );

    assert.deepEqual(settings, { commit: 'on', jit: 'off', name: 'pulse' });
  });

  it('writes no value of a statement that fails to its log', async () => {
    for (const sql of [
      "select 'CANARY'::int",
      "do $$ begin raise exception 'CANARY' using detail = 'CANARY'; end $$",
    ]) {
      await assert.rejects(query(server.url, sql), /CANARY/);
    }

    assert.doesNotMatch(await readFile(path.join(dataDirectory, 'server.log'), 'utf8'), /CANARY/);
  });

  it('refuses a client without the password', async () => {
    const url = new URL(server.url);
    url.password = 'guess';

    await assert.rejects(query(url.href, 'select 1'), /password authentication failed/);
  });

  it('keeps the password in a file of its owner only, off the command line', async () => {
    const { password } = new URL(server.url);
    const { mode } = await stat(path.join(dataDirectory, 'pulse.password'));

    assert.equal(mode & 0o077, 0);
    if (process.platform === 'linux') {
      assert.ok(!(await readFile(`/proc/${server.pid}/cmdline`, 'utf8')).includes(password));
    }
  });

  it('finds the data again after it was killed', async () => {
    await query(server.url, 'create table kept as select 42 as answer');
    process.kill(server.pid, 'SIGKILL');
    assert.equal(await server.ended, 'SIGKILL');

    server = await startPostgres({ dataDirectory, port: server.port });

    assert.deepEqual(await query(server.url, 'select answer from kept'), [{ answer: 42 }]);
  });

  it('takes the place of a server that a killed run left on the same data', async () => {
    const leftover = server;

    server = await startPostgres({ dataDirectory, port: 0 });

    assert.equal(await leftover.ended, 'exit code 0');
    assert.deepEqual(await query(server.url, 'select answer from kept'), [{ answer: 42 }]);
  });

  it('is gone when stopped', async () => {
    await server.stop();

    assert.equal(await isPortFree(server.port), true);
  });

  it('says which port is taken and how to choose another', async () => {
    server = await startPostgres({ dataDirectory, port: 0 });

    await assert.rejects(
      startPostgres({ dataDirectory: `${dataDirectory}-second`, port: server.port }),
      new RegExp(`Port ${server.port} for PostgreSQL is in use by another program.*PULSE_POSTGRES_PORT`),
    );
    await rm(`${dataDirectory}-second`, { recursive: true });
  });
});
