import type { Knex } from 'knex';
import type { MirrorField } from '../../domain/mirror/mirror-field';
import { toJsonb } from '../postgres/json';
import { endLayoutChange } from './layout';
import type { ColumnRenames } from './table-changes';

/** A field as the mirror knows it from earlier runs. */
export interface KnownField extends MirrorField {
  status: 'active' | 'no_permission' | 'removed';
  /** A full sync has ended since the column came: records that were not modified since have their values in it. */
  filled: boolean;
}

/** The mapping of a module's fields to columns, in the order of the metadata; fields that left Zoho included. */
export async function loadFields(knex: Knex, connectionId: string, module: string): Promise<KnownField[]> {
  const answer = await knex.raw<{
    rows: { definition: MirrorField; status: KnownField['status']; filled: boolean; bulkReadable: boolean }[];
  }>(
    `select definition, status, filled, bulk_readable as "bulkReadable" from sync.module_fields
     where connection_id = ? and module_name = ? order by ordinal`,
    [connectionId, module],
  );
  return answer.rows.map(({ definition, status, filled, bulkReadable }) => ({
    ...definition,
    status,
    filled,
    bulkReadable: definition.bulkReadable && bulkReadable,
  }));
}

/**
 * Stores the mapping. Fields that Zoho no longer lists stay, marked: their columns keep the last values.
 */
export async function saveFields(
  knex: Knex,
  connectionId: string,
  module: string,
  fields: readonly MirrorField[],
): Promise<void> {
  await knex.transaction(async (trx) => {
    await trx.raw(
      `update sync.module_fields set status = 'removed', updated_at = now()
       where connection_id = ? and module_name = ? and status <> 'removed' and field_id <> all(?::bigint[])`,
      [connectionId, module, fields.map((field) => field.fieldId)],
    );
    // Fields may take over each other's columns, and no two rows may name the same one on the way.
    await trx.raw(
      `update sync.module_fields known set column_name = '_moving_' || known.field_id
       from jsonb_array_elements(?::jsonb) as listed (field)
       where known.connection_id = ? and known.module_name = ? and known.field_id = (field ->> 'fieldId')::bigint
         and known.column_name <> field ->> 'column'`,
      [toJsonb(fields), connectionId, module],
    );
    await trx.raw(
      `insert into sync.module_fields as known (connection_id, module_name, field_id, api_name, column_name, data_type,
         column_type, definition, ordinal)
       select ?, ?, (field ->> 'fieldId')::bigint, field ->> 'apiName', field ->> 'column', field ->> 'dataType',
         field ->> 'type', field, ordinal
       from jsonb_array_elements(?::jsonb) with ordinality as listed (field, ordinal)
       on conflict (connection_id, module_name, field_id) do update set
         api_name = excluded.api_name, column_name = excluded.column_name, data_type = excluded.data_type,
         column_type = excluded.column_type, definition = excluded.definition, ordinal = excluded.ordinal,
         status = 'active', filled = known.filled and known.status = 'active', updated_at = now()
       where (known.definition, known.ordinal, known.status)
         is distinct from (excluded.definition, excluded.ordinal, 'active')`,
      [connectionId, module, toJsonb(fields)],
    );
    await endLayoutChange(trx, { connectionId, key: module });
  });
}

/** Finds the fields that Zoho has stopped to list since a session began. */
export async function findRemovedFields(
  knex: Knex,
  connectionId: string,
  module: string,
  sessionId: string,
): Promise<Pick<MirrorField, 'apiName' | 'column'>[]> {
  const answer = await knex.raw<{ rows: Pick<MirrorField, 'apiName' | 'column'>[] }>(
    `select api_name as "apiName", column_name as "column" from sync.module_fields
     where connection_id = ? and module_name = ? and status = 'removed'
       and updated_at >= (select started_at from sync.crm_sync_sessions where id = ?)
     order by ordinal`,
    [connectionId, module, sessionId],
  );
  return answer.rows;
}

/** Notes that a full sync has filled the columns of fields. */
export async function markFilled(
  knex: Knex,
  connectionId: string,
  module: string,
  fields: readonly MirrorField[],
): Promise<void> {
  await knex.raw(
    `update sync.module_fields set filled = true, updated_at = now()
     where connection_id = ? and module_name = ? and field_id = any(?::bigint[]) and not filled`,
    [connectionId, module, fields.map((field) => field.fieldId)],
  );
}

/**
 * Remembers that Zoho refuses to export a field, or only the name of what it points to, so that no later plan asks.
 * @returns false when that was known already
 */
export async function markNotBulkReadable(
  knex: Knex,
  connectionId: string,
  module: string,
  apiName: string,
  part: 'field' | 'name',
): Promise<boolean> {
  const change =
    part === 'field'
      ? { set: 'bulk_readable = false', where: 'bulk_readable' }
      : {
          set: `definition = definition || '{"bulkNameReadable": false}'`,
          where: `(definition -> 'bulkNameReadable')::boolean`,
        };
  const answer = await knex.raw<{ rowCount: number }>(
    `update sync.module_fields set ${change.set}, updated_at = now()
     where connection_id = ? and module_name = ? and api_name = ? and ${change.where}`,
    [connectionId, module, apiName],
  );
  return answer.rowCount > 0;
}

/** Columns of fields that were renamed in Zoho since the last run: the same field id under another name. */
export function renamedColumns(earlier: readonly MirrorField[], now: readonly MirrorField[]): ColumnRenames {
  const before = new Map(earlier.map((field) => [field.fieldId, field]));
  const renames = new Map<string, string>();
  for (const field of now) {
    const known = before.get(field.fieldId);
    if (!known) continue;
    if (known.column !== field.column) renames.set(known.column, field.column);
    if (known.nameColumn && field.nameColumn && known.nameColumn !== field.nameColumn) {
      renames.set(known.nameColumn, field.nameColumn);
    }
  }
  return renames;
}
