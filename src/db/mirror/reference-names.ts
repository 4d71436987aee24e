import type { Knex } from 'knex';
import { displayFieldOf, isUserLookup, type MirrorField } from '../../domain/mirror/mirror-field';
import { exportColumns } from '../../domain/planning/export-columns';
import { quoteIdentifier } from './identifiers';
import { mirrorLockKey, qualifiedTable, SYNCED_AT, type MirrorModule } from './mirror-module';
import { loadFields } from './module-fields';

/**
 * Rows are dated by a time before they were read, so two reads this close may have been in either order. The record itself
 * is believed then: its next change is read later, and a name that was passed over once would stay for good.
 */
const TIE_SECONDS = 60;

/** A lookup that has a column for the name of what it points to. */
type NamedReference = MirrorField & { nameColumn: string };

/** A mirror whose rows have names. */
interface NameSource {
  apiName: string;
  table: string;
  column: string;
}

/** The moments from which on names are compared; null compares all of them. */
export interface NamesSince {
  /** By PostgreSQL's clock. */
  users: Date | null;
  /** By Zoho's clock: rows of other mirrors that were read since. */
  records: Date | null;
}

/**
 * Brings the names of lookups up to those of the records and users they point to. A name changes there without this
 * module's records being modified, so no list of changes shows it. The later read of the two decides, within a minute the
 * record's own. Names that a way
 * of reading does not give, such as those of lookups to several modules, are filled in wherever they are missing.
 */
export async function refreshNames(knex: Knex, mirror: MirrorModule, since: NamesSince): Promise<void> {
  const references = mirror.fields.filter((field): field is typeof field & NamedReference => Boolean(field.nameColumn));
  if (references.length === 0) return;
  const sources = await nameSources(knex, mirror);
  await knex.transaction(async (trx) => {
    await trx.raw('set local statement_timeout = 0');
    await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [mirrorLockKey(mirror)]);
    const unexported = new Set(exportColumns(mirror.fields).withoutNames);
    for (const reference of references) {
      if (isUserLookup(reference)) await nameUsers(trx, mirror, reference, since.users);
      else {
        const isRead = reference.bulkNameReadable && !unexported.has(reference.apiName);
        await nameRecords(trx, mirror, { ...reference, bulkNameReadable: isRead }, sources, since.records);
      }
    }
  });
}

/**
 * Remembers users by the names that records give them: those who have left are in no list of users.
 * @returns how many were not known before
 */
export async function learnUsers(knex: Knex, mirror: MirrorModule, ids: string[]): Promise<number> {
  let learned = 0;
  for (const field of mirror.fields) {
    if (!isUserLookup(field) || !field.nameColumn) continue;
    const [user, name] = [quoteIdentifier(field.column), quoteIdentifier(field.nameColumn)];
    const answer = await knex.raw<{ rowCount: number }>(
      `insert into sync.crm_users (connection_id, id, full_name)
       select distinct on (${user}) ?::uuid, ${user}, ${name} from ${qualifiedTable(mirror)}
       where id = any(?::bigint[]) and ${user} is not null and ${name} is not null
       on conflict (connection_id, id) do nothing`,
      [mirror.connectionId, ids],
    );
    learned += answer.rowCount;
  }
  return learned;
}

async function nameUsers(
  trx: Knex,
  mirror: MirrorModule,
  { column, nameColumn }: NamedReference,
  since: Date | null,
): Promise<void> {
  const [id, name] = [quoteIdentifier(column), quoteIdentifier(nameColumn)];
  await trx.raw(
    `update ${qualifiedTable(mirror)} m set ${name} = u.full_name from sync.crm_users u
     where u.connection_id = :connection and u.full_name is not null and m.${id} = u.id
       and m.${name} is distinct from u.full_name ${since ? 'and u.changed_at >= :since' : ''}`,
    { connection: mirror.connectionId, ...(since && { since }) },
  );
}

async function nameRecords(
  trx: Knex,
  mirror: MirrorModule,
  reference: NamedReference,
  sources: readonly NameSource[],
  since: Date | null,
): Promise<void> {
  const [id, name] = [quoteIdentifier(reference.column), quoteIdentifier(reference.nameColumn)];
  const { lookupModule, bulkNameReadable } = reference;
  const isAnyModule = lookupModule === undefined;
  const pointedTo = sources.filter(({ apiName }) => isAnyModule || apiName === lookupModule);
  for (const { table, column } of pointedTo) {
    const given = `n.${quoteIdentifier(column)}`;
    const read = `n.${SYNCED_AT}`;
    const changed = `${read} > m.${SYNCED_AT} - interval '${TIE_SECONDS} seconds' ${since ? `and ${read} >= :since` : ''}`;
    const missing = since && bulkNameReadable ? 'false' : `m.${name} is null`;
    await trx.raw(
      `update ${qualifiedTable(mirror)} m set ${name} = ${given} from ${table} n
       where m.${id} = n.id and ${given} is not null and m.${name} is distinct from ${given}
         and (${missing} or ${changed})`,
      since ? { since } : {},
    );
  }
}

/** The mirrors of the connection, its own included, and the column by which Zoho names their records. */
async function nameSources(knex: Knex, { connectionId, schema }: MirrorModule): Promise<NameSource[]> {
  const { rows } = await knex.raw<{ rows: { key: string; apiName: string; table: string }[] }>(
    `select key, coalesce(api_name, key) as "apiName", table_name as "table" from sync.mirrors
     where connection_id = ? and to_regclass(quote_ident(?) || '.' || quote_ident(table_name)) is not null
     order by key`,
    [connectionId, schema],
  );
  const found = await Promise.all(
    rows.map(async ({ key, apiName, table }) => {
      const fields = await loadFields(knex, connectionId, key);
      const display = fields.find((field) => field.apiName === displayFieldOf(apiName) && field.type === 'text');
      return display ? [{ apiName, table: qualifiedTable({ schema, table }), column: display.column }] : [];
    }),
  );
  return found.flat();
}
