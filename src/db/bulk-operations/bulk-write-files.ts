import type { Knex } from 'knex';
import type { BulkWriteAction } from '../../domain/runs/bulk-operations';

/** Rows read at a time while a file is written. */
const ROWS_PER_READ = 1_000;

/** The records of a bulk write that go to Zoho in one file, because they have the same module, operation and key. */
export interface BulkWriteFileGroup {
  /** From 1, in the order in which Zoho is to write them. */
  file: number;
  module: string;
  action: BulkWriteAction;
  findBy: string | null;
  rows: number;
  /** API names that any of the records uses. */
  names: string[];
  /** Some field is to be cleared: an empty cell then clears, so these records all use the same fields. */
  clears: boolean;
}

/** Whether `cell.value` becomes an empty cell, or one of nothing but white space, which Zoho may take for empty. */
const IS_EMPTY_CELL = `case jsonb_typeof(cell.value)
  when 'null' then true
  when 'string' then cell.value #>> '{}' !~ '\\S'
  when 'array' then not exists (select from jsonb_array_elements_text(cell.value) as choice where choice ~ '\\S')
  else false end`;

/**
 * Sorts the records of a bulk write into files. A file says for all its rows whether an empty cell clears a field or
 * leaves it alone; records that clear something are therefore kept together by the fields that they use.
 *
 * Files are written one after another, and the rows of a file from the first to the last. So that a record which is
 * named several times ends as its last mention says, its mentions keep the order of the request within and across
 * files, and so do the operations on a module: by different keys they may mean the same record. Idempotent.
 */
export async function assignFiles(knex: Knex, operationId: string): Promise<BulkWriteFileGroup[]> {
  await knex.transaction(async (trx) => {
    // Without statistics of the new rows the planner would compare each with all others.
    await trx.raw('set local enable_nestloop = off');
    await numberRows(trx, operationId);
  });
  const { rows } = await knex.raw<{ rows: BulkWriteFileGroup[] }>(
    `select file_number as file, min(module_name) as module, min(action) as action, min(find_by) as "findBy",
       count(distinct row_number)::int as rows, array_agg(distinct cell.key) as names,
       min(action) <> 'insert' and bool_or(${IS_EMPTY_CELL}) as clears
     from sync.bulk_operation_items, jsonb_each(record) as cell
     where operation_id = :operationId group by file_number order by file_number`,
    { operationId },
  );
  return rows;
}

/**
 * Steps, from the innermost query: the fields of each record, and whether it clears one; the stretches of a module's
 * records with the same operation and key; the shape of a record, which is its fields where some record with the same
 * fields clears one; how often the shape has changed between the mentions of a record, which is its turn. A file is
 * one shape of one turn of one stretch. Plain inserts and updates by id never mean the same record, so where a module
 * has nothing else there is one stretch of each, however they are mixed: every file costs a job.
 */
async function numberRows(trx: Knex, operationId: string): Promise<void> {
  await trx.raw(
    `with described as (
       select position, module_name, action, find_by,
         (select array_agg(name order by name) from jsonb_object_keys(record) as name) as names,
         action <> 'insert' and exists (select from jsonb_each(record) as cell where ${IS_EMPTY_CELL}) as clears,
         bool_and(action = 'insert' and find_by is null or action = 'update' and find_by = 'id')
           over (partition by module_name) as commute,
         -- Different spellings of one key are taken for the same record: at worst that makes another file.
         coalesce(ltrim(lower(btrim(record ->> find_by)), '0'), 'row ' || position) as mention
       from sync.bulk_operation_items where operation_id = :operationId
     ), marked as (
       select *, (action, find_by) is distinct from
         (lag(action) over in_module, lag(find_by) over in_module) as begins
       from described window in_module as (partition by module_name order by position)
     ), stretched as (
       select *, case when commute then (action = 'update')::int
         else count(*) filter (where begins) over (partition by module_name order by position) end as stretch
       from marked
     ), shaped as (
       select *, case when bool_or(clears) over (partition by module_name, stretch, names) then names end as shape
       from stretched
     ), compared as (
       select *, shape is distinct from lag(shape, 1, shape) over (
         partition by module_name, stretch, mention order by position) as changes
       from shaped
     ), turned as (
       select *, count(*) filter (where changes) over (
         partition by module_name, stretch, mention order by position) as turn
       from compared
     ), grouped as (
       select position, min(position) over (partition by module_name, stretch) as begin_of_stretch, turn,
         min(position) over (partition by module_name, stretch, turn, shape) as first
       from turned
     ), numbered as (
       select position, dense_rank() over (order by begin_of_stretch, turn, first) as file,
         row_number() over (partition by first order by position) as row
       from grouped
     )
     update sync.bulk_operation_items item set file_number = numbered.file, row_number = numbered.row
     from numbered
     where item.operation_id = :operationId and item.position = numbered.position and item.file_number is null`,
    { operationId },
  );
}

/**
 * The lines of a file, read in turns, so that memory does not grow with them. Numbers come as they were sent, digit by
 * digit; a lookup is its id, choices are joined by semicolons, null is an empty cell.
 * @param columns API names, in the order of the cells
 */
export async function* fileRows(
  knex: Knex,
  operationId: string,
  file: number,
  columns: readonly string[],
): AsyncGenerator<(string | null)[]> {
  for (let after = 0; ;) {
    const { rows } = await knex.raw<{ rows: { row: number; cells: (string | null)[] }[] }>(
      `select row_number as row, array(
         select case jsonb_typeof(record -> name)
           when 'object' then record -> name ->> 'id'
           when 'array' then (
             select string_agg(choice, ';') from jsonb_array_elements_text(record -> name) as choice where choice ~ '\\S')
           else record ->> name end
         from unnest(:columns::text[]) with ordinality as wanted (name, place) order by place) as cells
       from sync.bulk_operation_items
       where operation_id = :operationId and file_number = :file and row_number > :after
       order by row_number limit :limit`,
      { operationId, file, after, columns: [...columns], limit: ROWS_PER_READ },
    );
    for (const { cells } of rows) yield cells;
    const last = rows.at(-1);
    if (!last || rows.length < ROWS_PER_READ) return;
    after = last.row;
  }
}
