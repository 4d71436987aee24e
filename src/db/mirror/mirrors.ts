import type { Knex } from 'knex';
import { columnNameOf, firstFreeName } from '../../domain/mirror/mirror-field';

/** Identity of a module of a connection: it outlives every spelling and every name that the module has in Zoho. */
export interface MirrorIdentity {
  /** Zoho's id; null until Zoho was asked about the module. */
  moduleId: string | null;
  /** Name in the engine's books, in locks and in workflow ids. Never changes. */
  key: string;
  /** Zoho's name now. */
  apiName: string;
  /** Table of the mirror. */
  table: string;
  /** Number of its layout, see `layout.ts`. */
  layout: number;
}

/** A module as Zoho's metadata names it. */
export interface NamedModule {
  id: string;
  apiName: string;
}

const COLUMNS = `module_id as "moduleId", key, coalesce(api_name, key) as "apiName", table_name as "table", layout`;

/** Finds a module by its name in Zoho, whatever its case. Undefined for one that was never synced. */
export async function findMirrorByName(
  knex: Knex,
  connectionId: string,
  apiName: string,
): Promise<MirrorIdentity | undefined> {
  const answer = await knex.raw<{ rows: MirrorIdentity[] }>(
    `select ${COLUMNS} from sync.mirrors
     where connection_id = :connectionId and lower(api_name) = lower(:apiName)
     order by api_name = :apiName desc, id limit 1`,
    { connectionId, apiName },
  );
  return answer.rows[0];
}

/** Finds a module by its name in the engine's books, which is what sessions carry. */
export async function findMirrorByKey(
  knex: Knex,
  connectionId: string,
  key: string,
): Promise<MirrorIdentity | undefined> {
  const answer = await knex.raw<{ rows: MirrorIdentity[] }>(
    `select ${COLUMNS} from sync.mirrors where connection_id = ? and key = ?`,
    [connectionId, key],
  );
  return answer.rows[0];
}

/** Whether a connection has mirrors. */
export async function hasMirrors(knex: Knex, connectionId: string): Promise<boolean> {
  const answer = await knex.raw<{ rows: [{ isAny: boolean }] }>(
    'select exists (select from sync.mirrors where connection_id = ?) as "isAny"',
    [connectionId],
  );
  return answer.rows[0].isAny;
}

/** The modules of a connection whose name in Zoho is not the one of the books: renamed ones, and those that came later. */
export async function listRenamedMirrors(
  knex: Knex,
  connectionIds: readonly string[],
): Promise<{ connectionId: string; key: string; apiName: string }[]> {
  const answer = await knex.raw<{ rows: { connectionId: string; key: string; apiName: string }[] }>(
    `select connection_id as "connectionId", key, api_name as "apiName" from sync.mirrors
     where connection_id = any(?::uuid[]) and api_name <> key`,
    [[...connectionIds]],
  );
  return answer.rows;
}

/**
 * Finds the identity of a module that Zoho names, or reserves its key and its table. The id decides: a renamed module
 * keeps both, and another module under an old name gets others. Idempotent; several processes may do it at once.
 */
export async function claimMirror(knex: Knex, connectionId: string, module: NamedModule): Promise<MirrorIdentity> {
  return knex.transaction(async (trx) => {
    await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`mirrors:${connectionId}`]);
    const known = await readMirrors(trx, connectionId);
    const own =
      known.find(({ moduleId }) => moduleId === module.id) ??
      known.find(({ moduleId, apiName }) => moduleId === null && apiName === module.apiName) ??
      known.find(({ moduleId, apiName }) => moduleId === null && isSameName(apiName, module.apiName));
    if (own?.moduleId === module.id && own.apiName === module.apiName) return { ...own, apiName: module.apiName };
    // Whoever had the name has lost it, and Zoho says under which one it goes when that module is asked for.
    await trx.raw(
      `update sync.mirrors set api_name = null, updated_at = now()
       where connection_id = ? and api_name = ? and module_id is distinct from ?`,
      [connectionId, module.apiName, module.id],
    );
    const identity = own ?? reserve(known, await indexNames(trx, connectionId), module.apiName);
    await trx.raw(
      `insert into sync.mirrors (connection_id, module_id, key, api_name, table_name)
       values (:connectionId, :id, :key, :apiName, :table)
       on conflict (connection_id, key) do update set
         module_id = excluded.module_id, api_name = excluded.api_name, updated_at = now()`,
      { connectionId, key: identity.key, table: identity.table, ...module },
    );
    const { key, table } = identity;
    const { layout } = own ?? { layout: 0 };
    return { moduleId: module.id, key, apiName: module.apiName, table, layout };
  });
}

type Known = Omit<MirrorIdentity, 'apiName'> & { apiName: string | null };

async function readMirrors(trx: Knex, connectionId: string): Promise<Known[]> {
  const answer = await trx.raw<{ rows: Known[] }>(
    `select module_id as "moduleId", key, api_name as "apiName", table_name as "table", layout from sync.mirrors
     where connection_id = ? order by id`,
    [connectionId],
  );
  return answer.rows;
}

/** An index shares its names with tables, and every mirror has indexes named after it. */
async function indexNames(trx: Knex, connectionId: string): Promise<string[]> {
  const answer = await trx.raw<{ rows: { name: string }[] }>(
    `select c.relname as name from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     join sync.connections connection on connection.mirror_schema = n.nspname
     where connection.id = ? and c.relkind = 'i'`,
    [connectionId],
  );
  return answer.rows.map(({ name }) => name);
}

function reserve(
  known: readonly Known[],
  indexes: readonly string[],
  apiName: string,
): Pick<MirrorIdentity, 'key' | 'table'> {
  const keys = new Set(known.map(({ key }) => key.toLowerCase()));
  const tables = new Set([...known.map(({ table }) => table), ...indexes]);
  return {
    key: firstFreeName(apiName, (name) => keys.has(name.toLowerCase())),
    table: firstFreeName(columnNameOf(apiName), (name) => tables.has(name)),
  };
}

function isSameName(one: string | null, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase();
}
