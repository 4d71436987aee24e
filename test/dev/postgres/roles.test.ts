import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { preparePostgres, type PreparedPostgres } from '../../../dev/postgres/server';
import { startServer, type ServerProcess } from '../../support/server-process';

describe('the roles of the embedded server', function () {
  this.timeout(120_000);
  let folder: string;
  let prepared: PreparedPostgres;
  let server: ServerProcess;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'pulse-roles-'));
    await start();
  });
  after(async () => {
    await server.stop();
    for (const place of [folder, prepared.dataDirectory]) await rm(place, { recursive: true, force: true });
  });

  async function start(): Promise<void> {
    prepared = await preparePostgres({ dataDirectory: path.join(folder, 'data'), port: 0 });
    server = await startServer(prepared.spec);
  }
  async function query<T extends object>(url: string, ...statements: string[]): Promise<T[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      let rows: T[] = [];
      for (const statement of statements) ({ rows } = await client.query<T>(statement));
      return rows;
    } finally {
      await client.end();
    }
  }
  const readerUrl = () => {
    const { role: username, password } = prepared.reader;
    return Object.assign(new URL(prepared.url), { username, password }).href;
  };

  it('let the engine own its database, and do nothing to the server', async () => {
    const [role] = await query<object>(
      prepared.url,
      'create schema made',
      'create table made.by_engine (id bigint)',
      `select current_user::text as name, rolsuper, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user`,
    );

    assert.deepEqual(role, { name: 'pulse_engine', rolsuper: false, rolcreaterole: false, rolcreatedb: false });
    for (const forbidden of [
      `copy (select 1) to program 'id'`,
      'create role somebody',
      `select pg_read_file('PG_VERSION')`,
    ]) {
      await assert.rejects(query(prepared.url, forbidden), /permission denied/, forbidden);
    }
  });

  it('let people read everything and change nothing', async () => {
    await query(prepared.url, 'create schema read', 'create table read.data as select 42 as answer');

    assert.deepEqual(await query(readerUrl(), 'select answer from read.data'), [{ answer: 42 }]);
    for (const forbidden of ['delete from read.data', 'create table public.mine ()', 'create schema mine']) {
      await assert.rejects(
        query(readerUrl(), 'set default_transaction_read_only to off', forbidden),
        /permission denied/,
      );
    }
  });

  it('take over at the next start what an earlier version made as superuser', async () => {
    await query(
      prepared.superuserUrl,
      'create schema old',
      'create table old.rows (id bigint generated always as identity, serial serial)',
      'create view old.shown as select * from old.rows',
      'create sequence old.numbers',
      `create function old.one() returns int language sql as 'select 1'`,
      `create type old.kind as enum ('a')`,
      'create role analyst',
      'create schema theirs authorization analyst',
    );
    await server.stop();

    await start();

    const owners = await query<{ name: string; owner: string }>(
      prepared.url,
      `select relname as name, relowner::regrole::text as owner from pg_class where relnamespace = 'old'::regnamespace
         and relkind in ('r', 'v', 'S')
       union all select proname, proowner::regrole::text from pg_proc where pronamespace = 'old'::regnamespace
       union all select nspname, nspowner::regrole::text from pg_namespace where nspname in ('old', 'theirs')`,
    );
    assert.deepEqual(
      owners.filter(({ owner }) => owner !== 'pulse_engine').map(({ name, owner }) => [name, owner]),
      [['theirs', 'analyst']],
    );
    await query(prepared.url, 'alter table old.rows add column more text', 'insert into old.rows default values');
  });
});
