import type { Knex } from 'knex';
import { countFreeConnections } from '../db/postgres/free-connections';

/**
 * Refuses to start a process that PostgreSQL could not serve later, when its pools fill. A pooler in between has room of
 * its own.
 * @param needed connections of all pools of the process
 * @throws Error one sentence on what to change
 */
export async function assertRoom(knex: Knex, needed: number): Promise<void> {
  const free = await countFreeConnections(knex);
  if (free === undefined || free >= needed) return;
  throw new Error(
    `PostgreSQL has ${free} connections left, and this process may need ${needed}: raise max_connections, put PgBouncer ` +
      'before it, or lower PULSE_API_CONCURRENCY, PULSE_SCAN_CONCURRENCY, PULSE_LOAD_CONCURRENCY and PULSE_DATABASE_POOL.',
  );
}
