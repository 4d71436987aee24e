import type { Knex } from 'knex';
import { type MirrorField } from '../../domain/mirror/mirror-field';
import { MOST_COLUMNS_UNASKED } from '../../domain/schema-changes/schema-change';
import { TableChanges, type PendingChange, type TableChangeOptions } from '../schema-changes/table-changes';
import { refuseForeignTriggers } from './foreign-triggers';
import { quoteIdentifier } from './identifiers';
import { beginLayoutChange } from './layout';
import { queryOf } from './mirror-lock';
import {
  mirrorColumns,
  mirrorLockKey,
  modifiedTimeColumn,
  qualifiedTable,
  READ_AT_SETTING,
  SYNCED_AT,
  type MirrorColumn,
  type MirrorModule,
} from './mirror-module';

/** A relation or type that the engine did not make has the name of a mirror table, or the table lost what it needs. */
export class NotAMirrorTable extends Error {
  override readonly name = 'NotAMirrorTable';
}

/** The mirror table of a module, and how far it is from its fields. */
export interface PreparedTable {
  /** The fields that have their columns, with the types that those have. */
  fields: MirrorField[];
  /** Changes that were not made. */
  pending: PendingChange[];
}

/** Time at which a load read its rows, as it says; PostgreSQL's clock for all others. */
const READ_AT = `coalesce(nullif(current_setting('${READ_AT_SETTING}', true), '')::timestamptz, now())`;

/**
 * Creates the mirror table of a module, or brings it up to its fields, see `TableChanges`. Repeating it changes
 * nothing. A table that had been made and is gone is made again, and what earlier sessions promised of it is void.
 *
 * @param earlier the fields as the table has them
 * @throws NotAMirrorTable, ForeignTrigger before anything is changed
 */
export async function prepareMirrorTable(
  knex: Knex,
  mirror: MirrorModule,
  earlier: readonly MirrorField[] = [],
  options: TableChangeOptions = {},
): Promise<PreparedTable> {
  await knex.transaction(async (trx) => {
    await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [mirrorLockKey(mirror)]);
    // "If not exists" does not keep two transactions from creating it at the same time.
    await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`schema:${mirror.schema}`]);
    await createSchema(trx, mirror.schema);
    if (await findMirrorTable(trx, mirror)) {
      await refuseForeignTriggers(queryOf(trx), mirror);
      return;
    }
    await createTable(trx, mirror);
    await noteNewTable(trx, mirror);
  });
  const changes = await TableChanges.begin(knex, mirror, options);
  return { fields: await changes.apply(earlier), pending: changes.pending };
}

/** A role without the right to create schemas may use one that exists. */
async function createSchema(trx: Knex, schema: string): Promise<void> {
  const answer = await trx.raw<{ rows: unknown[] }>('select from pg_namespace where nspname = ?', [schema]);
  if (answer.rows.length === 0) await trx.raw(`create schema ${quoteIdentifier(schema)}`);
}

interface FoundRelation {
  kind: string;
  isTable: boolean;
  isMade: boolean;
  hasKey: boolean;
}

