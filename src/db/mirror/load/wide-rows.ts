import type pg from 'pg';
import { quoteIdentifier } from '../identifiers';
import { qualifiedTable, SYNCED_AT, type MirrorModule } from '../mirror-module';
import type { StagingLayout } from './staged-column';
import { STAGING } from './staging';

/** Temporary table of the rows that are too wide for a page of PostgreSQL, as they were staged. */
export const WIDE_ROWS = 'wide_rows';
/** Type that names the cause of such a misfit. */
export const ROW_TOO_WIDE = 'row';
/** Bytes of the widest row. Values above some twenty bytes are stored elsewhere and count as a pointer each. */
const MAX_ROW = 8_160;
/** Bytes by which a value may grow when it is typed: a digit becomes a bigint. */
const GROWTH = 8;

/**
 * Stages rows one after the other and keeps those aside that are too wide for the staging table. Slower than a plain COPY
 * by a savepoint a row, so only for a chunk that PostgreSQL refused for its width.
 * @param stage copies the rows into `STAGING`
 */
export async function stageWithoutWideRows(client: pg.Client, stage: () => Promise<void>): Promise<void> {
  await client.query(`
    create temporary table ${WIDE_ROWS} (id text, data jsonb) on commit drop;
    alter table ${STAGING} rename to narrow_rows;
    create temporary view ${STAGING} as select * from narrow_rows;
    create or replace function pg_temp.stage_row() returns trigger language plpgsql as $function$
    begin
      insert into narrow_rows select (new).*;
      return new;
    exception when program_limit_exceeded then
      insert into ${WIDE_ROWS} values (new.id, to_jsonb(new));
      return null;
    end $function$;
    create trigger stage_row instead of insert on ${STAGING} for each row execute function pg_temp.stage_row()`);
  await stage();
  await client.query(`drop view ${STAGING}; alter table narrow_rows rename to ${STAGING}`);
}

/** Keeps the staged rows aside that are too wide for the mirror: as its types they may take more room than as texts. */
export async function removeWideRows(client: pg.Client, mirror: MirrorModule, layout: StagingLayout): Promise<void> {
  const columns = layout.columns.map(({ name }) => quoteIdentifier(name));
  const values = layout.columns.map(({ expression }) => expression);
  await client.query(`create temporary table mirror_row (like ${qualifiedTable(mirror)}) on commit drop`);
  await client.query(`
    do $block$
    declare wide record;
    begin
      for wide in
        select s.ctid as row, s.id::text as id, to_jsonb(s) as data from ${STAGING} s
        where pg_column_size(s.*) + ${GROWTH * columns.length} > ${MAX_ROW}
      loop
        begin
          insert into mirror_row (${['id', SYNCED_AT, ...columns].join(', ')})
          select ${['s.id', 'now()', ...values].join(', ')} from ${STAGING} s where s.ctid = wide.row;
        exception when program_limit_exceeded then
          insert into ${WIDE_ROWS} values (wide.id, wide.data);
          delete from ${STAGING} s where s.ctid = wide.row;
        end;
      end loop;
    end $block$`);
}
