import { bulkNameField, isUserLookup, type ColumnType, type MirrorField } from '../../../domain/mirror/mirror-field';
import { exportColumns } from '../../../domain/planning/export-columns';
import type { LineCell } from '../copy/copy-kernel';
import { quoteIdentifier, quoteLiteral } from '../identifiers';
import { modifiedTimeColumn, type MirrorModule, type ReadField } from '../mirror-module';
import { actualChoices } from '../renamed-choices';
import { ResultFileBroken } from './result-file';

/** Notation of a staged row's source; it decides how values that are not plain were written. */
export type StagedFormat = 'csv' | 'json';

/** A column of the staging table and how it becomes a column of the mirror. */
export interface StagedColumn {
  /** Name in the mirror and in the staging table. */
  name: string;
  type: ColumnType;
  /** Type in the staging table. */
  stagedAs: ColumnType;
  /** SQL that turns the staged value (`s."name"`) into the mirror's type. */
  expression: string;
  /** The same where the value is staged in the mirror's type. */
  typedExpression: string;
  /** The staged text is a list that can be staged as jsonb. */
  list?: LineCell;
  /** True if the text is cast as it is. It may not fit the type, so a tolerant load checks it first. */
  checked: boolean;
  /** True if the value can change without `Modified_Time` moving. */
  changesWithoutModifiedTime: boolean;
  /** True if the column is empty in rows that have not changed since it came. */
  isUnfilled: boolean;
  /** True for the name of a lookup that follows the record it points to by itself: it makes no row differ. */
  isNamedElsewhere?: boolean;
  /**
   * SQL condition (`m`, `s`) under which the mirror keeps its value: the record lacks the field, or says the same in fewer
   * words. Absent where what was read is always taken.
   */
  keepsMirrored?: string;
}

/** Column of the staging table that says which columns a record lacks, see `absent-cell.ts`. */
export const ABSENT_COLUMN = '_absent';

/** SQL of a column's value in a row that the mirror has (`m`). */
export function assignedValue({ name, expression, keepsMirrored }: StagedColumn): string {
  if (keepsMirrored === undefined) return expression;
  return `case when ${keepsMirrored} then m.${quoteIdentifier(name)} else ${expression} end`;
}

const staged = (column: string): string => `s.${quoteIdentifier(column)}`;

function textArray(values: readonly string[]): string {
  return `array[${values.map(quoteLiteral).join(',')}]::text[]`;
}

function valueExpression(field: MirrorField, format: StagedFormat): string {
  const text = staged(field.column);
  if (field.type === 'text') return format === 'csv' ? listAsText(field, text) : text;
  switch (field.shape) {
    case 'choices':
      return format === 'csv' ? `to_jsonb(${splitChoices(text, optionsOf(field))})` : `${text}::jsonb`;
    case 'tags':
      return format === 'csv' ? `to_jsonb(string_to_array(${text}, ','))` : `${text}::jsonb`;
    case 'opaque':
      return format === 'csv' ? `sync.json_or_text(${text})` : `${text}::jsonb`;
    case 'scalar':
    case 'reference':
      return `${text}::${field.type}`;
  }
}

/** SQL of a list whose column stays a text, as after a pick list became a multi-select one: as pages write it. */
function listAsText(field: MirrorField, text: string): string {
  switch (field.shape) {
    case 'choices':
      return `to_json(${splitChoices(text, optionsOf(field))})::text`;
    case 'tags':
      return `to_json(string_to_array(${text}, ','))::text`;
    default:
      return text;
  }
}

/** Everything that an export may show of a choice. */
function optionsOf({ choices = [], renamedChoices = {} }: MirrorField): string[] {
  return [...choices, ...Object.keys(renamedChoices)];
}

/**
 * Zoho separates choices by ';' or ',' and does not quote them, so an option that contains the separator is only
 * recognized by the field's own options: the first reading in which every part is an option wins. Written out rather
 * than called: a function in SQL would cost ten times as much a row.
 */
