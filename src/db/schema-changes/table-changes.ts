import type { Knex } from 'knex';
import pg from 'pg';
import type { DatabaseErrorKind } from '../../domain/database-failures';
import { isColumnType, type MirrorField } from '../../domain/mirror/mirror-field';
import { isMadeUnasked, type ChangePlan, type SchemaChangeKind } from '../../domain/schema-changes/schema-change';
import { columnTypes } from '../mirror/column-types';
import { beginLayoutChange } from '../mirror/layout';
import { mirrorColumns, mirrorLockKey, type MirrorModule } from '../mirror/mirror-module';
import { toDatabaseError, type DatabaseError } from '../postgres/pg-errors';
import { ChangeBooks, type KnownChange } from './change-books';
import { changesOf, goneChange, isMadeIn, type FieldChange } from './field-changes';
import { escapePlaceholders, planChange } from './plan-change';
import { renameChanges, renameSteps } from './renames';

/** A change of the table that was not made. */
export interface PendingChange {
  kind: SchemaChangeKind;
  /** `blocked`: PostgreSQL refused it, and it is tried again. `rejected`: a person has turned it down. */
  state: 'waiting' | 'blocked' | 'rejected';
  field: string;
  column: string;
  /** Type of the column, or name of the field's column, as it is; null for one that is not there. */
  from: string | null;
  to: string | null;
  /** Why PostgreSQL refused it. */
  reason?: string;
}

/** Attempts to get a lock on the table that somebody else holds. */
export interface LockAttempts {
  /** Readers wait behind a statement that waits for its lock. Milliseconds. */
  lockTimeoutMs: number;
  /** Milliseconds between attempts; one attempt more than pauses. */
  pausesMs: readonly number[];
}

export interface TableChangeOptions {
  locking?: LockAttempts;
  /** Session that looks. */
  sessionId?: string;
  /** Fields that Zoho no longer has. */
  gone?: readonly MirrorField[];
}

const LOCK_ATTEMPTS: LockAttempts = { lockTimeoutMs: 2_000, pausesMs: [1_000, 2_000, 4_000, 4_000] };

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
/** The classes of codes whose details name what uses a column; those of others, as of a key that is not unique, quote values. */
const USE_ERRORS: ReadonlySet<string> = new Set(['0A', '2B']);

/** Times its estimate that a rewrite may take, and at least so many seconds. */
const MAX_OVERRUN = 10;
const LEAST_SECONDS = 60;

/**
 * Brings a mirror table up to its fields, one change a transaction, so that a refused one holds up no other. What loses
 * nothing and keeps nobody waiting is made at once, the rest waits for a person. Every change is a row of
 * `sync.schema_changes`.
 */
export class TableChanges {
  readonly #knex: Knex;
  readonly #mirror: MirrorModule;
  readonly #books: ChangeBooks;
  readonly #locking: LockAttempts;
  readonly #gone: readonly MirrorField[];
  /** Changes that were not made. */
  readonly pending: PendingChange[] = [];
  /** Why no further change of a kind is tried. */
  #giveUp: { add?: string; any?: string } = {};

  private constructor(knex: Knex, mirror: MirrorModule, books: ChangeBooks, options: TableChangeOptions) {
    this.#knex = knex;
    this.#mirror = mirror;
    this.#books = books;
    this.#locking = options.locking ?? LOCK_ATTEMPTS;
    this.#gone = options.gone ?? [];
  }

  static async begin(knex: Knex, mirror: MirrorModule, options: TableChangeOptions): Promise<TableChanges> {
    const books = await ChangeBooks.open(knex, mirror, options.sessionId ?? null);
    return new TableChanges(knex, mirror, books, options);
  }

