import type { Knex } from 'knex';
import { isUserLookup } from '../../../domain/mirror/mirror-field';
import { quoteIdentifier } from '../identifiers';
import { lockRows, queryOf } from '../mirror-lock';
import { qualifiedTable, type MirrorModule } from '../mirror-module';
import { namedReferences, readNameSources, sourcesOf, type NamedReference } from './name-sources';

/** A user may have been stored a little before those who look can see it. */
const USERS_OVERLAP = `interval '1 minute'`;

/** Where the names of a lookup come from. */
interface Origin {
  /** SQL of rows with `id` and `name`. */
  relation: string;
  /** Whether its names are right; others only fill what is empty. */
  isRight: boolean;
}

interface NamedColumn {
  reference: NamedReference;
  origins: Origin[];
}

/**
 * Brings the names of all lookups up to those of the users and records that they point to, in one pass over the mirror. A
 * name changes there without this module's records being modified, so no list of changes shows it. Where it is missing,
 * as in an export without it, any mirror fills it in; otherwise those alone that follow Zoho.
 * @returns number of rows with another name
 */
export async function checkNames(knex: Knex, mirror: MirrorModule): Promise<number> {
  const began = await timeNow(knex);
  const sources = await readNameSources(knex, mirror);
  const users = usersWhere('true');
  const columns = namedReferences(mirror).map((reference) => ({
    reference,
    origins: isUserLookup(reference)
      ? [users]
      : sourcesOf(reference, sources).map(({ table, column, isKept }) => ({
          relation: `(select id, ${quoteIdentifier(column)} as name from ${table})`,
          isRight: isKept,
        })),
  }));
  const renamed = await alignNames(knex, mirror, columns, { connection: mirror.connectionId });
  await noteChecked(knex, mirror, began);
  return renamed;
}

/**
 * Brings the names in a mirror up to what has changed since the last time: all of them where that was asked for, else
 * those of users. Does nothing for a mirror that is being filled. A name that a record has changed comes from there, see
 * `spreadNames`.
 */
export async function followNames(knex: Knex, mirror: MirrorModule): Promise<void> {
  const { connectionId, key } = mirror;
  const answer = await knex.raw<{ rows: { since: string; isWanted: boolean; hasUsers: boolean }[] }>(
    `select names_checked_at::text as since, coalesce(names_wanted_at > names_checked_at, false) as "isWanted",
       exists (select from sync.crm_users u
         where u.connection_id = m.connection_id and u.changed_at >= m.names_checked_at - ${USERS_OVERLAP}) as "hasUsers"
     from sync.mirrors m where connection_id = ? and key = ? and names_checked_at is not null`,
    [connectionId, key],
  );
  const [state] = answer.rows;
  if (state?.isWanted) await checkNames(knex, mirror);
  else if (state?.hasUsers) {
    const began = await timeNow(knex);
    await nameUsers(knex, mirror, state.since);
    await noteChecked(knex, mirror, began);
  }
}

/**
 * Brings the names of users up to those that are known.
 * @param since PostgreSQL's time; users that have changed since are looked for
 */
export async function nameUsers(knex: Knex, mirror: MirrorModule, since: string): Promise<void> {
  const users = usersWhere(`changed_at >= :since::timestamptz - ${USERS_OVERLAP}`);
  const columns = namedReferences(mirror)
    .filter(isUserLookup)
    .map((reference) => ({ reference, origins: [users] }));
  await alignNames(knex, mirror, columns, { connection: mirror.connectionId, since });
}

/** Asks for a check of all names of a module by its next session. */
export async function requestNamesCheck(
  knex: Knex,
  { connectionId, key }: Pick<MirrorModule, 'connectionId' | 'key'>,
): Promise<void> {
  await knex.raw('update sync.mirrors set names_wanted_at = clock_timestamp() where connection_id = ? and key = ?', [
    connectionId,
    key,
  ]);
}

function usersWhere(condition: string): Origin {
  const relation = `(select id, full_name as name from sync.crm_users where connection_id = :connection and ${condition})`;
  return { relation, isRight: true };
}

async function timeNow(knex: Knex): Promise<string> {
  const answer = await knex.raw<{ rows: { now: string }[] }>('select clock_timestamp()::text as now');
  return answer.rows[0]?.now ?? '';
}

async function noteChecked(knex: Knex, { connectionId, key }: MirrorModule, began: string): Promise<void> {
  await knex.raw('update sync.mirrors set names_checked_at = ? where connection_id = ? and key = ?', [
    began,
    connectionId,
    key,
  ]);
}

/** Looks without a lock, which others would wait for, and then writes under it what still points there. */
async function alignNames(
  knex: Knex,
  mirror: MirrorModule,
  columns: readonly NamedColumn[],
  bindings: Record<string, string>,
): Promise<number> {
  const named = columns.filter(({ origins }) => origins.length > 0);
  if (named.length === 0) return 0;
  return knex.transaction(async (trx) => {
    await trx.raw(`set local statement_timeout = 0; set local work_mem = '64MB'`);
    const places = named.map((_, at) => `id_${at} bigint, name_${at} text`);
    await trx.raw(`create temporary table misnamed (id bigint, ${places.join(', ')}) on commit drop`);
    const found = await trx.raw<{ rowCount: number }>(misnamedRows(mirror, named), bindings);
    if (found.rowCount === 0) return 0;
    await trx.raw('analyze misnamed');
    await lockRows(queryOf(trx), mirror);
    const assignments = named.map(({ reference }, at) => {
      const [id, name] = [quoteIdentifier(reference.column), quoteIdentifier(reference.nameColumn)];
      return `${name} = case when m.${id} = w.id_${at} then w.name_${at} else m.${name} end`;
    });
    const updated = await trx.raw<{ rowCount: number }>(
      `update ${qualifiedTable(mirror)} m set ${assignments.join(', ')} from misnamed w where m.id = w.id`,
    );
    return updated.rowCount;
  });
}

/** SQL that finds the rows with another name than the records they point to have; ids only where the name differs. */
function misnamedRows(mirror: MirrorModule, named: readonly NamedColumn[]): string {
  const joins: string[] = [];
  const found = named.map(({ reference, origins }, at) => {
    const [id, name] = [quoteIdentifier(reference.column), quoteIdentifier(reference.nameColumn)];
    const given = origins.map(({ relation, isRight }, place) => {
      const alias = `o_${at}_${place}`;
      joins.push(`left join ${relation} ${alias} on ${alias}.id = m.${id}`);
      return isRight ? `${alias}.name` : `case when m.${name} is null then ${alias}.name end`;
    });
    return { id: `m.${id}`, name: `coalesce(${given.join(', ')})`, has: `m.${name}` };
  });
  const differs = found.map(({ name, has }) => `(${name} <> ${has} or (${has} is null and ${name} is not null))`);
  const values = found.map(({ id, name }, at) => `case when ${differs[at]} then ${id} end, ${name}`);
  return `insert into misnamed select m.id, ${values.join(', ')}
    from ${qualifiedTable(mirror)} m ${joins.join(' ')} where ${differs.join(' or ')}`;
}
