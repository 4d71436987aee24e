import type { Knex } from 'knex';

/** Tables that hold something of a module under its name, besides the sessions. */
const BOOKS = ['module_fields', 'watermarks', 'tombstones', 'quarantine'] as const;
/** The mirror's key, and PostgreSQL's system columns: no table of a mirror was ever called so. */
const RESERVED = ['', 'id', 'ctid', 'tableoid', 'xmin', 'xmax', 'cmin', 'cmax'];

interface Named {
  connectionId: string;
  schema: string;
  name: string;
  /** When a sync of this spelling completed last. */
  completedAt: Date | null;
}

/**
 * A module has one identity, and one table of its own: both were derived from the spelling of its name. Spellings that
 * differ in case only become one module; of two modules that shared a table, the one whose sync completed last keeps
 * it, since that sync moved the other's rows to tombstones.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sync.mirrors (
      id integer generated always as identity primary key,
      connection_id uuid not null references sync.connections (id),
      -- Zoho's id of the module, which a rename leaves alone; null until Zoho was asked.
      module_id bigint,
      -- The name in the engine's books: the API name at first sight, numbered where it was taken. Never changes.
      key text not null,
      -- Zoho's name now; null once another module has taken it.
      api_name text,
      table_name text not null,
      -- When the engine made the table: a table of this name without it belongs to somebody else.
      table_made_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (connection_id, module_id),
      unique (connection_id, key),
      unique (connection_id, api_name),
      unique (connection_id, table_name)
    )
  `);
  const modules = new Map<string, Named[]>();
  for (const named of await namedModules(knex)) {
    const spelling = `${named.connectionId} ${named.name.toLowerCase()}`;
    modules.set(spelling, [...(modules.get(spelling) ?? []), named]);
  }
  const taken = new Set<string>();
  for (const [kept, ...others] of modules.values()) {
    if (!kept) continue;
    for (const other of others) await joinBooks(knex, kept, other.name);
    await reserveTable(knex, kept, taken);
  }
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table sync.mirrors');
}

/** Names in the books, those synced last first. */
async function namedModules(knex: Knex): Promise<Named[]> {
  const answer = await knex.raw<{ rows: Named[] }>(
    `select named.connection_id as "connectionId", connection.mirror_schema as schema, named.module_name as name,
       mark.updated_at as "completedAt"
     from (${BOOKS.map((book) => `select connection_id, module_name from sync.${book}`).join(' union ')}) named
     join sync.connections connection on connection.id = named.connection_id
     left join sync.watermarks mark using (connection_id, module_name)
     order by mark.updated_at desc nulls last, named.module_name collate "C"`,
  );
  return answer.rows;
}

/** Puts what is known under another spelling of a module under the one that is kept. */
async function joinBooks(knex: Knex, { connectionId, name: kept }: Named, other: string): Promise<void> {
  const names = { connectionId, kept, other };
  const ofOther = 'connection_id = :connectionId and module_name = :other';
  await knex.raw(`delete from sync.module_fields where ${ofOther}`, names);
  await knex.raw(
    `update sync.watermarks mark set complete_until = least(mark.complete_until, earlier.complete_until),
       deletes_until = least(mark.deletes_until, earlier.deletes_until)
     from sync.watermarks earlier
     where mark.connection_id = :connectionId and mark.module_name = :kept
       and earlier.connection_id = :connectionId and earlier.module_name = :other`,
    names,
  );
  await knex.raw(`delete from sync.watermarks where ${ofOther}`, names);
  await knex.raw(
    `insert into sync.tombstones as t (connection_id, module_name, record_id, deleted_at, reason, row_data, session_id)
     select connection_id, :kept, record_id, deleted_at, reason, row_data, session_id
     from sync.tombstones where ${ofOther}
     on conflict (connection_id, module_name, record_id) do update set
       deleted_at = excluded.deleted_at, reason = excluded.reason,
       row_data = coalesce(excluded.row_data, t.row_data), session_id = excluded.session_id
     where t.deleted_at < excluded.deleted_at`,
    names,
  );
  await knex.raw(`delete from sync.tombstones where ${ofOther}`, names);
  await knex.raw(
    `update sync.quarantine entry set module_name = :kept where ${ofOther} and not exists (
       select from sync.quarantine same where same.connection_id = entry.connection_id and same.module_name = :kept
         and same.record_id = entry.record_id)`,
    names,
  );
  await knex.raw(`delete from sync.quarantine where ${ofOther}`, names);
  await knex.raw(
    `update sync.crm_sync_sessions set module_name = :kept
     where ${ofOther} and status not in ('initiated', 'in_progress', 'paused')`,
    names,
  );
}

/** A module that finds its table taken begins anew, in a table of its own. */
async function reserveTable(knex: Knex, { connectionId, schema, name }: Named, taken: Set<string>): Promise<void> {
  const wanted = tableName(name);
  let table = wanted;
  for (let number = 2; taken.has(`${connectionId} ${table}`); number += 1) table = `${wanted}_${number}`;
  taken.add(`${connectionId} ${table}`);
  await knex.raw(
    `insert into sync.mirrors (connection_id, key, api_name, table_name, table_made_at)
     select :connectionId, :name, :name, :table::text,
       case when :isOwn and to_regclass(format('%I.%I', :schema::text, :table::text)) is not null then now() end`,
    { connectionId, name, table, schema, isOwn: table === wanted },
  );
  if (table === wanted) return;
  const names = { connectionId, name };
  await knex.raw(`delete from sync.watermarks where connection_id = :connectionId and module_name = :name`, names);
  await knex.raw(`delete from sync.module_fields where connection_id = :connectionId and module_name = :name`, names);
}

/** The rule of the releases before: from then on the name of a table is what its row says. */
function tableName(module: string): string {
  const snake = module
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9_]/g, '_');
  return (RESERVED.includes(snake) || snake.startsWith('_') ? `field_${snake}` : snake).slice(0, 57);
}
