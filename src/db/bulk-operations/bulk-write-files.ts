import type { Knex } from 'knex';
import type { BulkWriteAction } from '../../domain/runs/bulk-operations';

/** Rows read at a time while a file is written. */
const ROWS_PER_READ = 1_000;

/** The records of a bulk write that go to Zoho in one file, because they have the same module, operation and key. */
export interface BulkWriteFileGroup {
  /** From 1, in the order in which the request first names such a record. */
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

/**
 * Sorts the records of a bulk write into files. A file says for all its rows whether an empty cell clears a field or
 * leaves it alone; records that clear something are therefore kept together by the fields that they use. Idempotent.
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
       min(action) <> 'insert' and bool_or(cell.value in ('null', '""', '[]')) as clears
     from sync.bulk_operation_items, jsonb_each(record) as cell
     where operation_id = ? group by file_number order by file_number`,
    [operationId],
  );
  return rows;
}

async function numberRows(trx: Knex, operationId: string): Promise<void> {
  await trx.raw(
    `with keyed as (
       select position, module_name, action, find_by,
         case when action <> 'insert' and exists (
             select from jsonb_each(record) as cell where cell.value in ('null', '""', '[]'))
           then (select array_agg(name order by name) from jsonb_object_keys(record) as name) end as cleared
       from sync.bulk_operation_items where operation_id = :operationId
     ), grouped as (
       select position, min(position) over (partition by module_name, action, find_by, cleared) as first from keyed
     ), numbered as (
       select position, dense_rank() over (order by first) as file,
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
           when 'array' then (select string_agg(choice, ';') from jsonb_array_elements_text(record -> name) as choice)
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
