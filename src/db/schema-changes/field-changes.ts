import {
  firstFreeName,
  isColumnType,
  isWidening,
  type ColumnType,
  type MirrorField,
} from '../../domain/mirror/mirror-field';
import type { FieldState, SchemaChangeKind } from '../../domain/schema-changes/schema-change';
import { quoteIdentifier } from '../mirror/identifiers';
import { isSpelled } from '../mirror/load/zoho-spelling';
import { mirrorColumns, qualifiedTable, type MirrorModule } from '../mirror/mirror-module';

type Table = Pick<MirrorModule, 'schema' | 'table'>;

/** A column and the type that it is to have; null as the present type of one that is not there. */
export interface ColumnStep {
  name: string;
  from: string | null;
  to: ColumnType;
}

/** A difference between the columns of a field and those that Zoho's field needs. */
export interface FieldChange {
  kind: SchemaChangeKind;
  fieldId: string;
  before: FieldState | null;
  after: FieldState | null;
  /** The columns that are added, dropped or get another type. */
  columns: ColumnStep[];
  /** Columns that get another name, with it. */
  renames?: (readonly [string, string])[];
}

/** A field as it is shown, before or after a change. */
export function stateOf({ apiName, column, type }: Pick<MirrorField, 'apiName' | 'column' | 'type'>): FieldState {
  return { apiName, column, type };
}

/**
 * Finds what the columns of a field lack.
 * @param present columns of the table with their types
 */
export function changesOf(field: MirrorField, present: ReadonlyMap<string, string>): FieldChange[] {
  const after = stateOf(field);
  const steps = mirrorColumns([field])
    .map(({ name, type }) => ({ name, from: present.get(name) ?? null, to: type }))
    .filter(({ from, to }) => from !== to);
  const change = (kind: SchemaChangeKind, columns: ColumnStep[]): FieldChange[] => {
    const [first] = columns;
    if (!first) return [];
    const before = first.from === null ? null : { ...after, type: first.from };
    return [{ kind, fieldId: field.fieldId, before, after, columns }];
  };
  const ofKind = (kind: SchemaChangeKind): ColumnStep[] => steps.filter((step) => kindOf(step) === kind);
  return (['field_added', 'type_wider', 'type_other'] as const).flatMap((kind) => change(kind, ofKind(kind)));
}

/** A type that no value is read as is somebody's doing, and PostgreSQL knows whether its values fit. */
function kindOf({ from, to }: ColumnStep): SchemaChangeKind {
  if (from === null) return 'field_added';
  return !isColumnType(from) || isWidening(from, to) ? 'type_wider' : 'type_other';
}

/**
 * The columns that a field has left behind which Zoho has no longer.
 * @param present columns of the table with their types, those aside that other fields have
 * @returns undefined where they are gone, too
 */
export function goneChange(field: MirrorField, present: ReadonlyMap<string, string>): FieldChange | undefined {
  const columns = mirrorColumns([field]).flatMap(({ name, type }) => {
    const from = present.get(name);
    return from === undefined ? [] : [{ name, from, to: type }];
  });
  if (columns.length === 0) return undefined;
  return { kind: 'field_gone', fieldId: field.fieldId, before: stateOf(field), after: null, columns };
}

/** Whether the table is as a change would make it. @param present columns of the table with their types */
export function isMadeIn({ kind, columns }: FieldChange, present: ReadonlyMap<string, string>): boolean {
  return columns.every(({ name, to }) => (kind === 'field_gone' ? !present.has(name) : present.get(name) === to));
}

/** Whether two changes of one kind of a field come to the same: a decision on one stands for the other. */
export function isSameChange(kind: SchemaChangeKind, one: FieldState | null, other: FieldState | null): boolean {
  switch (kind) {
    case 'field_added':
    case 'field_gone':
      return true;
    case 'field_renamed':
      return one?.apiName === other?.apiName;
    case 'type_wider':
    case 'type_other':
      return one?.type === other?.type;
  }
}

/**
 * The statements that make a change.
 * @param present columns of the table
 */
export function changeStatements(table: Table, change: FieldChange, present: ReadonlyMap<string, string>): string[] {
  const name = qualifiedTable(table);
  switch (change.kind) {
    case 'field_added':
      return change.columns.map(
        ({ name: column, to }) => `alter table ${name} add column if not exists ${quoteIdentifier(column)} ${to}`,
      );
    case 'field_renamed':
      return (change.renames ?? []).map(([from, to]) => renameStatement(table, from, to));
    case 'type_wider':
      return change.columns.map(({ name: column, to }) => {
        const quoted = quoteIdentifier(column);
        return `alter table ${name} alter column ${quoted} type ${to} using ${quoted}::${to}`;
      });
    case 'type_other':
      return change.columns.flatMap((step) => replaceStatements(table, step, present));
    case 'field_gone':
      return change.columns.map(
        ({ name: column }) => `alter table ${name} drop column if exists ${quoteIdentifier(column)}`,
      );
  }
}

export function renameStatement(table: Table, from: string, to: string): string {
  return `alter table ${qualifiedTable(table)} rename column ${quoteIdentifier(from)} to ${quoteIdentifier(to)}`;
}

/** Bytes that PostgreSQL keeps of a name. */
const MAX_NAME = 63;
const BEFORE = '_before';

/** The old column stays under another name, whatever becomes of its values in the new one. */
function replaceStatements(table: Table, step: ColumnStep, present: ReadonlyMap<string, string>): string[] {
  const name = qualifiedTable(table);
  const wanted = `${step.name.slice(0, MAX_NAME - BEFORE.length - 3)}${BEFORE}`;
  const kept = firstFreeName(wanted, (taken) => present.has(taken));
  const column = quoteIdentifier(step.name);
  const { value, fits } = castOf({ ...step, name: kept });
  return [
    renameStatement(table, step.name, kept),
    `alter table ${name} add column ${column} ${step.to}`,
    `update ${name} set ${column} = ${value}::${step.to} where ${fits}`,
  ];
}

/** SQL of a column's value as text, and the condition that it is a value of another type. */
export function castOf({ name, from, to }: ColumnStep): { value: string; fits: string } {
  const column = quoteIdentifier(name);
  const value = from === 'numeric' ? `trim_scale(${column})::text` : `${column}::text`;
  return { value, fits: to === 'jsonb' ? 'false' : isSpelled(value, to, false) };
}
