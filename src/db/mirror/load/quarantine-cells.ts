import type pg from 'pg';
import type { ColumnType } from '../../../domain/mirror/mirror-field';
import { loadSequence } from '../../../domain/runs/chunk-numbers';
import { quoteIdentifier, quoteLiteral } from '../identifiers';
import type { MirrorModule } from '../mirror-module';
import type { StagedColumn, StagingLayout } from './staged-column';
import { STAGING } from './staging';
import { removeWideRows, ROW_TOO_WIDE, WIDE_ROWS } from './wide-rows';
import { isSpelled, useTimeZone } from './zoho-spelling';

/** Temporary table of the cells that do not fit, in the transaction of a tolerant load. */
export const MISFITS = 'misfits';
/** Ids of all rows of the chunk, those that were set aside included, as a source for `from`. */
export const IDS_WITH_MISFITS = `(select id from ${STAGING} union select record_id from ${MISFITS} where record_id is not null)`;
/** Rows without an id that get a line each; the others are counted in one more. */
const MAX_LOGGED_ROWS = 20;
/** Largest whole numbers of the two types. */
const LIMITS = {
  integer: ['-2147483648', '2147483647'],
  bigint: ['-9223372036854775808', '9223372036854775807'],
} as const;

export interface RemovedRows {
  /** Rows that left staging. */
  removed: number;
  /** Those of them whose id cannot be read: nothing can ask for them again, so the log of the session names them. */
  withoutId: number;
}

/**
 * Removes the rows with a cell that does not fit its column from staging and keeps them in the table `misfits`, one
 * entry a cell, then types what rows are compared by. The tolerant load's way to keep one bad cell from stopping a
 * chunk. Rows that are kept aside because they are too wide join them.
 */
export async function removeBadCells(
  client: pg.Client,
  mirror: MirrorModule,
  layout: StagingLayout,
  chunk: { sessionId: string; chunkNumber: number; hasWideRows: boolean },
): Promise<RemovedRows> {
  const zoned = await useTimeZone(client, mirror.timeZone);
  await spellWholeNumbers(client, mirror, layout);
  const cells = layout.columns.filter(({ checked }) => checked).map(({ name, type }) => cellCheck(name, type, zoned));
  const id = cellCheck('id', 'bigint', zoned);
  const bad = [id, ...cells].map(({ field, type, value, fits }) => `(${field}, ${type}, ${value}, ${fits})`);
  // Most rows fit, and are found out without a row for each of their cells.
  const suspicious = [`${id.fits} is not true`, ...cells.map(({ fits }) => `not ${fits}`)];
  await client.query(
    `create temporary table ${MISFITS} on commit drop as
     select s.ctid as row, case when ${id.fits} then s.id::bigint end as record_id, cell.field, cell.type,
       to_jsonb(s) as data
     from ${STAGING} s cross join lateral (values ${bad.join(', ')}) as cell (field, type, value, fits)
     where (${suspicious.join(' or ')})
       and (cell.value is not null and not cell.fits or cell.field = 'id' and cell.value is null)`,
  );
  const withoutId = await logRowsWithoutId(client, mirror, chunk);
  const removed = await client.query(
    `delete from ${STAGING} s using (select distinct row from ${MISFITS}) m where s.ctid = m.row`,
  );
  const types = [
    'alter column id type bigint using id::bigint',
    ...(layout.modifiedTime
      ? [
          `alter column ${quoteIdentifier(layout.modifiedTime)} type timestamptz using ${quoteIdentifier(layout.modifiedTime)}::timestamptz`,
        ]
      : []),
  ];
  await client.query(`alter table ${STAGING} ${types.join(', ')}`);
  const wide = chunk.hasWideRows ? await takeWideRows(client, mirror, layout) : 0;
  return { removed: (removed.rowCount ?? 0) + wide, withoutId };
}

/** @returns how many rows are too wide */
async function takeWideRows(client: pg.Client, mirror: MirrorModule, layout: StagingLayout): Promise<number> {
  await removeWideRows(client, mirror, layout);
  // They have no place in staging; one that no row has there tells them apart.
  const taken = await client.query(
    `insert into ${MISFITS} (row, record_id, field, type, data)
     select format('(%s,1)', 4000000000 + row_number() over ())::tid,
       case when ${isSpelled('w.id', 'bigint', false)} then w.id::bigint end, '*', '${ROW_TOO_WIDE}', w.data
     from ${WIDE_ROWS} w`,
  );
  return taken.rowCount ?? 0;
}

