import type { Knex } from 'knex';
import pg from 'pg';
import type { DatabaseErrorKind } from '../../domain/database-failures';
import { isColumnType, isWidening, type ColumnType, type MirrorField } from '../../domain/mirror/mirror-field';
import { toDatabaseError, type DatabaseError } from '../postgres/pg-errors';
import { quoteIdentifier } from './identifiers';
import { beginLayoutChange } from './layout';
import { mirrorColumns, mirrorLockKey, qualifiedTable, type MirrorColumn, type MirrorModule } from './mirror-module';

/** A change of the table that was not made: it could lose values, or PostgreSQL refuses it. A person has to decide. */
export interface PendingTableChange {
  change: 'add' | 'type' | 'rename';
  column: string;
  /** Type or name of the column now; null for one that is not there. */
  from: string | null;
  to: string;
  /** End of a sentence that begins with the change. */
  reason: string;
}

/** Attempts to get a lock on the table that somebody else holds. */
export interface LockAttempts {
  /** Readers wait behind a statement that waits for its lock. Milliseconds. */
  lockTimeoutMs: number;
  /** Milliseconds between attempts; one attempt more than pauses. */
  pausesMs: readonly number[];
}

export const LOCK_ATTEMPTS: LockAttempts = { lockTimeoutMs: 2_000, pausesMs: [1_000, 2_000, 4_000, 4_000] };

/** Columns that were renamed in Zoho: old column -> new column. */
export type ColumnRenames = ReadonlyMap<string, string>;

/** Failures that say nothing about the change: the whole attempt is made again. */
const OUTAGES: ReadonlySet<DatabaseErrorKind> = new Set([
  'connection_lost',
  'read_only',
  'too_many_connections',
  'out_of_resources',
  'serialization_failure',
]);
const LOCKED: ReadonlySet<DatabaseErrorKind> = new Set(['lock_timeout', 'deadlock']);
/** PostgreSQL's code for a table that has as many columns as it can have: the next one is refused as well. */
const TOO_MANY_COLUMNS = '54011';
/** The class of codes whose messages quote values. */
const VALUE_ERRORS = '22';

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

async function columnTypes(knex: Knex, mirror: Pick<MirrorModule, 'schema' | 'table'>): Promise<Map<string, string>> {
  const answer = await knex.raw<{ rows: ColumnTypeRow[] }>(columnTypesQuery('?'), [qualifiedTable(mirror)]);
  return new Map(answer.rows.map((row) => [row.name, row.type]));
}

/**
 * Brings a mirror table up to its fields, one change a transaction, so that a refused one holds up no other: renamed
 * columns are renamed, new ones added, wider types applied. Nothing is dropped and nothing narrowed.
 */
export class TableChanges {
  readonly #knex: Knex;
  readonly #mirror: MirrorModule;
  readonly #locking: LockAttempts;
  /** Changes that were refused. */
  readonly pending: PendingTableChange[] = [];
  /** Why no further change of a kind is tried. */
  #giveUp: { add?: string; any?: string } = {};

  constructor(knex: Knex, mirror: MirrorModule, locking: LockAttempts) {
    this.#knex = knex;
    this.#mirror = mirror;
    this.#locking = locking;
  }

