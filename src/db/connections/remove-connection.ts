import type { Knex } from 'knex';
import { quoteIdentifier } from '../mirror/identifiers';
import { ConnectionModel } from '../models/connection';
import { toDatabaseError } from '../postgres/pg-errors';

/** Rows that one statement deletes. */
const BATCH_ROWS = 10_000;

/** Tables that others refer to, in the order in which they can be emptied, after all others. */
const LAST_TABLES = ['crm_sync_sessions', 'bulk_operations', 'mirrors'] as const;

/**
 * Begins to remove a connection: nothing of it starts from now on, and it has no configurations. Idempotent.
 * @param by the actor, as in the audit log
 */
export async function beginRemoval(trx: Knex.Transaction, id: string, by: string): Promise<void> {
  await ConnectionModel.query(trx)
    .findById(id)
    .patch({ status: 'removing', statusReason: `Removed by ${by}.`, updatedAt: new Date() });
  await trx.raw('delete from sync.sync_configurations where connection_id = ?', [id]);
}

/** Lists the connections that are being removed. */
export async function listRemovals(knex: Knex): Promise<ConnectionModel[]> {
  return ConnectionModel.query(knex).where('status', 'removing').orderBy('name');
}

/**
 * Removes the next piece of a connection: a table of its mirror, or a batch of rows of the engine's tables; in the end the
 * connection itself. The audit log stays. Each piece is a transaction that waits a second for its locks.
 * @returns whether more is left
 */
export async function removePiece(knex: Knex, connection: ConnectionModel, batchRows = BATCH_ROWS): Promise<boolean> {
  if (await dropMirrorTable(knex, connection)) return true;
  for (const { table, condition } of await tablesOf(knex)) {
    const deleted = await briefly(knex, (trx) =>
      trx.raw<{ rowCount: number }>(
        `delete from ${table} where ctid = any(array(select ctid from ${table} where ${condition} limit ?))`,
        [connection.id, batchRows],
      ),
    );
    if (deleted.rowCount > 0) return true;
  }
  await dropSchema(knex, connection.mirrorSchema);
  await ConnectionModel.query(knex).deleteById(connection.id).where('status', 'removing');
  return false;
}

async function dropMirrorTable(knex: Knex, { id, mirrorSchema }: ConnectionModel): Promise<boolean> {
  const found = await knex.raw<{ rows: { name: string }[] }>(
    `select c.relname as name from sync.mirrors m
     join pg_namespace n on n.nspname = ?
     join pg_class c on c.relnamespace = n.oid and c.relname = m.table_name and c.relkind = 'r'
     where m.connection_id = ? order by 1 limit 1`,
    [mirrorSchema, id],
  );
  const [table] = found.rows;
  if (!table) return false;
  const name = `${quoteIdentifier(mirrorSchema)}.${quoteIdentifier(table.name)}`;
  await briefly(knex, (trx) => trx.raw(`drop table ${name} cascade`));
  return true;
}

/** Drops a schema that is empty: with what others have put into it, it stays, and so does one that is not ours. */
async function dropSchema(knex: Knex, schema: string): Promise<void> {
  try {
    await briefly(knex, (trx) => trx.raw(`drop schema if exists ${quoteIdentifier(schema)} restrict`));
  } catch (error) {
    const code = toDatabaseError(error)?.code;
    if (code !== DEPENDENT_OBJECTS && code !== NO_PRIVILEGE) throw error;
  }
}

const DEPENDENT_OBJECTS = '2BP01';
const NO_PRIVILEGE = '42501';

/** The engine's tables that have rows of connections, by name and by what finds them; partitions by themselves. */
async function tablesOf(knex: Knex): Promise<{ table: string; condition: string }[]> {
  const answer = await knex.raw<{ rows: { name: string; byConnection: boolean }[] }>(
    `select c.relname as name, bool_or(a.attname = 'connection_id') as "byConnection"
     from pg_class c
     join pg_attribute a on a.attrelid = c.oid and a.attname in ('connection_id', 'mirror_id') and not a.attisdropped
     where c.relnamespace = 'sync'::regnamespace and c.relkind = 'r'
     group by c.relname
     order by coalesce(array_position(?::text[], c.relname::text), 0), bool_or(a.attname = 'connection_id'), c.relname`,
    [[...LAST_TABLES]],
  );
  return answer.rows.map(({ name, byConnection }) => ({
    table: `sync.${quoteIdentifier(name)}`,
    condition: byConnection
      ? 'connection_id = ?'
      : 'mirror_id in (select id from sync.mirrors where connection_id = ?)',
  }));
}

async function briefly<T>(knex: Knex, work: (trx: Knex.Transaction) => PromiseLike<T>): Promise<T> {
  return knex.transaction(async (trx) => {
    await trx.raw(`set local lock_timeout = '1s'`);
    return work(trx);
  });
}
