import type { Knex } from 'knex';
import { instantOf } from '../../domain/mirror/zoho-clock';
import type { MirrorModule } from './mirror-module';

type Module = Pick<MirrorModule, 'connectionId' | 'key'>;

/** Parts of a module's metadata that are to be read before the next sync. */
export interface DueMetadata {
  /** The list of modules, and what changed of the users: once an hour. */
  modules: boolean;
  /** The fields: when the list of modules says that the module changed, else every six hours. */
  fields: boolean;
}

/** Finds what of a module's metadata is due. All of it where its table is not there, or not as the map of its fields says. */
export async function findDueMetadata(knex: Knex, { connectionId, key }: Module): Promise<DueMetadata> {
  const answer = await knex.raw<{ rows: DueMetadata[] }>(
    `select coalesce(mirror.metadata_checked_at < now() - interval '1 hour', true) as modules,
       coalesce(mirror.fields_checked_at < now() - interval '6 hours', true) or mirror.adapting_since is not null
         or to_regclass(quote_ident(connection.mirror_schema) || '.' || quote_ident(mirror.table_name)) is null as fields
     from sync.mirrors mirror join sync.connections connection on connection.id = mirror.connection_id
     where mirror.connection_id = ? and mirror.key = ?`,
    [connectionId, key],
  );
  return answer.rows[0] ?? { modules: true, fields: true };
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
      listed: JSON.stringify(listed.map((module) => ({ ...module, modifiedTime: readableTime(module.modifiedTime) }))),
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
