import type { Knex } from 'knex';
import { instantOf } from '../../domain/mirror/zoho-clock';
import type { MirrorModule } from './mirror-module';

type Module = Pick<MirrorModule, 'connectionId' | 'key'>;

/** Whether the fields of a module `mirror` are to be read: it changed, a page lacked one of them, or they are old. */
const FIELDS_ARE_DUE = `(coalesce(mirror.fields_checked_at < now() - interval '6 hours', true)
  or mirror.adapting_since is not null)`;

const TABLE = `to_regclass(quote_ident(connection.mirror_schema) || '.' || quote_ident(mirror.table_name))`;

/** Whether the fields of a module are to be read before its next sync, also where its table is not there. */
export async function areFieldsDue(knex: Knex, { connectionId, key }: Module): Promise<boolean> {
  const answer = await knex.raw<{ rows: { isDue: boolean }[] }>(
    `select ${FIELDS_ARE_DUE} or ${TABLE} is null as "isDue"
     from sync.mirrors mirror join sync.connections connection on connection.id = mirror.connection_id
     where mirror.connection_id = ? and mirror.key = ?`,
    [connectionId, key],
  );
  return answer.rows[0]?.isDue ?? true;
}

/** A module whose fields are to be read. */
export interface ModuleToRead {
  /** Zoho's name of the module. */
  module: string;
  /** Name in the engine's books. */
  key: string;
}

/** Lists the modules with a table whose fields are to be read, by key. @param listed ids of the modules that Zoho lists */
export async function listModulesToRead(
  knex: Knex,
  connectionId: string,
  listed: readonly string[],
): Promise<ModuleToRead[]> {
  const answer = await knex.raw<{ rows: ModuleToRead[] }>(
    `select mirror.api_name as module, mirror.key
     from sync.mirrors mirror join sync.connections connection on connection.id = mirror.connection_id
     where mirror.connection_id = ? and mirror.module_id = any(?::bigint[]) and mirror.api_name is not null
       and ${FIELDS_ARE_DUE} and ${TABLE} is not null
     order by mirror.key`,
    [connectionId, [...listed]],
  );
  return answer.rows;
}

/** Notes that a module and its fields were read. @param modifiedTime Zoho's, of the module's settings */
export async function noteFieldsRead(
  knex: Knex,
  { connectionId, key }: Module,
  modifiedTime: string | null,
): Promise<void> {
  await knex.raw(
    `update sync.mirrors set modified_time = ?, metadata_checked_at = now(), fields_checked_at = now()
     where connection_id = ? and key = ?`,
    [readableTime(modifiedTime), connectionId, key],
  );
}

/** A module as the list of modules shows it. */
export interface ListedModule {
  id: string;
  apiName: string;
  modifiedTime: string | null;
}

/**
 * Notes that the modules of a connection were listed. The fields of one that has another name, was changed since, or is
 * listed no more are due.
 * @returns number of modules whose fields are due by that
 */
export async function noteModulesListed(
  knex: Knex,
  connectionId: string,
  listed: readonly ListedModule[],
): Promise<number> {
  const answer = await knex.raw<{ rows: { isChanged: boolean }[] }>(
    `with listed as (
       select * from jsonb_to_recordset(:listed::jsonb) as m (id bigint, "apiName" text, "modifiedTime" timestamptz)
     ), compared as (
       select mirror.id, listed."modifiedTime" as modified_time,
         (listed."apiName", listed."modifiedTime") is distinct from (mirror.api_name, mirror.modified_time) as is_changed
       from sync.mirrors mirror left join listed on listed.id = mirror.module_id
       where mirror.connection_id = :connectionId
     )
     update sync.mirrors mirror set metadata_checked_at = now(), modified_time = compared.modified_time,
       fields_checked_at = case when not compared.is_changed then mirror.fields_checked_at end
     from compared where compared.id = mirror.id
     returning compared.is_changed as "isChanged"`,
    {
      connectionId,
      listed: JSON.stringify(
        listed.map(({ id, apiName, modifiedTime }) => ({ id, apiName, modifiedTime: readableTime(modifiedTime) })),
      ),
    },
  );
  return answer.rows.filter(({ isChanged }) => isChanged).length;
}

/** Lets the next sync of a module read its fields, if they were not read within the last quarter of an hour. */
export async function expireFields(knex: Knex, { connectionId, key }: Module): Promise<void> {
  await knex.raw(
    `update sync.mirrors set fields_checked_at = null
     where connection_id = ? and key = ? and fields_checked_at < now() - interval '15 minutes'`,
    [connectionId, key],
  );
}

function readableTime(time: string | null): string | null {
  return time === null || Number.isNaN(instantOf(time)) ? null : time;
}
