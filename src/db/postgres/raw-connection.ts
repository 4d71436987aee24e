import type { Knex } from 'knex';
import type pg from 'pg';

interface PoolOfKnex {
  acquireConnection(): Promise<pg.Client>;
  releaseConnection(connection: pg.Client): Promise<void>;
}

/**
 * Runs work on one of the pool's own `pg` connections, inside a transaction: COPY needs the driver itself.
 * Commits when the work ends well, rolls back otherwise; the connection always returns to the pool.
 */
export async function withRawTransaction<T>(knex: Knex, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const pool = knex.client as PoolOfKnex;
  const client = await pool.acquireConnection();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    // A connection that is already gone cannot roll back, and the server has done it then.
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    await pool.releaseConnection(client);
  }
}
