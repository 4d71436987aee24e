import type { Knex } from 'knex';
import { withRawTransaction } from './raw-connection';

/**
 * Connections that PostgreSQL still has for this role and database; undefined behind a pooler, which has connections of
 * its own to give. A pooler is noticed by the number of the backend that it makes up for its clients.
 */
export async function countFreeConnections(knex: Knex): Promise<number | undefined> {
  return withRawTransaction(knex, async (client) => {
    const answer = await client.query<{ backend: number; free: number }>(`
      with used as (
        select coalesce(sum(numbackends), 0) as everywhere,
          coalesce(sum(numbackends) filter (where datname = current_database()), 0) as here
        from pg_stat_database
      )
      select pg_backend_pid() as backend, least(
        current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
          - coalesce(current_setting('reserved_connections', true), '0')::int - used.everywhere,
        (select nullif(datconnlimit, -1) - used.here from pg_database where datname = current_database())
      )::int as free
      from used`);
    const [row] = answer.rows;
    const { processID } = client as { processID?: number };
    // This look has one itself.
    return row && row.backend === processID ? row.free + 1 : undefined;
  });
}
