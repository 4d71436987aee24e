import type { MirrorField } from '../../domain/mirror/mirror-field';
import type { MirrorModule } from '../mirror/mirror-module';
import { renameStatement, stateOf, type FieldChange } from './field-changes';

/** Columns that get another name: old column -> new column. */
export type ColumnRenames = ReadonlyMap<string, string>;

/** The renamed fields, one change for each: the same field id with other columns. */
export function renameChanges(earlier: readonly MirrorField[], now: readonly MirrorField[]): FieldChange[] {
  const before = new Map(earlier.map((field) => [field.fieldId, field]));
  return now.flatMap((field) => {
    const was = before.get(field.fieldId);
    const renames = was ? [...renamesOf(was, field)] : [];
    if (!was || renames.length === 0) return [];
    const after = { ...stateOf(field), type: was.type };
    return [{ kind: 'field_renamed', fieldId: field.fieldId, before: stateOf(was), after, columns: [], renames }];
  });
}

function renamesOf(was: MirrorField, is: MirrorField): [string, string][] {
  const pairs = [
    [was.column, is.column],
    [was.nameColumn, is.nameColumn],
  ];
  return pairs.flatMap(([from, to]): [string, string][] =>
    from !== undefined && to !== undefined && from !== to ? [[from, to]] : [],
  );
}

/**
 * The statements of renames, by way of names that nothing else has, because fields may take over each other's.
 * @returns `moving`: the columns that they rename; others would take a name that the table has
 */
export function renameSteps(
  table: Pick<MirrorModule, 'schema' | 'table'>,
  present: ReadonlyMap<string, string>,
  renames: ColumnRenames,
): { statements: string[]; moving: ReadonlySet<string> } {
  const moving = new Map([...renames].filter(([from]) => present.has(from)));
  const blocked = (): string[] =>
    [...moving].flatMap(([from, to]) => (present.has(to) && !moving.has(to) ? [from] : []));
  for (let stuck = blocked(); stuck.length > 0; stuck = blocked()) stuck.forEach((from) => moving.delete(from));
  const moves = [...moving].map(([from, to], index) => ({ from, to, by: `_moving_${index}` }));
  return {
    statements: [
      ...moves.map(({ from, by }) => renameStatement(table, from, by)),
      ...moves.map(({ to, by }) => renameStatement(table, by, to)),
    ],
    moving: new Set(moving.keys()),
  };
}
