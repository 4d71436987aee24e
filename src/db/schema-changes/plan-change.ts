import type { Knex } from 'knex';
import { rewriteSeconds, type ChangePlan, type Dependent } from '../../domain/schema-changes/schema-change';
import { quoteIdentifier } from '../mirror/identifiers';
import { qualifiedTable, type MirrorModule } from '../mirror/mirror-module';
import { toDatabaseError } from '../postgres/pg-errors';
import { castOf, changeStatements, type FieldChange } from './field-changes';

type Table = Pick<MirrorModule, 'schema' | 'table'>;

/** Time that is spent on finding out how many values do not fit. */
const COUNT_TIMEOUT = '10s';

/**
 * Says what making a change takes.
 * @param present columns of the table
 */
export async function planChange(
  knex: Knex,
  table: Table,
  change: FieldChange,
  present: ReadonlyMap<string, string>,
): Promise<ChangePlan> {
  const rewrite = change.kind === 'type_wider' || change.kind === 'type_other';
  const changed = change.kind === 'field_added' ? [] : change.columns.map(({ name }) => name);
  const [bytes, dependents, misfits] = await Promise.all([
    rewrite ? sizeOf(knex, table) : 0,
    // A renamed column is the same column to whatever uses it.
    change.kind === 'field_renamed' ? [] : findDependents(knex, table, changed),
    change.kind === 'type_other' ? countMisfits(knex, table, change) : undefined,
  ]);
  return {
    statements: changeStatements(table, change, present),
    lock: 'ACCESS EXCLUSIVE',
    rewrite,
    bytes,
    seconds: rewriteSeconds(bytes),
    dependents,
    columns: present.size + (change.kind === 'field_added' ? change.columns.length : 0),
    ...(misfits !== undefined && { misfits }),
  };
}

async function sizeOf(knex: Knex, table: Table): Promise<number> {
  const answer = await knex.raw<{ rows: [{ bytes: string }] }>(
    'select coalesce(pg_total_relation_size(to_regclass(?)), 0) as bytes',
    [qualifiedTable(table)],
  );
  return Number(answer.rows[0].bytes);
}

/** Finds what uses some columns of a table, so that PostgreSQL refuses to change their types or to drop them. */
async function findDependents(knex: Knex, table: Table, columns: readonly string[]): Promise<Dependent[]> {
  if (columns.length === 0) return [];
  const answer = await knex.raw<{ rows: Dependent[] }>(
    `with used as (
       select attnum from pg_attribute where attrelid = to_regclass(:table) and attname = any(:columns) and attnum > 0
     ), dependents as (
       select distinct d.classid, d.objid, v.oid as view, case v.relkind when 'm' then 'materialized view' else 'view' end as kind
       from pg_depend d
       left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
       left join pg_class v on v.oid = r.ev_class and v.relkind in ('v', 'm')
       left join pg_attrdef a on d.classid = 'pg_attrdef'::regclass and a.oid = d.objid
       where d.refclassid = 'pg_class'::regclass and d.refobjid = to_regclass(:table)
         and d.refobjsubid in (select attnum from used)
         and (d.classid = any(array['pg_rewrite', 'pg_policy', 'pg_trigger', 'pg_proc']::regclass[])
           -- A generated column, but not the default of the column itself.
           or a.adnum not in (select attnum from used))
     )
     select case when view is null then pg_describe_object(classid, objid, 0) else format('%s %s', kind, view::regclass) end as name,
       case when view is not null then format('drop %s %s', kind, view::regclass) end as drop,
       case when view is not null then
         format('create %s %s as %s', kind, view::regclass, rtrim(pg_get_viewdef(view), ';')) end as create
     from dependents order by 1`,
    { table: qualifiedTable(table), columns: [...columns] },
  );
  return answer.rows;
}

/** @returns undefined where counting takes too long */
async function countMisfits(knex: Knex, table: Table, { columns }: FieldChange): Promise<number | undefined> {
  const isMisfit = columns.map((step) => `(${quoteIdentifier(step.name)} is not null and not (${castOf(step).fits}))`);
  try {
    return await knex.transaction(async (trx) => {
      await trx.raw(`set local statement_timeout = '${COUNT_TIMEOUT}'`);
      const sql = `select count(*) as count from ${qualifiedTable(table)} where ${isMisfit.join(' or ')}`;
      const answer = await trx.raw<{ rows: [{ count: string }] }>(escapePlaceholders(sql));
      return Number(answer.rows[0].count);
    });
  } catch (error) {
    if (toDatabaseError(error)?.kind === 'statement_timeout') return undefined;
    throw error;
  }
}

/** Knex takes question marks of regular expressions for its placeholders. */
export function escapePlaceholders(sql: string): string {
  return sql.replaceAll('?', '\\?');
}
