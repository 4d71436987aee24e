import type { Knex } from 'knex';
import { quoteIdentifier } from '../../src/db/mirror/identifiers';
import { isOneValue, type ComparedTable, type ReferenceMirror } from './tool';

/** Counts the fields of which every row has the same value as the mirror, whatever type the tool gave its column. */
export async function countRight(
  knex: Knex,
  mirror: ReferenceMirror,
  { schema, table, columnOf }: ComparedTable,
): Promise<{ right: number; fields: number }> {
  const found = await knex.raw<{ rows: { name: string }[] }>(
    'select column_name as name from information_schema.columns where table_schema = ? and table_name = ?',
    [schema, table],
  );
  const columns = new Set(found.rows.map(({ name }) => name));
  const fields = mirror.fields.filter(isOneValue);
  let right = 0;
  for (const field of fields) {
    const column = columnOf(field);
    if (!columns.has(column)) continue;
    const theirs = `p.${quoteIdentifier(column)}::text`;
    const type = field.type;
    // What cannot even be read as the type differs.
    const isOther = `case when ${theirs} is null or pg_input_is_valid(${theirs}, '${type}')
      then ${theirs}::${type} is distinct from m.${quoteIdentifier(field.column)} else true end`;
    const differs = await knex.raw<{ rows: { rows: number }[] }>(
      `select count(*)::int as rows from ${mirror.table} m
       left join ${quoteIdentifier(schema)}.${quoteIdentifier(table)} p on p.id::bigint = m.id
       where ${isOther}`,
    );
    if (differs.rows[0]?.rows === 0) right += 1;
  }
  return { right, fields: fields.length };
}
