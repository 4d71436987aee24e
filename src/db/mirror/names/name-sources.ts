import type { Knex } from 'knex';
import type pg from 'pg';
import { DISPLAY_FIELDS, displayFieldOf, isUserLookup, type MirrorField } from '../../../domain/mirror/mirror-field';
import { qualifiedTable, type MirrorModule } from '../mirror-module';

/** A mirror whose records have names. */
export interface NameSource {
  /** Zoho's name of the module. */
  apiName: string;
  /** The module's table, quoted. */
  table: string;
  /** Column of the name. */
  column: string;
  /** Whether it follows Zoho: a mirror that nobody syncs any more has names of long ago. */
  isKept: boolean;
}

/** A lookup that has a column for the name of what it points to. */
export type NamedReference = MirrorField & { nameColumn: string };

/** Time without a sync after which the names of a mirror are no longer believed. */
const KEPT_FOR = '2 days';

interface SourceRow {
  apiName: string;
  table: string;
  field: string;
  column: string;
  isKept: boolean;
}

/** Values are the connection, its schema and the fields that may hold names. */
const sourcesQuery = (connection: string, schema: string, fields: string): string => `
  select coalesce(m.api_name, m.key) as "apiName", m.table_name as "table", f.api_name as field,
    f.column_name as "column", coalesce(w.updated_at > now() - interval '${KEPT_FOR}', false) as "isKept"
  from sync.mirrors m
  join sync.module_fields f on f.connection_id = m.connection_id and f.module_name = m.key and f.status = 'active'
    and f.column_type = 'text' and f.api_name = any(${fields})
  left join sync.watermarks w on w.connection_id = m.connection_id and w.module_name = m.key
  where m.connection_id = ${connection} and to_regclass(quote_ident(${schema}) || '.' || quote_ident(m.table_name)) is not null
  order by m.id`;

/** Reads the mirrors of a connection, the given one included, and the columns by which Zoho names their records. */
export async function readNameSources(
  knex: Knex,
  { connectionId, schema }: Pick<MirrorModule, 'connectionId' | 'schema'>,
): Promise<NameSource[]> {
  const answer = await knex.raw<{ rows: SourceRow[] }>(sourcesQuery('?', '?', '?'), [
    [...DISPLAY_FIELDS],
    connectionId,
    schema,
  ]);
  return sourcesIn(schema, answer.rows);
}

/** The same on a connection of a load. */
export async function readNameSourcesOf(
  client: pg.Client,
  { connectionId, schema }: Pick<MirrorModule, 'connectionId' | 'schema'>,
): Promise<NameSource[]> {
  const answer = await client.query<SourceRow>(sourcesQuery('$2', '$3', '$1'), [
    [...DISPLAY_FIELDS],
    connectionId,
    schema,
  ]);
  return sourcesIn(schema, answer.rows);
}

function sourcesIn(schema: string, rows: readonly SourceRow[]): NameSource[] {
  return rows
    .filter(({ apiName, field }) => field === displayFieldOf(apiName))
    .map(({ apiName, table, column, isKept }) => ({
      apiName,
      table: qualifiedTable({ schema, table }),
      column,
      isKept,
    }));
}

/** The lookups of a module that have names. */
export function namedReferences({ fields }: Pick<MirrorModule, 'fields'>): NamedReference[] {
  return fields.filter((field): field is typeof field & NamedReference => field.nameColumn !== undefined);
}

/** The sources that a lookup to records may point to. */
export function sourcesOf({ lookupModule }: NamedReference, sources: readonly NameSource[]): NameSource[] {
  return sources.filter(({ apiName }) => lookupModule === undefined || apiName === lookupModule);
}

/**
 * Whether the name of a lookup is a value of another mirror, or of the list of users, and follows it from there: then it
 * is none of the row that shows it. A lookup that may point to any module follows the row, too.
 */
export function isNamedElsewhere(reference: NamedReference, sources: readonly NameSource[]): boolean {
  if (isUserLookup(reference)) return true;
  return reference.lookupModule !== undefined && sourcesOf(reference, sources).some(({ isKept }) => isKept);
}
