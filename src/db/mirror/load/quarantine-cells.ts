import type pg from 'pg';
import { quoteIdentifier, quoteLiteral } from '../identifiers';
import type { MirrorModule } from '../mirror-module';
import type { StagingLayout } from './staged-column';
import { STAGING } from './staging';

interface Chunk {
  sessionId: string;
  chunkNumber: number;
}

/**
 * Moves the rows with a cell that does not fit its column from staging to quarantine, one entry a cell, then types what
 * rows are compared by. The tolerant load's way to keep one bad cell from stopping a chunk.
 * @returns how many rows were set aside
 */
export async function quarantineBadCells(
  client: pg.Client,
  mirror: MirrorModule,
  layout: StagingLayout,
  chunk: Chunk,
): Promise<number> {
  const checks = [
    { name: 'id', type: 'bigint' },
    ...layout.columns.filter((column) => column.checked).map(({ name, type }) => ({ name, type })),
  ];
  const bad = checks.map(
    ({ name, type }) =>
      `(${quoteLiteral(name)}, ${quoteLiteral(type)}, s.${quoteIdentifier(name)}, pg_input_is_valid(s.${quoteIdentifier(name)}, ${quoteLiteral(type)}))`,
  );
  await client.query(
    `create temporary table misfits on commit drop as
     select s.ctid as row, s.id as record, cell.field, cell.type, cell.value, to_jsonb(s) as data
     from ${STAGING} s cross join lateral (values ${bad.join(', ')}) as cell (field, type, value, fits)
     where cell.value is not null and not cell.fits or cell.field = 'id' and cell.value is null`,
  );
  await client.query(
    `insert into sync.quarantine (connection_id, module_name, record_id, session_id, chunk_number, field, reason,
       error_code, raw_data)
     select $1, $2, case when pg_input_is_valid(record, 'bigint') then record::bigint end, $3, $4, field,
       format('The value does not fit %s.', type), 'VALUE_DOES_NOT_FIT', data
     from misfits
     on conflict do nothing`,
    [mirror.connectionId, mirror.module, chunk.sessionId, chunk.chunkNumber],
  );
  const removed = await client.query(
    `delete from ${STAGING} s using (select distinct row from misfits) m where s.ctid = m.row`,
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
  return removed.rowCount ?? 0;
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