function splitChoices(text: string, choices: readonly string[]): string {
  const parts = (separator: string): string => `string_to_array(${text}, '${separator}')`;
  const options = textArray(choices);
  const holdSeparator = choices.some((choice) => choice.includes(';'));
  return `case
    ${holdSeparator ? `when ${text} = any(${options}) then array[${text}]` : ''}
    when strpos(${text}, ',') = 0 or ${parts(';')} <@ ${options} then ${parts(';')}
    when ${parts(',')} <@ ${options} then ${parts(',')}
    else ${parts(';')} end`;
}

/**
 * SQL condition under which the cell of an export is the mirror's JSON in fewer words: an export writes an object as its
 * id, a list as joined texts, and numbers and texts alike. Which of these a type that nobody documents is, only the page
 * says.
 */
function isShortFor(column: string): string {
  const [json, cell] = [`m.${quoteIdentifier(column)}`, staged(column)];
  const joined = (separator: string): string =>
    `(select string_agg(coalesce(e.item ->> 'id', e.item #>> '{}'), '${separator}' order by e.place)
      from jsonb_array_elements(${json}) with ordinality as e (item, place))`;
  return `case jsonb_typeof(${json})
    when 'object' then ${json} ->> 'id' = ${cell}
    when 'array' then ${cell} in (${joined(';')}, ${joined(',')})
    else ${json} #>> '{}' = ${cell} end`;
}

/** The way in which the kernel reads a cell that is a list; undefined for any other, and where the list stays a text. */
export function listCell({ shape, type, choices = [], renamedChoices }: MirrorField): LineCell | undefined {
  if (type !== 'jsonb' || renamedChoices) return undefined;
  if (shape === 'tags') return 'tags';
  return shape === 'choices' ? { choices } : undefined;
}

function valueColumn(field: ReadField, format: StagedFormat): StagedColumn {
  const plain = field.shape === 'scalar' || field.shape === 'reference';
  const list = format === 'csv' ? listCell(field) : undefined;
  return {
    ...(list && { list }),
    ...(field.shape === 'opaque' && field.type === 'jsonb' && format === 'csv'
      ? { keepsMirrored: isShortFor(field.column) }
      : {}),
    name: field.column,
    type: field.type,
    stagedAs: 'text',
    expression: actualChoices(field, valueExpression(field, format)),
    typedExpression: actualChoices(field, staged(field.column)),
    checked: field.type !== 'text' && (plain || format === 'json'),
    changesWithoutModifiedTime: field.changesWithoutModifiedTime,
    isUnfilled: field.filled === false,
  };
}

/** Columns of a source of rows: the staged ones in the source's order, `id` included as `null`. */
export interface StagingLayout {
  format: StagedFormat;
  /** Staging column of each column of the source; undefined where the mirror does not want it. */
  sourceColumns: (string | undefined)[];
  /** Columns that a merge assigns. */
  columns: StagedColumn[];
  /** API names of fields that were ordered and are not in the source. */
  unread: string[];
  /** Columns of names that the source lacks while it has the ids they belong to. */
  missingNames: { column: string; idColumn: string; isUser: boolean }[];
  modifiedTime: string | undefined;
}

interface WantedColumn {
  name: string;
  column?: StagedColumn;
  /** API name of the field, if exports are asked for it. */
  ordered?: string;
}

const ID: WantedColumn = { name: 'id' };

/** Columns of the mirror by their name in an export. */
function wantedColumns(mirror: MirrorModule): Map<string, WantedColumn> {
  const wanted = new Map<string, WantedColumn>();
  const withoutNames = new Set(exportColumns(mirror.fields).withoutNames);
  for (const field of mirror.fields) {
    const ordered = field.bulkReadable ? { ordered: field.apiName } : {};
    wanted.set(field.apiName, { name: field.column, column: valueColumn(field, 'csv'), ...ordered });
    const nameField = bulkNameField(field);
    if (nameField && field.nameColumn) {
      const orderedName = withoutNames.has(field.apiName) ? {} : ordered;
      wanted.set(nameField, { name: field.nameColumn, column: nameColumn(field.nameColumn), ...orderedName });
    }
  }
  return wanted;
}

