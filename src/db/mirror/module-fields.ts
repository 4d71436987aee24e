import type { Knex } from 'knex';
import type { FieldStatus, MirrorField } from '../../domain/mirror/mirror-field';
import { toJsonb } from '../postgres/json';
import { endLayoutChange } from './layout';

/** Comparisons in a row after which a field is volatile. */
export const OFTEN = 3;

/** A field as the mirror knows it from earlier runs. */
export interface KnownField extends MirrorField {
  status: FieldStatus;
  /** The field as Zoho has it, where the table is not like that. */
  wanted?: MirrorField;
  /** A full sync has ended since the column came: records that were not modified since have their values in it. */
  filled: boolean;
  /** Comparisons in a row found another value in most rows, whose times had not moved: a formula over the time of day. */
  isVolatile?: true;
}

/** The mapping of a module's fields to columns, in the order of the metadata; fields that left Zoho included. */
export async function loadFields(knex: Knex, connectionId: string, module: string): Promise<KnownField[]> {
  const answer = await knex.raw<{
    rows: (Pick<KnownField, 'status' | 'filled' | 'bulkReadable'> & {
      definition: MirrorField;
      wanted: MirrorField | null;
      isVolatile: boolean;
    })[];
  }>(
    `select definition, wanted, status, filled, bulk_readable as "bulkReadable",
       often_changed >= ${OFTEN} as "isVolatile"
     from sync.module_fields
     where connection_id = ? and module_name = ? order by ordinal`,
    [connectionId, module],
  );
  return answer.rows.map(({ definition, wanted, status, filled, bulkReadable, isVolatile }) => ({
    ...definition,
    status,
    filled,
    bulkReadable: definition.bulkReadable && bulkReadable,
    ...(wanted && { wanted }),
    ...(isVolatile && { isVolatile }),
  }));
}

/**
 * Stores the mapping. Fields that Zoho no longer lists stay, hidden: their columns keep the last values.
 * @param fields as the table has them
 * @param wanted as Zoho has them; those that the table has no column for are pending
 */
export async function saveFields(
  knex: Knex,
  connectionId: string,
  module: string,
  fields: readonly MirrorField[],
  wanted: readonly MirrorField[] = fields,
): Promise<void> {
  const inTable = new Map(fields.map((field) => [field.fieldId, field]));
  const listed = toJsonb(
    wanted.map((field) => {
      const mirrored = inTable.get(field.fieldId);
      // No other field may lose its column to one that has none.
      const column = mirrored?.column ?? `_pending_${field.fieldId}`;
      return { field: mirrored ?? field, wanted: field, column, status: mirrored ? 'active' : 'pending' };
    }),
  );
  await knex.transaction(async (trx) => {
    await trx.raw(
      `update sync.module_fields set status = 'hidden', hidden_since = now(), wanted = null, updated_at = now()
       where connection_id = ? and module_name = ? and status in ('active', 'pending') and field_id <> all(?::bigint[])`,
      [connectionId, module, wanted.map((field) => field.fieldId)],
    );
    // Fields may take over each other's columns, and no two rows may name the same one on the way.
    await trx.raw(
      `update sync.module_fields known set column_name = '_moving_' || known.field_id
       from jsonb_array_elements(?::jsonb) as listed (entry)
       where known.connection_id = ? and known.module_name = ?
         and known.field_id = (entry -> 'field' ->> 'fieldId')::bigint and known.column_name <> entry ->> 'column'`,
      [listed, connectionId, module],
    );
    await trx.raw(
      `insert into sync.module_fields as known (connection_id, module_name, field_id, api_name, column_name, data_type,
         column_type, definition, wanted, ordinal, status)
       select ?, ?, (field ->> 'fieldId')::bigint, field ->> 'apiName', entry ->> 'column', field ->> 'dataType',
         field ->> 'type', field, nullif(entry -> 'wanted', field), ordinal, entry ->> 'status'
       from jsonb_array_elements(?::jsonb) with ordinality as listed (entry, ordinal), lateral (select entry -> 'field' as field) mapped
       on conflict (connection_id, module_name, field_id) do update set
         api_name = excluded.api_name, column_name = excluded.column_name, data_type = excluded.data_type,
         column_type = excluded.column_type, definition = excluded.definition, wanted = excluded.wanted,
         ordinal = excluded.ordinal, status = excluded.status, hidden_since = null,
         filled = known.filled and known.status = 'active',
         unfilled_since = case when known.status = 'active' then known.unfilled_since else now() end,
         fill_asked_at = case when known.status = 'active' then known.fill_asked_at end,
         former_api_names = case when known.api_name = excluded.api_name then known.former_api_names
           else array_append(array_remove(known.former_api_names, known.api_name), known.api_name) end,
         updated_at = now()
       where (known.definition, known.wanted, known.ordinal, known.status)
         is distinct from (excluded.definition, excluded.wanted, excluded.ordinal, excluded.status)`,
      [connectionId, module, listed],
    );
    await endLayoutChange(trx, { connectionId, key: module });
  });
}