  /** @returns the fields as the table has them now */
  async apply(renames: ColumnRenames): Promise<MirrorField[]> {
    const kept = await this.#rename(renames);
    const columnOf = (wanted: string): string => kept.get(wanted) ?? wanted;
    const named = this.#mirror.fields.map((field) => ({
      ...field,
      column: columnOf(field.column),
      ...(field.nameColumn !== undefined && { nameColumn: columnOf(field.nameColumn) }),
    }));
    const present = await columnTypes(this.#knex, this.#mirror);
    for (const column of mirrorColumns(named)) await this.#adapt(column, present);
    return named.flatMap((field) => asInTable(field, present) ?? []);
  }

  /** @returns the columns that keep their old name: the wanted name -> the old one */
  async #rename(renames: ColumnRenames): Promise<Map<string, string>> {
    if (renames.size === 0) return new Map();
    let done: ReadonlySet<string> = new Set();
    const refusal = await this.#attempt(async (trx) => {
      const { steps, moving } = renameSteps(await columnTypes(trx, this.#mirror), renames);
      const table = qualifiedTable(this.#mirror);
      for (const [from, to] of steps) {
        await trx.raw(`alter table ${table} rename column ${quoteIdentifier(from)} to ${quoteIdentifier(to)}`);
      }
      done = moving;
    });
    const present = await columnTypes(this.#knex, this.#mirror);
    const kept = [...renames].filter(([from]) => !done.has(from) && present.has(from));
    for (const [from, to] of kept) {
      const reason = refusal ?? `the table has another column ${to}`;
      this.pending.push({ change: 'rename', column: from, from, to, reason });
    }
    return new Map(kept.map(([from, to]) => [to, from]));
  }

  async #adapt({ name, type }: MirrorColumn, present: Map<string, string>): Promise<void> {
    const is = present.get(name);
    if (is === type) return;
    if (is !== undefined && isColumnType(is) && !isWidening(is, type)) {
      this.pending.push({ change: 'type', column: name, from: is, to: type, reason: 'it could lose values' });
      return;
    }
    const change = is === undefined ? 'add' : 'type';
    const reason =
      this.#giveUp.any ??
      (change === 'add' ? this.#giveUp.add : undefined) ??
      (await this.#attempt((trx) =>
        is === undefined ? this.#addColumn(trx, name, type) : this.#changeType(trx, name, type),
      ));
    if (reason === undefined) present.set(name, type);
    else this.pending.push({ change, column: name, from: is ?? null, to: type, reason });
  }

  /** A column of a known field was dropped by somebody: what it held has to be read again. */
  async #addColumn(trx: Knex, name: string, type: ColumnType): Promise<void> {
    const { connectionId, key } = this.#mirror;
    await trx.raw(
      `alter table ${qualifiedTable(this.#mirror)} add column if not exists ${quoteIdentifier(name)} ${type}`,
    );
    await trx.raw(
      `update sync.module_fields set filled = false, updated_at = now()
       where connection_id = ? and module_name = ? and ? in (column_name, definition ->> 'nameColumn') and filled`,
      [connectionId, key, name],
    );
  }

  async #changeType(trx: Knex, name: string, type: ColumnType): Promise<void> {
    const column = quoteIdentifier(name);
    await trx.raw(
      `alter table ${qualifiedTable(this.#mirror)} alter column ${column} type ${type} using ${column}::${type}`,
    );
  }

  /** @returns why PostgreSQL refuses; undefined when the change was made */
  async #attempt(change: (trx: Knex) => Promise<void>): Promise<string | undefined> {
    const { lockTimeoutMs, pausesMs } = this.#locking;
    for (let attempt = 0; ; attempt += 1) {
      try {
        await this.#knex.transaction(async (trx) => {
          await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [mirrorLockKey(this.#mirror)]);
          // The first limit would cut the wait for the lock above, and a rewrite takes as long as the table is large.
          await trx.raw(`set local lock_timeout = ${lockTimeoutMs}; set local statement_timeout = 0`);
          await change(trx);
          await beginLayoutChange(trx, this.#mirror);
        });
        return undefined;
      } catch (error) {
        const failure = toDatabaseError(error);
        if (!failure || OUTAGES.has(failure.kind)) throw error;
        const pause = pausesMs[attempt];
        if (!LOCKED.has(failure.kind) || pause === undefined) return this.#refused(failure);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }

  #refused(failure: DatabaseError): string {
    const reason = LOCKED.has(failure.kind)
      ? 'somebody else holds a lock on the table; the next sync tries again'
      : describeRefusal(failure);
    if (LOCKED.has(failure.kind)) this.#giveUp.any = reason;
    if (failure.code === TOO_MANY_COLUMNS) this.#giveUp.add = reason;
    return reason;
  }
}

/** The field with the types of its columns; undefined while one of them is missing or of a type no value is read as. */
function asInTable(field: MirrorField, present: ReadonlyMap<string, string>): MirrorField | undefined {
  const type = present.get(field.column);
  const hasName = field.nameColumn === undefined || present.get(field.nameColumn) === 'text';
  return type !== undefined && isColumnType(type) && hasName ? { ...field, type } : undefined;
}

/** Renames go by way of names that nothing else has, because fields may take over each other's. */
function renameSteps(
  present: ReadonlyMap<string, string>,
  renames: ColumnRenames,
): { steps: (readonly [string, string])[]; moving: ReadonlySet<string> } {
  const moving = new Map([...renames].filter(([from]) => present.has(from)));
  const blocked = (): string[] =>
    [...moving].flatMap(([from, to]) => (present.has(to) && !moving.has(to) ? [from] : []));
  for (let stuck = blocked(); stuck.length > 0; stuck = blocked()) stuck.forEach((from) => moving.delete(from));
  const moves = [...moving].map(([from, to], index) => ({ from, to, by: `_moving_${index}` }));
  return {
    steps: [...moves.map(({ from, by }) => [from, by] as const), ...moves.map(({ to, by }) => [by, to] as const)],
    moving: new Set(moving.keys()),
  };
}

/** PostgreSQL's sentence without the statement that Knex puts before it; of values only that they do not fit. */
function describeRefusal({ code = '', message, cause }: DatabaseError): string {
  if (code.startsWith(VALUE_ERRORS)) return `a value does not fit (${code})`;
  const sentence = message.slice(message.lastIndexOf(' - ') + 1).replace(/^- /, '');
  const detail = cause instanceof pg.DatabaseError && cause.detail ? `; ${cause.detail}` : '';
  return `${sentence}${detail}`;
}
