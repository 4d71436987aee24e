import type { Knex } from 'knex';
import { qualifiedTable, type MirrorModule } from './mirror-module';

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

/** The columns of a mirror's table, the engine's own too, and their types. */
export async function columnTypes(
  knex: Knex,
  mirror: Pick<MirrorModule, 'schema' | 'table'>,
): Promise<Map<string, string>> {
  const answer = await knex.raw<{ rows: ColumnTypeRow[] }>(columnTypesQuery('?'), [qualifiedTable(mirror)]);
  return new Map(answer.rows.map((row) => [row.name, row.type]));
}
