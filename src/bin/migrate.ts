import { loadConfig } from '../config';
import { createDatabase } from '../db/postgres/knex';
import { migrateToLatest } from '../db/postgres/migrate';

/** Brings the database of DATABASE_URL to the newest schema; `npm start` does so with its own. */
async function main(): Promise<void> {
  if (!process.env['DATABASE_URL']) throw new Error('Set DATABASE_URL to the database to migrate.');
  const database = createDatabase(loadConfig().DATABASE_URL, { applicationName: 'pulse-migrate', poolMax: 2 });
  try {
    const applied = await migrateToLatest(database);
    console.log(applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`);
  } finally {
    await database.destroy();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
