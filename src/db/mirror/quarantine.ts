import type { Knex } from 'knex';
import { qualifiedTable, type MirrorModule } from './mirror-module';

/** Records of a module in quarantine. `q` is the entry; each names a record whose current version does not fit. */
const NOT_CLOSED = `from sync.quarantine q
  where q.connection_id = :connection and q.module_name = :module and q.status <> 'closed'`;

/** Columns named in a summary; the rest is in `sync.quarantine`. */
const MAX_NAMED_COLUMNS = 5;

export interface QuarantineCounts {
  /** Records whose current version does not fit. */
  quarantined: number;
  /** Those of them that the mirror has in no version; of the others it keeps the last good values. */
  unmirrored: number;
  /** Columns that refuse most of them, with the number of their records. */
  columns: { column: string; rows: number }[];
}

/** Counts the records of a module that the mirror cannot hold as they are now, whichever session met them. */
export async function countQuarantine(knex: Knex, mirror: MirrorModule): Promise<QuarantineCounts> {
  const key = { connection: mirror.connectionId, module: mirror.key };
  const [counts, columns] = await Promise.all([
    knex.raw<{ rows: [{ quarantined: string; unmirrored: string }] }>(
      `select count(*) as quarantined, count(*) filter (where not exists (
         select from ${qualifiedTable(mirror)} m where m.id = q.record_id)) as unmirrored ${NOT_CLOSED}`,
      key,
    ),
    knex.raw<{ rows: { column: string; rows: string }[] }>(
      `select cell ->> 'field' as column, count(*) as rows
       from (select q.fields ${NOT_CLOSED}) open cross join jsonb_array_elements(open.fields) as cell
       group by 1 order by count(*) desc, 1 limit :limit`,
      { ...key, limit: MAX_NAMED_COLUMNS },
    ),
  ]);
  const { quarantined, unmirrored } = counts.rows[0];
  return {
    quarantined: Number(quarantined),
    unmirrored: Number(unmirrored),
    columns: columns.rows.map(({ column, rows }) => ({ column, rows: Number(rows) })),
  };
}

/** True if any record of the module is in quarantine. */
export async function anyQuarantined(knex: Knex, mirror: Pick<MirrorModule, 'connectionId' | 'key'>) {
  const answer = await knex.raw<{ rows: [{ isAny: boolean }] }>(`select exists (select ${NOT_CLOSED}) as "isAny"`, {
    connection: mirror.connectionId,
    module: mirror.key,
  });
  return answer.rows[0].isAny;
}

/**
 * Open records that are worth another question: their time has come, or a column that refused them has another type now.
 * In the order in which they are due.
 */
export async function findDueRecords(
  knex: Knex,
  mirror: Pick<MirrorModule, 'connectionId' | 'key' | 'schema' | 'table'>,
  limit: number,
): Promise<string[]> {
  const answer = await knex.raw<{ rows: { id: string }[] }>(
    `select q.record_id as id ${NOT_CLOSED} and q.status = 'open' and (q.next_retry_at <= now() or exists (
       select from jsonb_array_elements(q.fields) as cell
       join pg_attribute a on a.attrelid = to_regclass(:table) and a.attname = cell ->> 'field' and not a.attisdropped
       where a.atttypid <> to_regtype(cell ->> 'type')))
     order by q.next_retry_at, q.record_id limit :limit`,
    { connection: mirror.connectionId, module: mirror.key, table: qualifiedTable(mirror), limit },
  );
  return answer.rows.map(({ id }) => id);
}

/** Splits ids into those that have a row in the mirror and those that have none. */
export async function splitByMirror(
  knex: Knex,
  mirror: Pick<MirrorModule, 'schema' | 'table'>,
  ids: readonly string[],
): Promise<{ mirrored: string[]; unmirrored: string[] }> {
  const answer = await knex.raw<{ rows: { id: string }[] }>(
    `select id from ${qualifiedTable(mirror)} where id = any(?::bigint[])`,
    [[...ids]],
  );
  const known = new Set(answer.rows.map(({ id }) => id));
  return { mirrored: ids.filter((id) => known.has(id)), unmirrored: ids.filter((id) => !known.has(id)) };
}

/** Postpones the next question about records by a day, as nothing was learned of them. */
export async function postponeRetry(
  knex: Knex,
  mirror: Pick<MirrorModule, 'connectionId' | 'key'>,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  await knex.raw(
    `update sync.quarantine set next_retry_at = now() + interval '1 day'
     where connection_id = ? and module_name = ? and record_id = any(?::bigint[]) and status = 'open'`,
    [mirror.connectionId, mirror.key, [...ids]],
  );
}