/** Finds the wanted name of each header: as Zoho wrote it, else in another case if only one of each side has it. */
function matchHeader(header: readonly string[], wanted: readonly string[]): (string | undefined)[] {
  const exact = new Set(header.filter((name) => wanted.includes(name)));
  const inAnyCase = (names: readonly string[], name: string): string[] =>
    names.filter((other) => !exact.has(other) && other.toLowerCase() === name.toLowerCase());
  return header.map((name) => {
    if (exact.has(name)) return name;
    const [found, ...others] = inAnyCase(wanted, name);
    return others.length === 0 && inAnyCase(header, name).length === 1 ? found : undefined;
  });
}

function without(columns: WantedColumn[], found: WantedColumn | undefined): WantedColumn[] {
  return columns.filter((column) => column !== found);
}

/**
 * The layout of an exported file, from its header line. Columns are found by name: Zoho promises no order.
 * @param header e.g. `['Id', 'Deal_Name', 'Account_Name', 'Account_Name.Account_Name']`
 * @throws ResultFileBroken when the file has no id column
 */
export function csvLayout(mirror: MirrorModule, header: readonly string[]): StagingLayout {
  const wanted = wantedColumns(mirror);
  if (!header.some((name) => name.toLowerCase() === 'id')) {
    throw new ResultFileBroken(
      `The export of ${mirror.module} has no Id column; its header is ${header.join(', ').slice(0, 200)}.`,
    );
  }
  const matched = matchHeader(header, [...wanted.keys()]);
  const found = header.map((name, index) => (name.toLowerCase() === 'id' ? ID : wanted.get(matched[index] ?? '')));
  const columns = found.flatMap((entry) => (entry && 'column' in entry && entry.column ? [entry.column] : []));
  const present = new Set(columns.map((column) => column.name));
  const missingNames = mirror.fields.flatMap((field) =>
    field.nameColumn && present.has(field.column) && !present.has(field.nameColumn)
      ? [{ column: field.nameColumn, idColumn: field.column, isUser: isUserLookup(field) }]
      : [],
  );
  return {
    format: 'csv',
    sourceColumns: found.map((entry) => entry?.name),
    columns,
    unread: [...new Set(found.reduce(without, [...wanted.values()]).flatMap(({ ordered }) => ordered ?? []))],
    missingNames,
    modifiedTime: presentModifiedTime(mirror, present),
  };
}

/** The layout of record pages: the given fields, a reference as id and name. */
export function jsonLayout(mirror: MirrorModule, fields: readonly ReadField[]): StagingLayout {
  const columns = fields.flatMap((field) => [
    valueColumn(field, 'json'),
    ...(field.nameColumn ? [nameColumn(field.nameColumn)] : []),
  ]);
  return {
    format: 'json',
    sourceColumns: ['id', ...columns.map((column) => column.name), ABSENT_COLUMN],
    columns,
    unread: [],
    missingNames: [],
    modifiedTime: presentModifiedTime(mirror, new Set(columns.map((column) => column.name))),
  };
}

function nameColumn(name: string): StagedColumn {
  return {
    name,
    type: 'text',
    stagedAs: 'text',
    expression: staged(name),
    typedExpression: staged(name),
    checked: false,
    changesWithoutModifiedTime: false,
    isUnfilled: false,
  };
}

/**
 * The same layout with values typed as soon as they are staged. A value that does not fit then stops the COPY. In
 * binary format it is cheaper than text in any case; where PostgreSQL has to parse, only if nearly every row will be
 * written.
 */
export function typedLayout(layout: StagingLayout): StagingLayout {
  const columns = layout.columns.map((column) =>
    column.checked || column.list ? { ...column, stagedAs: column.type, expression: column.typedExpression } : column,
  );
  return { ...layout, columns };
}

function presentModifiedTime(mirror: MirrorModule, present: ReadonlySet<string>): string | undefined {
  const column = modifiedTimeColumn(mirror.fields);
  return column !== undefined && present.has(column) ? column : undefined;
}
