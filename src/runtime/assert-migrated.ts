import type { Knex } from 'knex';
import { pendingMigrations } from '../db/postgres/migrate';

/** Makes sure that a process finds the tables that it expects. @throws Error that names what is missing, and says what to do */
export async function assertMigrated(knex: Knex): Promise<void> {
  const pending = await pendingMigrations(knex);
  if (pending.length > 0) throw new Error(`The database lacks ${pending.join(', ')}: run the migrations first.`);
}