/** SQL of a cell's name, type and text, and of whether it fits; null where it is empty. */
function cellCheck(
  name: string,
  type: ColumnType,
  zoned: boolean,
): Record<'field' | 'type' | 'value' | 'fits', string> {
  const value = `s.${quoteIdentifier(name)}`;
  return { field: quoteLiteral(name), type: quoteLiteral(type), value, fits: `(${isSpelled(value, type, zoned)})` };
}

/** Rewrites whole numbers that are spelled as decimals (`5.0`, `7E+3`), which PostgreSQL does not read as integers. */
async function spellWholeNumbers(client: pg.Client, mirror: MirrorModule, layout: StagingLayout): Promise<void> {
  // Never ids: one that was written with an exponent may have lost its last digits.
  const scalars = new Set(mirror.fields.filter(({ shape }) => shape === 'scalar').map(({ column }) => column));
  const whole = layout.columns.filter(
    (column): column is StagedColumn & { type: keyof typeof LIMITS } =>
      column.checked && scalars.has(column.name) && column.type in LIMITS,
  );
  if (whole.length === 0) return;
  const assignments = whole.map(({ name, type }) => {
    const cell = quoteIdentifier(name);
    const [low, high] = LIMITS[type];
    return `${cell} = case
      when ${isSpelled(cell, type, false)} or not (${isSpelled(cell, 'numeric', false)}) then ${cell}
      when ${cell}::numeric not between ${low} and ${high} or ${cell}::numeric <> trunc(${cell}::numeric) then ${cell}
      else trunc(${cell}::numeric)::bigint::text end`;
  });
  const misspelled = whole.map(({ name, type }) => `not (${isSpelled(quoteIdentifier(name), type, false)})`);
  await client.query(`update ${STAGING} set ${assignments.join(', ')} where ${misspelled.join(' or ')}`);
}

/** Writes rows without a readable id to the log of the session, with their position in the chunk. */
async function logRowsWithoutId(
  client: pg.Client,
  mirror: MirrorModule,
  { sessionId, chunkNumber }: { sessionId: string; chunkNumber: number },
): Promise<number> {
  const found = await client.query<{ count: string }>(
    `select count(distinct row) as count from ${MISFITS} where record_id is null`,
  );
  const count = Number(found.rows[0]?.count ?? 0);
  if (count === 0) return 0;
  await client.query(
    `insert into sync.sync_status_logs (connection_id, session_id, sequence, position, log_level, component, message,
       error_code)
     select $1, $2, $3, logged.number - 1, 'WARNING', 'quarantine',
       case when logged.number <= $6::int then format('Row %s of chunk %s has no readable id and is left out.', logged.position, $4::int)
         else format('%s more rows of chunk %s have no readable id and are left out.', $5::bigint - $6::int, $4::int) end,
       'ID_NOT_READABLE'
     from (
       select s.position, row_number() over (order by s.position) as number
       from (select ctid as row, row_number() over (order by ctid) as position from ${STAGING}) s
       where s.row in (select row from ${MISFITS} where record_id is null)
     ) logged
     where logged.number <= $6::int + 1
     on conflict (session_id, sequence, position) do nothing`,
    [mirror.connectionId, sessionId, loadSequence(chunkNumber), chunkNumber, count, MAX_LOGGED_ROWS],
  );
  return count;
}

/** Keeps the newest of several rows with one id: pages that shift while they are read repeat rows. */
export async function dropRepeatedRows(client: pg.Client, layout: StagingLayout): Promise<void> {
  const age = layout.modifiedTime
    ? `coalesce(${quoteIdentifier(layout.modifiedTime)}, '-infinity')`
    : 'null::timestamptz';
  await client.query(
    `delete from ${STAGING} s using (
       select ctid as row, row_number() over (partition by id order by ${age} desc, ctid desc) as place from ${STAGING}
     ) ranked where s.ctid = ranked.row and ranked.place > 1`,
  );
}
