import type { Knex } from 'knex';
import type { MirrorModule } from './mirror-module';

type Module = Pick<MirrorModule, 'connectionId' | 'key'>;

/** Doubts about a module at one moment. An answer to a later question settles them, but none that came after. */
export interface Doubts {
  ids: string[];
  /** Number of the last of them. */
  upTo: string;
}

/** Finds records whose rows a read has contradicted, the oldest doubts first (see `MergeRule`). */
export async function findDoubts(knex: Knex, { connectionId, key }: Module, limit: number): Promise<Doubts> {
  const answer = await knex.raw<{ rows: { id: string; number: string }[] }>(
    `select record_id as id, number from sync.doubtful_records where connection_id = ? and module_name = ?
     order by number limit ?`,
    [connectionId, key, limit],
  );
  return { ids: answer.rows.map(({ id }) => id), upTo: answer.rows.at(-1)?.number ?? '0' };
}

/** Counts them. */
export async function countDoubts(knex: Knex, { connectionId, key }: Module): Promise<number> {
  const answer = await knex.raw<{ rows: { count: string }[] }>(
    'select count(*) as count from sync.doubtful_records where connection_id = ? and module_name = ?',
    [connectionId, key],
  );
  return Number(answer.rows[0]?.count ?? 0);
}

/** Forgets doubts once their records were asked for and merged; newer ones about the same records stay. */
export async function forgetDoubts(knex: Knex, { connectionId, key }: Module, { ids, upTo }: Doubts): Promise<void> {
  await knex.raw(
    `delete from sync.doubtful_records
     where connection_id = ? and module_name = ? and record_id = any(?::bigint[]) and number <= ?`,
    [connectionId, key, ids, upTo],
  );
}

/** Forgets the doubts of a session that reads the whole module after all. */
export async function forgetDoubtsOf(knex: Knex, { connectionId, key }: Module, sessionId: string): Promise<void> {
  await knex.raw(`delete from sync.doubtful_records where connection_id = ? and module_name = ? and session_id = ?`, [
    connectionId,
    key,
    sessionId,
  ]);
}