  /**
   * @param earlier the fields as the table has them
   * @returns the fields as the table has them now
   */
  async apply(earlier: readonly MirrorField[]): Promise<MirrorField[]> {
    const kept = await this.#rename(earlier);
    const columnOf = (wanted: string): string => kept.get(wanted) ?? wanted;
    const held = new Set(kept.values());
    const fields: MirrorField[] = [];
    const present = await columnTypes(this.#knex, this.#mirror);
    for (const wanted of this.#mirror.fields) {
      const { nameColumn } = wanted;
      const field: MirrorField = {
        ...wanted,
        column: columnOf(wanted.column),
        ...(nameColumn !== undefined && { nameColumn: columnOf(nameColumn) }),
      };
      // Its column is still that of a field which could not be renamed.
      if ([wanted.column, nameColumn].some((name) => name !== undefined && !kept.has(name) && held.has(name))) {
        this.pending.push(pendingOf(additionOf(field), 'blocked', 'the column is still that of another field'));
        continue;
      }
      for (const change of changesOf(field, present)) await this.#settle(change, present);
      fields.push(...asInTable(field, present));
    }
    await this.#leaveBehind(fields, present);
    await this.#books.withdrawUnmet();
    return fields;
  }

  /** Columns of fields that Zoho no longer has are dropped by nobody unasked. */
  async #leaveBehind(fields: readonly MirrorField[], present: ReadonlyMap<string, string>): Promise<void> {
    const left = new Map(present);
    for (const { name } of mirrorColumns(fields)) left.delete(name);
    for (const field of this.#gone) {
      const change = goneChange(field, left);
      if (change) await this.#settle(change, left);
    }
  }

