import type { Knex } from 'knex';
import { MIGRATIONS, type NamedMigration } from '../migrations';
import { applyFunctions, FUNCTIONS_FOLDER, pendingFunctions, readFunctions } from './functions';

/** The oldest server we support: the load relies on `pg_input_is_valid`, which is new in it. */
const OLDEST_POSTGRES_MAJOR = 16;

/** Held while migrating, so that several processes may start at once; any number that nobody else uses will do. */
const MIGRATION_LOCK = '7310868735422948217';

const config: Knex.MigratorConfig = {
  schemaName: 'sync',
  tableName: 'migrations',
  migrationSource: {
    getMigrations: async () => [...MIGRATIONS],
    getMigrationName: (migration: NamedMigration) => migration.name,
    getMigration: async (migration: NamedMigration) => migration,
  },
};

class UnsupportedPostgres extends Error {
  override readonly name = 'UnsupportedPostgres';
}

/**
 * Applies the missing migrations, then the functions of a higher revision, all or nothing. Safe to run from several
 * processes at once: one waits for the other.
 *
 * @param functionsFolder holds the SQL functions, one a file
 * @returns the names of the migrations and of the functions' files this call applied
 * @throws UnsupportedPostgres
 */
export async function migrateToLatest(knex: Knex, functionsFolder = FUNCTIONS_FOLDER): Promise<string[]> {
  await assertSupportedPostgres(knex);
  const functions = await readFunctions(functionsFolder);
  return underMigrationLock(knex, async (trx) => {
    const [, migrations] = (await trx.migrate.latest(config)) as [number, string[]];
    return [...migrations, ...(await applyFunctions(trx, functions, { all: migrations.length > 0 }))];
  });
}

/** Takes every migration back, newest first. The mirror's own schemas stay. */
export async function rollbackAll(knex: Knex): Promise<string[]> {
  return underMigrationLock(knex, async (trx) => {
    const [, reverted] = (await trx.migrate.rollback(config, true)) as [number, string[]];
    return reverted;
  });
}

/** The migrations and functions that this build has and the database lacks or has older; empty when it is up to date. */
export async function pendingMigrations(knex: Knex, functionsFolder = FUNCTIONS_FOLDER): Promise<string[]> {
  const functions = await readFunctions(functionsFolder);
  const applied = await appliedMigrations(knex);
  const pending = MIGRATIONS.map(({ name }) => name).filter((name) => !applied.has(name));
  // Every migration applies all functions.
  const rest = pending.length > 0 ? functions.map(({ file }) => file) : await pendingFunctions(knex, functions);
  return [...pending, ...rest];
}

async function appliedMigrations(knex: Knex): Promise<ReadonlySet<string>> {
  const tables = await knex.raw<{ rows: { present: boolean }[] }>(
    `select to_regclass('sync.migrations') is not null as present`,
  );
  if (!tables.rows[0]?.present) return new Set();
  const answer = await knex.raw<{ rows: { name: string }[] }>('select name from sync.migrations');
  return new Set(answer.rows.map(({ name }) => name));
}

async function assertSupportedPostgres(knex: Knex): Promise<void> {
  const answer = await knex.raw<{ rows: { version: string; number: number; encoding: string }[] }>(
    `select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
       current_setting('server_encoding') as encoding`,
  );
  const server = answer.rows[0];
  if (server && Math.floor(server.number / 10_000) < OLDEST_POSTGRES_MAJOR) {
    throw new UnsupportedPostgres(
      `PostgreSQL ${OLDEST_POSTGRES_MAJOR} or newer is needed; DATABASE_URL leads to ${server.version}.`,
    );
  }
  if (server && server.encoding !== 'UTF8') {
    throw new UnsupportedPostgres(
      `The database must be encoded in UTF8, since texts of Zoho may have any character; that of DATABASE_URL is in ${server.encoding}. Create one with: create database ... template template0 encoding 'UTF8'.`,
    );
  }
}

/** One transaction for everything: a process that dies half-way leaves neither half a schema nor a stuck lock. */
async function underMigrationLock<T>(knex: Knex, work: (trx: Knex.Transaction) => Promise<T>): Promise<T> {
  return knex.transaction(async (trx) => {
    await trx.raw('set local statement_timeout = 0');
    await trx.raw('select pg_advisory_xact_lock(?)', [MIGRATION_LOCK]);
    await trx.raw('create schema if not exists sync');
    return work(trx);
  });
}
