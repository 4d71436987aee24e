import type { Knex } from 'knex';
import { ITEM_STATUSES, type ItemCounts, type ItemError, type ItemStatus } from '../../domain/runs/bulk-operations';
import { BulkOperationItemModel } from '../models/bulk-operation-item';
import { toJsonb } from '../postgres/json';

/** Zoho's outcome of one record. */
export interface ItemOutcome {
  status: ItemStatus;
  recordId: string | null;
  errors: readonly ItemError[];
}

/**
 * Stores the records of a bulk write from the request's own text, so that no number passes through a double.
 * @param body JSON text: `operations`, each with `operation`, `module`, `findBy` and `records`
 * @param modules API names by those of the request, where they differ
 */
export async function insertBulkWriteItems(
  trx: Knex,
  operationId: string,
  body: string,
  modules: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  await trx.raw(
    // The few words about a group are taken out once: beside each record they would be looked up in all of its text.
    `with operation as materialized (
       select ordinality, value ->> 'operation' as action,
         coalesce(:modules::jsonb ->> (value ->> 'module'), value ->> 'module') as module,
         coalesce(value ->> 'findBy', case value ->> 'operation' when 'update' then 'id' end) as find_by,
         value -> 'records' as records
       from jsonb_array_elements(:body::jsonb -> 'operations') with ordinality
     )
     insert into sync.bulk_operation_items (operation_id, position, action, module_name, find_by, record)
     select :operationId::uuid, row_number() over (order by operation.ordinality, record.ordinality),
       operation.action, operation.module, operation.find_by, record.value
     from operation, jsonb_array_elements(operation.records) with ordinality as record`,
    { operationId, body, modules: toJsonb(Object.fromEntries(modules)) },
  );
}

/** Stores the records that a mass update names by their ids. */
export async function insertMassUpdateItems(
  trx: Knex,
  operationId: string,
  module: string,
  ids: readonly string[],
): Promise<void> {
  await trx.raw(
    `insert into sync.bulk_operation_items (operation_id, position, action, module_name, record_id)
     select :operationId::uuid, item.ordinality, 'mass_update', :module, item.id
     from unnest(:ids::bigint[]) with ordinality as item (id, ordinality)`,
    { operationId, module, ids: [...ids] },
  );
}

/** Records without an outcome, in the order of the request. */
export async function nextPendingItems(
  knex: Knex,
  operationId: string,
  limit: number,
): Promise<{ position: number; recordId: string }[]> {
  const answer = await knex.raw<{ rows: { position: number; recordId: string }[] }>(
    `select position, record_id as "recordId" from sync.bulk_operation_items
     where operation_id = ? and status = 'pending' order by position limit ?`,
    [operationId, limit],
  );
  return answer.rows;
}

/** Writes outcomes by the places of their records, as one statement. Repeating it changes nothing. */
export async function saveItemOutcomes(
  knex: Knex,
  operationId: string,
  outcomes: readonly (ItemOutcome & { position: number })[],
): Promise<void> {
  await saveOutcomes(
    knex,
    operationId,
    'item.position = outcome.place',
    outcomes.map(({ position, ...outcome }) => ({ ...outcome, place: position })),
    0,
  );
}

/** Writes outcomes by the lines of a file, as one statement. Repeating it changes nothing. */
export async function saveRowOutcomes(
  knex: Knex,
  operationId: string,
  file: number,
  outcomes: readonly (ItemOutcome & { rowNumber: number })[],
): Promise<void> {
  await saveOutcomes(
    knex,
    operationId,
    'item.file_number = :file and item.row_number = outcome.place',
    outcomes.map(({ rowNumber, ...outcome }) => ({ ...outcome, place: rowNumber })),
    file,
  );
}

async function saveOutcomes(
  knex: Knex,
  operationId: string,
  match: string,
  outcomes: readonly (ItemOutcome & { place: number })[],
  file: number,
): Promise<void> {
  await knex.raw(
    `update sync.bulk_operation_items item
     set status = outcome.status, record_id = coalesce(outcome."recordId", item.record_id),
       errors = nullif(outcome.errors, '[]')
     from jsonb_to_recordset(:outcomes::jsonb) as outcome (
       place int, status text, "recordId" bigint, errors jsonb)
     where item.operation_id = :operationId and ${match}`,
    { operationId, file, outcomes: toJsonb(outcomes) },
  );
}

/**
 * Gives every record that is still pending the same end, in one file or in all of them.
 * @returns how many there were
 */
export async function closePendingItems(
  knex: Knex,
  operationId: string,
  outcome: { status: ItemStatus; code: string },
  file?: number,
): Promise<number> {
  const { rowCount } = await knex.raw<{ rowCount: number }>(
    `update sync.bulk_operation_items set status = :status, errors = :errors::jsonb
     where operation_id = :operationId and status = 'pending' and (:file::int is null or file_number = :file::int)`,
    {
      operationId,
      status: outcome.status,
      errors: toJsonb([{ code: outcome.code, fields: [] }]),
      file: file ?? null,
    },
  );
  return rowCount;
}

/** Number of records by outcome. */
export async function countItems(knex: Knex, operationId: string): Promise<ItemCounts> {
  const { rows } = await knex.raw<{ rows: { status: ItemStatus; count: number }[] }>(
    `select status, count(*)::int as count from sync.bulk_operation_items where operation_id = ? group by status`,
    [operationId],
  );
  const counted = new Map(rows.map(({ status, count }) => [status, count]));
  return Object.fromEntries(ITEM_STATUSES.map((status) => [status, counted.get(status) ?? 0])) as unknown as ItemCounts;
}

/** Records of an operation in the order of the request. */
export async function listItems(
  knex: Knex,
  operationId: string,
  filter: { status?: readonly ItemStatus[] },
  page: { limit: number; after?: number },
): Promise<BulkOperationItemModel[]> {
  const query = BulkOperationItemModel.query(knex)
    .select(
      'position',
      'action',
      'module_name',
      'find_by',
      'file_number',
      'row_number',
      'status',
      'record_id',
      'errors',
    )
    .where('operation_id', operationId)
    .orderBy('position')
    .limit(page.limit);
  if (filter.status !== undefined) void query.whereIn('status', [...filter.status]);
  if (page.after !== undefined) void query.where('position', '>', page.after);
  return query;
}
