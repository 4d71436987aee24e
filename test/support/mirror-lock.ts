import pg from 'pg';
import type { Engine } from './engine';
import type { Org } from './org';
import { poll } from './poll';

/**
 * Takes the lock that all writers of a mirror take, so that a load stops between its COPY and its commit until the lock
 * is released, or PostgreSQL dies.
 */
export async function holdMirror(engine: Engine, org: Org, module: string): Promise<{ release(): Promise<void> }> {
  const client = new pg.Client(engine.databaseUrl);
  // A server that is killed while the lock is held releases it in its own way.
  client.on('error', () => undefined);
  await client.connect();
  await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [`mirror:${org.connectionId}:${module}`]);
  return { release: () => client.end().catch(() => undefined) };
}

/** Waits for a moment in the life of one of the worker's connections; `condition` is on `pg_stat_activity`. */
export async function waitUntilBackend(engine: Engine, condition: string): Promise<void> {
  await poll(
    async () => {
      const seen = await engine.query(
        `select from pg_stat_activity where application_name = 'pulse-worker' and datname = current_database()
           and ${condition}`,
      );
      return seen.length > 0;
    },
    {
      what: `a connection of the worker is seen with ${condition}`,
      pauseMs: 2,
      explain: async () => engine.worker.output,
    },
  );
}
