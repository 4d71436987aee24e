import type { Knex } from 'knex';
import { poll } from '../support/poll';

const ENDING_MS = 10_000;

/**
 * The applications among these that hold a session of this database, after a moment: PostgreSQL forgets a session some
 * milliseconds after its client has left.
 */
export async function openSessions(knex: Knex, applications: readonly string[]): Promise<string[]> {
  let open: string[] = [];
  const isEmpty = async (): Promise<boolean> => {
    const { rows } = await knex.raw<{ rows: { name: string }[] }>(
      `select application_name as name
         from pg_stat_activity
        where datname = current_database() and application_name = any(?)`,
      [[...applications]],
    );
    open = rows.map(({ name }) => name);
    return open.length === 0;
  };
  await poll(isEmpty, { what: 'all sessions have ended', timeoutMs: ENDING_MS }).catch(() => undefined);
  return open;
}
