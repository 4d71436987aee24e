import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import type { Knex } from 'knex';
import { MIGRATIONS } from '../../../src/db/migrations';
import { FUNCTIONS_FOLDER } from '../../../src/db/postgres/functions';
import { createDatabase } from '../../../src/db/postgres/knex';
import { migrateToLatest, pendingMigrations, rollbackAll } from '../../../src/db/postgres/migrate';
import { useDatabase } from '../support';

const NAMES = MIGRATIONS.map(({ name }) => name);
const FILES = readdirSync(FUNCTIONS_FOLDER);

/** Every column and index of the engine's schema, as one comparable text. */
async function describeSchema(knex: Knex): Promise<string> {
  const answer = await knex.raw<{ rows: { line: string }[] }>(`
    select format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) as line
    from information_schema.columns where table_schema = 'sync' and table_name not like 'migrations%'
    union all
    select indexdef from pg_indexes where schemaname = 'sync' and tablename not like 'migrations%'
    order by line`);
  return answer.rows.map(({ line }) => line).join('\n');
}

describe('migrations', () => {
  const database = useDatabase();

  it('leave nothing behind when taken back, and make the same schema again', async () => {
    const before = await describeSchema(database.knex);

    const reverted = await rollbackAll(database.knex);
    const empty = await describeSchema(database.knex);
    const applied = await migrateToLatest(database.knex);

    assert.deepEqual(reverted, NAMES.toReversed());
    assert.equal(empty, '');
    assert.deepEqual(applied, [...NAMES, ...FILES]);
    assert.equal(await describeSchema(database.knex), before);
  });

  it('are applied once by several processes that start together', async () => {
    await rollbackAll(database.knex);
    const pools = [1, 2, 3].map(() => createDatabase(database.url, { poolMax: 2 }));

    const applied = await Promise.all(pools.map((pool) => migrateToLatest(pool)));
    await Promise.all(pools.map((pool) => pool.destroy()));

    assert.deepEqual(applied.flat(), [...NAMES, ...FILES]);
  });

  it('are reported as pending before they are applied, and not after', async () => {
    await rollbackAll(database.knex);
    const before = await pendingMigrations(database.knex);
    await migrateToLatest(database.knex);

    assert.deepEqual(before, [...NAMES, ...FILES]);
    assert.deepEqual(await pendingMigrations(database.knex), []);
  });

  it('work with a pool of a single connection', async () => {
    const pool = createDatabase(database.url, { poolMax: 1 });

    await rollbackAll(pool);
    const applied = await migrateToLatest(pool);
    await pool.destroy();

    assert.deepEqual(applied, [...NAMES, ...FILES]);
  });

  it('name the version of a server that is too old, and change nothing', async () => {
    const old = { raw: async () => ({ rows: [{ version: '15.18', number: 150_018 }] }) };

    await assert.rejects(migrateToLatest(old as unknown as Knex), /PostgreSQL 16 or newer is needed.*15/);
  });

  it('say what a role may not do that may not create schemas', async () => {
    const { pathname } = new URL(database.url);
    const name = pathname.slice(1);
    const role = `plain_${name}`;
    const empty = `empty_${name}`;
    const owner = createDatabase(database.url, { poolMax: 1 });
    try {
      await owner.raw(`create database ${empty}`);
      await owner.raw(`create role ${role} login password 'plain' nosuperuser`);
      await owner.raw(`revoke all on database ${empty} from public`);
      await owner.raw(`grant connect, temporary on database ${empty} to ${role}`);
      const url = Object.assign(new URL(database.url), {
        username: role,
        password: 'plain',
        pathname: `/${empty}`,
      }).href;
      const plain = createDatabase(url, { poolMax: 1 });
      await assert.rejects(migrateToLatest(plain), new RegExp(`permission denied for database ${empty}`));
      await plain.destroy();
    } finally {
      await owner.raw(`drop database if exists ${empty} with (force)`);
      await owner.raw(`drop role if exists ${role}`);
      await owner.destroy();
    }
  });

  it('are refused at once by a database that cannot hold every character', async () => {
    const name = `latin_${process.pid}_${Date.now()}`;
    await database.knex.raw(`create database ${name} template template0 encoding 'LATIN1' locale 'C'`);
    const pool = createDatabase(Object.assign(new URL(database.url), { pathname: `/${name}` }).href);
    try {
      await assert.rejects(migrateToLatest(pool), /must be encoded in UTF8.* is in LATIN1/);
    } finally {
      await pool.destroy();
      await database.knex.raw(`drop database ${name} with (force)`);
    }
  });
});
