import type { Knex } from 'knex';
import type pg from 'pg';
import { qualifiedTable, type MirrorModule } from '../mirror/mirror-module';
import type { DeletedRow } from '../mirror/sweep';
import { endWaiting, HOLDS_NOTHING } from './end-waiting';

type Module = Pick<MirrorModule, 'connectionId' | 'key'>;

/** Counts rows of a module that Zoho no longer has, and whose removal waits for a person or was turned down. */
export async function countHeldRemovals(
  knex: Knex,
  mirror: Module & Pick<MirrorModule, 'schema' | 'table'>,
): Promise<number> {
  const answer = await knex.raw<{ rows: { count: string }[] }>(
    `select count(*) as count from sync.held_removals h join sync.mirrors m on m.id = h.mirror_id
     where m.connection_id = :connectionId and m.key = :key and (
       exists (select from ${qualifiedTable(mirror)} r where r.id = h.record_id)
       or exists (select from sync.quarantine q where q.connection_id = :connectionId and q.module_name = :key
         and q.record_id = h.record_id and q.status <> 'closed'))`,
    { connectionId: mirror.connectionId, key: mirror.key },
  );
  return Number(answer.rows[0]?.count ?? 0);
}

/** Of some records, those whose rows stay until a person decides, or since one has. */
export async function findHeldIds(
  knex: Knex,
  { connectionId, key }: Module,
  ids: readonly string[],
): Promise<string[]> {
  if (ids.length === 0) return [];
  const answer = await knex.raw<{ rows: { id: string }[] }>(
    `select h.record_id as id from sync.held_removals h join sync.mirrors m on m.id = h.mirror_id
     where m.connection_id = ? and m.key = ? and h.record_id = any(?::bigint[]) order by h.record_id`,
    [connectionId, key, [...ids]],
  );
  return answer.rows.map(({ id }) => id);
}

/** The next records of an approval in order of id, as they were found. */
export async function listHeld(knex: Knex, approvalId: string, after: string, limit: number): Promise<DeletedRow[]> {
  const answer = await knex.raw<{ rows: (Omit<DeletedRow, 'deletedAt'> & { foundAt: Date })[] }>(
    `select record_id as id, found_at as "foundAt", reason from sync.held_removals
     where approval_id = ? and record_id > ? order by record_id limit ?`,
    [approvalId, after, limit],
  );
  return answer.rows.map(({ id, reason, foundAt }) => ({ id, reason, deletedAt: foundAt.toISOString() }));
}

/**
 * Takes records out that Zoho has shown again, in the transaction that merges them; an approval that has none left is
 * withdrawn.
 * @param seenIn table of this transaction, or query, with their ids
 * @param asOf a time on Zoho's clock before they were read
 */
export async function releaseSeen(
  client: pg.Client,
  { connectionId, key }: Module,
  seenIn: string,
  asOf: Date,
): Promise<void> {
  // Whoever ends an approval locks it before the records, too.
  const approvals = await client.query<{ id: string }>(
    `select a.id from sync.approvals a join sync.mirrors m on m.id = a.mirror_id
     where m.connection_id = $1 and m.key = $2
       and exists (select from sync.held_removals h where h.approval_id = a.id and h.mirror_id = m.id)
     order by a.id for update of a`,
    [connectionId, key],
  );
  if (approvals.rows.length === 0) return;
  const ids = approvals.rows.map(({ id }) => id);
  const released = await client.query(
    `delete from sync.held_removals h
     where h.approval_id = any($1::uuid[]) and h.found_at < $2 and h.record_id in (select s.id from ${seenIn} s)`,
    [ids, asOf],
  );
  if (!released.rowCount) return;
  await client.query(endWaiting('withdrawn', `a.id = any($1::uuid[]) and ${HOLDS_NOTHING}`), [ids]);
}