  /** @returns the columns that keep their old name: the wanted name -> the old one */
  async #rename(earlier: readonly MirrorField[]): Promise<Map<string, string>> {
    const changes = await Promise.all(
      renameChanges(earlier, this.#mirror.fields).map(async (change) => ({
        change,
        known: await this.#books.meet(change),
        plan: await planChange(this.#knex, this.#mirror, change, new Map()),
      })),
    );
    if (changes.length === 0) return new Map();
    const renames = new Map(changes.flatMap(({ change }) => change.renames ?? []));
    let done: ReadonlySet<string> = new Set();
    const refusal = await this.#attempt(0, async (trx) => {
      const { statements, moving } = renameSteps(this.#mirror, await columnTypes(trx, this.#mirror), renames);
      for (const statement of statements) await trx.raw(statement);
      done = moving;
      for (const { change, known, plan } of changes) {
        if (change.before && moving.has(change.before.column)) await this.#books.made(trx, change, plan, known);
      }
      return statements.length > 0;
    });
    if (refusal !== undefined) done = new Set();
    const present = await columnTypes(this.#knex, this.#mirror);
    const kept = [...renames].filter(([from]) => !done.has(from) && present.has(from));
    for (const { change, known, plan } of changes) {
      const { before, after } = change;
      if (!kept.some(([from]) => from === before?.column)) continue;
      const reason = refusal ?? `the table has another column ${after?.column ?? ''}`;
      await this.#books.refused(change, plan, known, reason);
      this.pending.push(pendingOf(change, 'blocked', reason));
    }
    return new Map(kept.map(([from, to]) => [to, from]));
  }

  async #settle(change: FieldChange, present: Map<string, string>): Promise<void> {
    const known = await this.#books.meet(change);
    if (known?.state === 'rejected') {
      this.pending.push(pendingOf(change, 'rejected'));
      return;
    }
    const plan = await planChange(this.#knex, this.#mirror, change, present);
    if (known ? known.state === 'waiting' : !isMadeUnasked(change.kind, plan)) {
      await this.#books.wait(change, plan, known);
      this.pending.push(pendingOf(change, 'waiting'));
      return;
    }
    const reason = this.#reasonToGiveUp(change) ?? (await this.#make(change, plan, known));
    if (reason === undefined) {
      for (const { name, to } of change.columns) present.set(name, to);
      return;
    }
    await this.#books.refused(change, plan, known, reason);
    this.pending.push(pendingOf(change, 'blocked', reason));
  }

  #reasonToGiveUp({ kind }: FieldChange): string | undefined {
    return this.#giveUp.any ?? (kind === 'field_added' ? this.#giveUp.add : undefined);
  }

  /** @returns why PostgreSQL refuses; undefined when the change was made */
  async #make(change: FieldChange, plan: ChangePlan, known: KnownChange | undefined): Promise<string | undefined> {
    // The views would go on reading the column that is put aside.
    const [uses] = change.kind === 'type_other' ? plan.dependents : [];
    if (uses) return `${uses.name} uses the column`;
    return this.#attempt(plan.seconds, async (trx) => {
      const now = await columnTypes(trx, this.#mirror);
      // Another session may have made it meanwhile.
      const isMade = isMadeIn(change, now);
      if (!isMade) {
        for (const statement of plan.statements) await trx.raw(escapePlaceholders(statement));
        if (change.kind !== 'type_wider') await this.#forgetFilled(trx, change);
      }
      if (!isMade || known) await this.#books.made(trx, change, plan, known);
      return !isMade;
    });
  }

  /** The values of a new column are yet to be read. */
  async #forgetFilled(trx: Knex, { fieldId }: FieldChange): Promise<void> {
    const { connectionId, key } = this.#mirror;
    await trx.raw(
      `update sync.module_fields set filled = false, unfilled_since = clock_timestamp(), fill_asked_at = null,
         updated_at = now()
       where connection_id = ? and module_name = ? and field_id = ?`,
      [connectionId, key, fieldId],
    );
  }

  /**
   * @param seconds that the change may hold its lock, by its plan
   * @param change answers whether it changed anything
   * @returns why PostgreSQL refuses; undefined when the change was made
   */
  async #attempt(seconds: number, change: (trx: Knex) => Promise<boolean>): Promise<string | undefined> {
    const { lockTimeoutMs, pausesMs } = this.#locking;
    const timeout = Math.ceil(1_000 * Math.max(LEAST_SECONDS, MAX_OVERRUN * seconds));
    for (let attempt = 0; ; attempt += 1) {
      try {
        await this.#knex.transaction(async (trx) => {
          await trx.raw('set local statement_timeout = 0');
          await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [mirrorLockKey(this.#mirror)]);
          // The first limit would cut the wait for the lock above.
          await trx.raw(`set local lock_timeout = ${lockTimeoutMs}; set local statement_timeout = ${timeout}`);
          if (await change(trx)) await beginLayoutChange(trx, this.#mirror);
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
    const reason = LOCKED.has(failure.kind) ? 'somebody else holds a lock on the table' : describeRefusal(failure);
    if (LOCKED.has(failure.kind)) this.#giveUp.any = reason;
    if (failure.code === TOO_MANY_COLUMNS) this.#giveUp.add = reason;
    return reason;
  }
}

function additionOf({ fieldId, apiName, column, type }: MirrorField): FieldChange {
  return { kind: 'field_added', fieldId, before: null, after: { apiName, column, type }, columns: [] };
}

function pendingOf(change: FieldChange, state: PendingChange['state'], reason?: string): PendingChange {
  const { kind, before, after } = change;
  const what = kind === 'field_renamed' ? 'column' : 'type';
  return {
    kind,
    state,
    field: (after ?? before)?.apiName ?? '',
    column: (before ?? after)?.column ?? '',
    from: before?.[what] ?? null,
    to: after?.[what] ?? null,
    ...(reason !== undefined && { reason }),
  };
}

/** The field with the types of its columns; none while one of them is missing or of a type no value is read as. */
function asInTable(field: MirrorField, present: ReadonlyMap<string, string>): MirrorField[] {
  const type = present.get(field.column);
  const hasName = field.nameColumn === undefined || present.get(field.nameColumn) === 'text';
  return type !== undefined && isColumnType(type) && hasName ? [{ ...field, type }] : [];
}

/** PostgreSQL's sentence without the statement that Knex puts before it; of values only that they do not fit. */
function describeRefusal({ code = '', message, cause }: DatabaseError): string {
  if (code.startsWith(VALUE_ERRORS)) return `a value does not fit (${code})`;
  const sentence = message.slice(message.lastIndexOf(' - ') + 1).replace(/^- /, '');
  const namesUse = USE_ERRORS.has(code.slice(0, 2));
  const detail = namesUse && cause instanceof pg.DatabaseError && cause.detail ? `; ${cause.detail}` : '';
  return `${sentence}${detail}`;
}
