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
});
