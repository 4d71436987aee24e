import type { Knex } from 'knex';
import { isWidening, type ColumnType } from '../../domain/mirror/mirror-field';
import { quoteIdentifier } from './identifiers';
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

/** A change of the table that was not made, because it could lose values; a person has to decide. */
export interface PendingTableChange {
  column: string;
  from: string;
  to: ColumnType;
}

/** Time at which a load read its rows, as it says; PostgreSQL's clock for all others. */
const READ_AT = `coalesce(nullif(current_setting('${READ_AT_SETTING}', true), '')::timestamptz, now())`;

/** Columns that were renamed in Zoho: old column -> new column. */
export type ColumnRenames = ReadonlyMap<string, string>;

/**
 * Creates the mirror table of a module, or brings it up to its fields: new columns are added, renamed ones renamed,
 * wider types applied. Nothing is dropped and nothing narrowed. Repeating it changes nothing.
 * @returns the changes that wait for a person
 */
export async function prepareMirrorTable(
  knex: Knex,
  mirror: MirrorModule,
  renames: ColumnRenames = new Map(),
): Promise<PendingTableChange[]> {
  return knex.transaction(async (trx) => {
    await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [mirrorLockKey(mirror)]);
    // "If not exists" does not keep two transactions from creating it at the same time.
    await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`schema:${mirror.schema}`]);
    await trx.raw(`create schema if not exists ${quoteIdentifier(mirror.schema)}`);
    const present = await columnTypes(trx, mirror);
    if (present.size === 0) {
      await createTable(trx, mirror);
      return [];
    }
    return evolveTable(trx, mirror, present, renames);
  });
}

export interface ColumnTypeRow {
  name: string;
  type: string;
}

/** The columns of a table and their types, as `ColumnType` has them. */
export function columnTypesQuery(table: '?' | '$1'): string {
  return `select a.attname as name, case a.atttypid when 'timestamptz'::regtype then 'timestamptz'
       else format_type(a.atttypid, null) end as type
     from pg_attribute a
     where a.attrelid = to_regclass(${table}) and a.attnum > 0 and not a.attisdropped`;
}

async function columnTypes(knex: Knex, mirror: MirrorModule): Promise<Map<string, string>> {
  const answer = await knex.raw<{ rows: ColumnTypeRow[] }>(columnTypesQuery('?'), [qualifiedTable(mirror)]);
  return new Map(answer.rows.map((row) => [row.name, row.type]));
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
  const ordered = mirrorColumns(mirror.fields).sort((one, other) => rank(one) - rank(other));
  const definitions = [
    'id bigint not null primary key',
    `${SYNCED_AT} timestamptz not null default ${READ_AT}`,
    ...ordered.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`),
  ];
  await trx.raw(`create table ${qualifiedTable(mirror)} (${definitions.join(', ')})`);
}

/** Renames by way of names that nothing else has, because fields may take over each other's. Updates `present`. */
async function renameColumns(
  trx: Knex,
  table: string,
  present: Map<string, string>,
  renames: ColumnRenames,
): Promise<void> {
  const moving = new Map([...renames].filter(([from]) => present.has(from)));
  const blocked = (): string[] =>
    [...moving].flatMap(([from, to]) => (present.has(to) && !moving.has(to) ? [from] : []));
  for (let stuck = blocked(); stuck.length > 0; stuck = blocked()) stuck.forEach((from) => moving.delete(from));
  const moves = [...moving].map(([from, to], index) => ({ from, to, by: `_moving_${index}`, type: present.get(from) }));
  const steps = [...moves.map(({ from, by }) => [from, by]), ...moves.map(({ to, by }) => [by, to])] as const;
  for (const [from = '', to = ''] of steps) {
    await trx.raw(`alter table ${table} rename column ${quoteIdentifier(from)} to ${quoteIdentifier(to)}`);
  }
  moves.forEach(({ from }) => present.delete(from));
  moves.forEach(({ to, type }) => type !== undefined && present.set(to, type));
}

async function evolveTable(
  trx: Knex,
  mirror: MirrorModule,
  present: Map<string, string>,
  renames: ColumnRenames,
): Promise<PendingTableChange[]> {
  const table = qualifiedTable(mirror);
  const pending: PendingTableChange[] = [];
  await renameColumns(trx, table, present, renames);
  const changes: string[] = [];
  for (const { name, type } of mirrorColumns(mirror.fields)) {
    const is = present.get(name);
    const column = quoteIdentifier(name);
    if (is === undefined) changes.push(`add column ${column} ${type}`);
    else if (is !== type && isWidening(is as ColumnType, type)) {
      changes.push(`alter column ${column} type ${type} using ${column}::${type}`);
    } else if (is !== type) pending.push({ column: name, from: is, to: type });
  }
  if (changes.length > 0) await trx.raw(`alter table ${table} ${changes.join(', ')}`);
  return pending;
}

/** True if the mirror holds no row at all. */
export async function isMirrorEmpty(knex: Knex, mirror: Pick<MirrorModule, 'schema' | 'table'>): Promise<boolean> {
  const answer = await knex.raw<{ rows: { empty: boolean }[] }>(
    `select not exists (select from ${qualifiedTable(mirror)}) as empty`,
  );
  return answer.rows[0]?.empty ?? true;
}

export async function countMirrorRows(knex: Knex, mirror: Pick<MirrorModule, 'schema' | 'table'>): Promise<number> {
  const answer = await knex.raw<{ rows: { count: string }[] }>(
    `select count(*) as count from ${qualifiedTable(mirror)}`,
  );
  return Number(answer.rows[0]?.count ?? 0);
}
