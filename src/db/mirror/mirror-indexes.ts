import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { firstFreeName, isUserLookup, MODIFIED_TIME_FIELD, type MirrorField } from '../../domain/mirror/mirror-field';
import { quoteIdentifier } from './identifiers';
import { mirrorLockKey, qualifiedTable, type MirrorModule } from './mirror-module';

/** PostgreSQL keeps so many bytes of a name. */
const MAX_NAME = 63;
/** Sorting is most of the work, and each sort has one process: two indexes are built at a time. */
const AT_A_TIME = 2;

/** Texts for which Zoho takes 450 characters at most. */
const SHORT_TEXTS = new Set(['text', 'email', 'phone', 'website', 'picklist', 'autonumber']);

interface MirrorIndex {
  name: string;
  columns: string[];
}

/**
 * Creates the indexes of the lookups to modules, by which names and deletes reach the rows that point to a record, and
 * those that the module's configuration asks for: each costs a first load, and every later change of a row. An index that
 * exists is left alone, also when nobody asks for it any more. Repeating it changes nothing.
 * @param indexedFields API names of further fields; those that the mirror does not have, lists and long texts are passed
 * over
 */
export async function createMirrorIndexes(
  knex: Knex,
  mirror: MirrorModule,
  indexedFields: readonly string[] = [],
): Promise<void> {
  const wanted = mirrorIndexes(mirror, indexedFields);
  const shares = Array.from({ length: AT_A_TIME }, (_, share) => wanted.filter((_, at) => at % AT_A_TIME === share));
  const filled = shares.filter((share) => share.length > 0);
  await Promise.all(filled.map((share) => createIndexes(knex, mirror, share)));
}

function mirrorIndexes(mirror: MirrorModule, indexedFields: readonly string[]): MirrorIndex[] {
  return mirror.fields
    .filter((field) =>
      indexedFields.includes(field.apiName) ? isShort(field) : field.shape === 'reference' && !isUserLookup(field),
    )
    .map(({ apiName, column }) => ({
      name: indexName(`${mirror.table}_by_${column}`),
      columns: apiName === MODIFIED_TIME_FIELD ? [column, 'id'] : [column],
    }));
}

/** PostgreSQL refuses a row with an indexed value of more than 2,700 bytes. */
function isShort({ type, dataType }: MirrorField): boolean {
  return type !== 'jsonb' && (type !== 'text' || SHORT_TEXTS.has(dataType));
}

/** The shared lock keeps loads out, not the other share; each index's own keeps out who builds the same. */
async function createIndexes(knex: Knex, mirror: MirrorModule, indexes: readonly MirrorIndex[]): Promise<void> {
  await knex.transaction(async (trx) => {
    await trx.raw('set local statement_timeout = 0');
    await trx.raw('select pg_advisory_xact_lock_shared(hashtextextended(?, 0))', [mirrorLockKey(mirror)]);
    for (const { name, columns } of indexes) {
      await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`index:${mirror.schema}.${name}`]);
      const { isIndexed, names } = await readIndexes(trx, mirror, columns);
      if (isIndexed) continue;
      const free = firstFreeName(name, (taken) => names.includes(taken));
      await trx.raw(
        `create index if not exists ${quoteIdentifier(free)} on ${qualifiedTable(mirror)}
         (${columns.map(quoteIdentifier).join(', ')})`,
      );
    }
  });
}

/** A renamed column keeps its index, under the name that another column's would have. */
async function readIndexes(
  trx: Knex,
  mirror: MirrorModule,
  columns: readonly string[],
): Promise<{ isIndexed: boolean; names: string[] }> {
  const answer = await trx.raw<{ rows: [{ isIndexed: boolean; names: string[] }] }>(
    `select coalesce(array_agg(c.relname::text), '{}') as names,
       coalesce(bool_or(i.indisvalid and i.indpred is null and a.attname = :column), false) as "isIndexed"
     from pg_index i join pg_class c on c.oid = i.indexrelid
     left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
     where i.indrelid = to_regclass(:table)`,
    { table: qualifiedTable(mirror), column: columns[0] ?? '' },
  );
  return answer.rows[0];
}

/** Longer names than PostgreSQL keeps end in a digest, so that they stay apart. */
function indexName(wanted: string): string {
  if (wanted.length <= MAX_NAME) return wanted;
  const digest = createHash('sha256').update(wanted).digest('hex').slice(0, 8);
  return `${wanted.slice(0, MAX_NAME - digest.length - 1)}_${digest}`;
}