/** @throws NotAMirrorTable */
async function findMirrorTable(trx: Knex, mirror: MirrorModule): Promise<boolean> {
  const answer = await trx.raw<{ rows: FoundRelation[] }>(
    `with named as (
       select c.oid, c.relkind::text as kind from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = :schema and c.relname = :table
       union all
       select 0, 'type' from pg_type t join pg_namespace n on n.oid = t.typnamespace
       where n.nspname = :schema and t.typname = :table and t.typrelid = 0 and t.typelem = 0
     )
     select case kind when 'v' then 'view' when 'm' then 'view' when 'S' then 'sequence' when 'i' then 'index'
         when 'type' then 'type' else 'table' end as kind,
       kind in ('r', 'p') as "isTable",
       exists (select from sync.mirrors where connection_id = :connectionId and key = :key and table_made_at is not null)
         as "isMade",
       exists (select from pg_attribute a where a.attrelid = named.oid and a.attname = :syncedAt and not a.attisdropped)
         and exists (select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
           where i.indrelid = named.oid and i.indisunique and i.indpred is null and i.indnkeyatts = 1
             and a.attname = 'id' and a.atttypid = 'bigint'::regtype) as "hasKey"
     from named`,
    { ...mirror, fields: null, syncedAt: SYNCED_AT },
  );
  const [found] = answer.rows;
  if (!found) return false;
  const name = `${mirror.schema}.${mirror.table}`;
  if (!found.isMade || !found.isTable) {
    throw new NotAMirrorTable(
      `The mirror of ${mirror.module} needs the table ${name}, and there is a ${found.kind} of this name that the engine did not make. It was left as it is: rename it or move it to another schema, then start the sync again.`,
    );
  }
  if (!found.hasKey) {
    throw new NotAMirrorTable(
      `The table ${name} no longer has the unique id or the column ${SYNCED_AT} that a mirror needs. It was left as it is: restore them, or rename the table and run a full sync.`,
    );
  }
  return true;
}

/** Of a table that is new nothing is promised yet, whatever was of an earlier one of its name. */
async function noteNewTable(trx: Knex, { connectionId, key }: MirrorModule): Promise<void> {
  const module = [connectionId, key];
  await beginLayoutChange(trx, { connectionId, key });
  await trx.raw(
    `update sync.mirrors set table_made_at = now(), updated_at = now() where connection_id = ? and key = ?`,
    module,
  );
  await trx.raw('delete from sync.watermarks where connection_id = ? and module_name = ?', module);
  await trx.raw(
    `update sync.module_fields set filled = false, unfilled_since = clock_timestamp(), updated_at = now()
     where connection_id = ? and module_name = ? and filled`,
    module,
  );
}

/**
 * Columns that merges, sweeps and indexes read of every row come first: PostgreSQL reads a row's columns up to the last
 * one it needs, and over texts one by one.
 */
async function createTable(trx: Knex, mirror: MirrorModule): Promise<void> {
  const modified = modifiedTimeColumn(mirror.fields);
  const early = new Set(
    mirror.fields
      .filter(({ shape, changesWithoutModifiedTime }) => shape === 'reference' || changesWithoutModifiedTime)
      .map(({ column }) => column),
  );
  const rank = ({ name }: MirrorColumn): number => (name === modified ? 0 : early.has(name) ? 1 : 2);
  const ordered = mirrorColumns(mirror.fields)
    .sort((one, other) => rank(one) - rank(other))
    .slice(0, MOST_COLUMNS_UNASKED - 2);
  const definitions = [
    'id bigint not null primary key',
    `${SYNCED_AT} timestamptz not null default ${READ_AT}`,
    ...ordered.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`),
  ];
  await trx.raw(`create table ${qualifiedTable(mirror)} (${definitions.join(', ')})`);
}

/** True if the mirror holds no row at all. */
export async function isMirrorEmpty(knex: Knex, mirror: Pick<MirrorModule, 'schema' | 'table'>): Promise<boolean> {
  const answer = await knex.raw<{ rows: { empty: boolean }[] }>(
    `select not exists (select from ${qualifiedTable(mirror)}) as empty`,
  );
  return answer.rows[0]?.empty ?? true;
}

export async function countMirrorRows(knex: Knex, mirror: Pick<MirrorModule, 'schema' | 'table'>): Promise<number> {
  return knex.transaction(async (trx) => {
    // A table of a hundred million rows is counted for longer than any other statement may last.
    await trx.raw('set local statement_timeout = 0');
    const answer = await trx.raw<{ rows: { count: string }[] }>(
      `select count(*) as count from ${qualifiedTable(mirror)}`,
    );
    return Number(answer.rows[0]?.count ?? 0);
  });
}
