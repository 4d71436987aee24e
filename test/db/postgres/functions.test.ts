import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MIGRATIONS, type NamedMigration } from '../../../src/db/migrations';
import { applyFunctions, FUNCTIONS_FOLDER, readFunctions } from '../../../src/db/postgres/functions';
import { createDatabase } from '../../../src/db/postgres/knex';
import { migrateToLatest, pendingMigrations, rollbackAll } from '../../../src/db/postgres/migrate';
import { useDatabase } from '../support';

/** The last migration that came with functions of its own. */
const LAST_WITH_FUNCTIONS = '20261123120300_field_modifications';

describe('SQL functions', () => {
  const database = useDatabase();
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'pulse-functions-'));
    await cp(FUNCTIONS_FOLDER, folder, { recursive: true });
    await write('answer', 42);
    await migrateToLatest(database.knex, folder);
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
    await migrateToLatest(database.knex);
    await database.knex.raw('drop function if exists sync.answer, sync.other');
    await database.knex.raw(`delete from sync.applied_functions where file in ('answer.sql', 'other.sql')`);
  });

  const write = (name: string, value: number, revision = 1) =>
    writeFile(
      path.join(folder, `${name}.sql`),
      `-- revision: ${revision}\n-- Why ${value}?\ncreate or replace function sync.${name}() returns integer language sql as 'select ${value}';\n`,
    );
  async function call(name: string): Promise<number | undefined> {
    const answer = await database.knex.raw<{ rows: { value: number }[] }>(`select sync.${name}() as value`);
    return answer.rows[0]?.value;
  }
  /** Names and bodies of the engine's functions. */
  async function bodies(): Promise<ReadonlyMap<string, string>> {
    const answer = await database.knex.raw<{ rows: { name: string; body: string }[] }>(
      `select proname as name, prosrc as body from pg_proc where pronamespace = 'sync'::regnamespace`,
    );
    return new Map(answer.rows.map(({ name, body }) => [name, body]));
  }

  it('are applied to a fresh database', async () => {
    assert.equal(await call('answer'), 42);
  });

  it('are applied again when their revision rose, and only those', async () => {
    await write('answer', 43, 2);

    const applied = await migrateToLatest(database.knex, folder);

    assert.deepEqual([applied, await call('answer')], [['answer.sql'], 43]);
  });

  it('are left as a newer build made them', async () => {
    await write('answer', 43, 2);
    await migrateToLatest(database.knex, folder);
    await write('answer', 42, 1);

    const pending = await pendingMigrations(database.knex, folder);
    const applied = await migrateToLatest(database.knex, folder);

    assert.deepEqual([pending, applied, await call('answer')], [[], [], 43]);
  });

  it('are left as a newer build made them even after a migration', async () => {
    await write('answer', 43, 2);
    await migrateToLatest(database.knex, folder);
    await write('answer', 42, 1);
    const older = await readFunctions(folder);

    const applied = await database.knex.transaction((trx) => applyFunctions(trx, older, { all: true }));

    assert.ok(applied.length > 0 && !applied.includes('answer.sql'));
    assert.equal(await call('answer'), 43);
  });

  it('are pending while the database has a lower revision', async () => {
    await write('answer', 43, 2);

    assert.deepEqual(await pendingMigrations(database.knex, folder), ['answer.sql']);
  });

  it('need a revision in the first line', async () => {
    await writeFile(path.join(folder, 'answer.sql'), 'select 1');

    await assert.rejects(migrateToLatest(database.knex, folder), /first line of answer\.sql/);
  });

  it('are left alone while their revision is the same', async () => {
    assert.deepEqual(await migrateToLatest(database.knex, folder), []);
  });

  it('are applied once by processes that start together', async () => {
    await write('answer', 44, 2);
    await write('other', 45);
    const pools = [1, 2, 3].map(() => createDatabase(database.url, { poolMax: 2 }));

    const applied = await Promise.all(pools.map((pool) => migrateToLatest(pool, folder)));
    await Promise.all(pools.map((pool) => pool.destroy()));

    assert.deepEqual(applied.flat(), ['answer.sql', 'other.sql']);
  });

  it('are not recorded when one of them cannot be created', async () => {
    await write('answer', 46, 2);
    await writeFile(path.join(folder, 'other.sql'), '-- revision: 1\ncreate or replace function nonsense');

    await assert.rejects(migrateToLatest(database.knex, folder), /syntax error/);

    await write('other', 47);
    assert.deepEqual(await migrateToLatest(database.knex, folder), ['answer.sql', 'other.sql']);
  });

  it('are pending until they were applied once', async () => {
    await write('other', 48);
    const before = await pendingMigrations(database.knex, folder);
    await migrateToLatest(database.knex, folder);

    assert.deepEqual([before, await pendingMigrations(database.knex, folder)], [['other.sql'], []]);
  });

  it('stay when a build that does not know them migrates, and are not pending afterwards', async () => {
    await migrateToLatest(database.knex);

    assert.deepEqual([await call('answer'), await pendingMigrations(database.knex, folder)], [42, []]);
  });

  it('come back after everything was taken back', async () => {
    await database.knex.raw('drop function sync.answer');
    await rollbackAll(database.knex);
    const left = await bodies();
    await migrateToLatest(database.knex, folder);

    assert.deepEqual([left.size, await call('answer')], [0, 42]);
  });

  it('replace those a database has from its migrations', async () => {
    await database.knex.raw('drop function sync.answer');
    await rollbackAll(database.knex);
    await migrateUpTo(LAST_WITH_FUNCTIONS);

    await migrateToLatest(database.knex);

    const replaced = await bodies();
    const files = await readdir(FUNCTIONS_FOLDER);
    assert.deepEqual([...replaced.keys()].sort(), files.map((file) => path.parse(file).name).sort());
    for (const file of files) {
      const text = await readFile(path.join(FUNCTIONS_FOLDER, file), 'utf8');
      assert.ok(text.includes(replaced.get(path.parse(file).name) ?? '?'), file);
    }
  });

  /** Brings the database to the state of an older build. */
  async function migrateUpTo(last: string): Promise<void> {
    const known = MIGRATIONS.slice(0, MIGRATIONS.findIndex(({ name }) => name === last) + 1);
    await database.knex.raw('create schema if not exists sync');
    await database.knex.migrate.latest({
      schemaName: 'sync',
      tableName: 'migrations',
      migrationSource: {
        getMigrations: async () => [...known],
        getMigrationName: (migration: NamedMigration) => migration.name,
        getMigration: async (migration: NamedMigration) => migration,
      },
    });
  }
});