/** The names of a module's fields, those that they had earlier, too. */
export async function listFieldNames(
  knex: Knex,
  connectionId: string,
  module: string,
): Promise<{ apiName: string; formerNames: string[] }[]> {
  const answer = await knex.raw<{ rows: { apiName: string; formerNames: string[] }[] }>(
    `select api_name as "apiName", former_api_names as "formerNames" from sync.module_fields
     where connection_id = ? and module_name = ? order by ordinal`,
    [connectionId, module],
  );
  return answer.rows;
}

/** A field and its columns, as a person is shown them. */
export interface FieldColumns {
  fieldId: string;
  apiName: string;
  formerApiNames: string[];
  dataType: string;
  /** Null while the table has no column for it. */
  column: string | null;
  nameColumn: string | null;
  type: string;
  /** Type that Zoho's field needs, where the column has another. */
  wantedType: string | null;
  status: FieldStatus;
  filled: boolean;
  hiddenSince: Date | null;
}

/** Lists the fields of a module with their columns, in the order of the metadata. */
export async function listFieldColumns(knex: Knex, connectionId: string, module: string): Promise<FieldColumns[]> {
  const answer = await knex.raw<{ rows: FieldColumns[] }>(
    `select field_id as "fieldId", api_name as "apiName", former_api_names as "formerApiNames",
       data_type as "dataType", case when status <> 'pending' then column_name end as "column",
       case when status <> 'pending' then definition ->> 'nameColumn' end as "nameColumn", column_type as type,
       nullif(wanted ->> 'type', column_type) as "wantedType", status, filled, hidden_since as "hiddenSince"
     from sync.module_fields where connection_id = ? and module_name = ? order by ordinal, field_id`,
    [connectionId, module],
  );
  return answer.rows;
}

/** Takes the fields for deleted that Zoho has not shown for so many days. */
export async function giveUpHidden(knex: Knex, connectionId: string, module: string, days: number): Promise<void> {
  await knex.raw(
    `update sync.module_fields set status = 'removed', updated_at = now()
     where connection_id = ? and module_name = ? and status = 'hidden'
       and hidden_since < now() - make_interval(days => ?)`,
    [connectionId, module, days],
  );
}

/** Finds the fields that Zoho has stopped to list since a session began. */
export async function findHiddenFields(
  knex: Knex,
  connectionId: string,
  module: string,
  sessionId: string,
): Promise<Pick<MirrorField, 'apiName' | 'column'>[]> {
  const answer = await knex.raw<{ rows: Pick<MirrorField, 'apiName' | 'column'>[] }>(
    `select api_name as "apiName", column_name as "column" from sync.module_fields
     where connection_id = ? and module_name = ? and status = 'hidden'
       and hidden_since >= (select started_at from sync.crm_sync_sessions where id = ?)
     order by ordinal`,
    [connectionId, module, sessionId],
  );
  return answer.rows;
}

/** Notes that a session has filled the columns of fields, those aside that came while it was reading. */
export async function markFilled(
  knex: Knex,
  connectionId: string,
  module: string,
  fields: readonly Pick<MirrorField, 'fieldId'>[],
  sessionId: string,
): Promise<void> {
  await knex.raw(
    `update sync.module_fields set filled = true, updated_at = now()
     where connection_id = ? and module_name = ? and field_id = any(?::bigint[]) and not filled
       and unfilled_since <= coalesce((select min(loaded_at) from sync.session_chunks where session_id = ?), now())`,
    [connectionId, module, fields.map((field) => field.fieldId), sessionId],
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
