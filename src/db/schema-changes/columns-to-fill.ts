import type { Knex } from 'knex';

/** A module with columns that came after its full sync, and whose values nobody has asked for. */
export interface ModuleToFill {
  connectionId: string;
  /** Name of the connection. */
  connection: string;
  /** Zoho's name of the module. */
  module: string;
  /** Name of the module in the engine's books. */
  key: string;
  /** API names. */
  fields: string[];
}

/**
 * Lists the modules with new columns. While a module is read whole its columns are left to that.
 * @param dataTypes types of Zoho's fields that can be asked for by themselves
 */
export async function listModulesToFill(
  knex: Knex,
  dataTypes: readonly string[],
  limit: number,
): Promise<ModuleToFill[]> {
  const answer = await knex.raw<{ rows: ModuleToFill[] }>(
    `select m.connection_id as "connectionId", n.name as connection, coalesce(m.api_name, m.key) as module, m.key,
       array_agg(f.api_name order by f.ordinal) as fields
     from sync.module_fields f
     join sync.mirrors m on m.connection_id = f.connection_id and m.key = f.module_name
     join sync.connections n on n.id = m.connection_id and n.status = 'active'
     join sync.watermarks w on w.connection_id = m.connection_id and w.module_name = m.key
     where not f.filled and f.status = 'active' and f.fill_asked_at is null and f.bulk_readable
       and f.data_type = any(:dataTypes) and m.adapting_since is null
       and not exists (
         select from sync.crm_sync_sessions s
         where s.connection_id = m.connection_id and s.module_name = m.key and s.track = 'all_rows'
           and s.status in ('initiated', 'in_progress', 'paused'))
     group by m.id, n.id order by m.id limit :limit`,
    { dataTypes: [...dataTypes], limit },
  );
  return answer.rows;
}

/** Notes that the values of columns are being asked for: what comes of it, they are not asked for again. */
export async function noteFillAsked(
  knex: Knex,
  { connectionId, key, fields }: Pick<ModuleToFill, 'connectionId' | 'key' | 'fields'>,
): Promise<void> {
  await knex.raw(
    `update sync.module_fields set fill_asked_at = now()
     where connection_id = ? and module_name = ? and api_name = any(?)`,
    [connectionId, key, [...fields]],
  );
}
