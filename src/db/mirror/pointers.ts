import type { Knex } from 'knex';
import type { MirrorField } from '../../domain/mirror/mirror-field';
import type { MirrorModule } from './mirror-module';

/** A lookup of another module, or of the same one, to the records of a module. */
export interface Pointer {
  /** The module that has the lookup. */
  mirror: Pick<MirrorModule, 'connectionId' | 'key' | 'schema' | 'table'>;
  /** The lookup's column of ids, which has an index, and of names. */
  column: string;
  nameColumn: string;
}

/** Finds the lookups that may point to the records of a module, in modules that were synced. */
export async function findPointers(
  knex: Knex,
  { connectionId, schema, module }: Pick<MirrorModule, 'connectionId' | 'schema' | 'module'>,
): Promise<Pointer[]> {
  const answer = await knex.raw<{ rows: { key: string; table: string; definition: MirrorField }[] }>(
    `select m.key, m.table_name as "table", f.definition
     from sync.module_fields f join sync.mirrors m on m.connection_id = f.connection_id and m.key = f.module_name
     join sync.watermarks w on w.connection_id = m.connection_id and w.module_name = m.key
     where f.connection_id = ? and f.status = 'active' and f.data_type in ('lookup', 'multi_module_lookup')
       and coalesce(f.definition ->> 'lookupModule', ?) = ?
       and to_regclass(quote_ident(?) || '.' || quote_ident(m.table_name)) is not null
     order by m.id, f.ordinal`,
    [connectionId, module, module, schema],
  );
  return answer.rows.flatMap(({ key, table, definition: { column, nameColumn } }) =>
    nameColumn === undefined ? [] : [{ mirror: { connectionId, key, schema, table }, column, nameColumn }],
  );
}
