import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { quoteIdentifier } from './identifiers';
import { mirrorLockKey, modifiedTimeColumn, qualifiedTable, type MirrorModule } from './mirror-module';

/** PostgreSQL keeps so many bytes of a name. */
const MAX_NAME = 63;
/** Sorting is most of the work, and each sort has one process: two indexes are built at a time. */
const AT_A_TIME = 2;

interface MirrorIndex {
  name: string;
  columns: string[];
}

/**
 * Creates the indexes that reads of the mirror need: by modification time for incremental work, by lookup for joins.
 * Made after a first load, because building an index once is cheaper than growing it by each row. Repeating it changes
 * nothing.
 */
export async function createMirrorIndexes(knex: Knex, mirror: MirrorModule): Promise<void> {
  const wanted = mirrorIndexes(mirror);
  const shares = Array.from({ length: AT_A_TIME }, (_, share) => wanted.filter((_, at) => at % AT_A_TIME === share));
  const filled = shares.filter((share) => share.length > 0);
  await Promise.all(filled.map((share) => createIndexes(knex, mirror, share)));
}

function mirrorIndexes(mirror: MirrorModule): MirrorIndex[] {
  const modified = modifiedTimeColumn(mirror.fields);
  const named = (suffix: string, columns: string[]): MirrorIndex => ({
    name: indexName(`${mirror.table}_${suffix}`),
    columns,
  });
  return [
    ...(modified ? [named('by_modified_time', [modified, 'id'])] : []),
    ...mirror.fields
      .filter((field) => field.shape === 'reference')
      .map((field) => named(`by_${field.column}`, [field.column])),
  ];
}

/** The shared lock keeps loads out, not the other share; each index's own keeps out who builds the same. */
async function createIndexes(knex: Knex, mirror: MirrorModule, indexes: readonly MirrorIndex[]): Promise<void> {
  await knex.transaction(async (trx) => {
    await trx.raw('set local statement_timeout = 0');
    await trx.raw('select pg_advisory_xact_lock_shared(hashtextextended(?, 0))', [mirrorLockKey(mirror)]);
    for (const { name, columns } of indexes) {
      await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`index:${mirror.schema}.${name}`]);
      await trx.raw(
        `create index if not exists ${quoteIdentifier(name)} on ${qualifiedTable(mirror)}
         (${columns.map(quoteIdentifier).join(', ')})`,
      );
    }
  });
}

/** Longer names than PostgreSQL keeps end in a digest, so that they stay apart. */
function indexName(wanted: string): string {
  if (wanted.length <= MAX_NAME) return wanted;
  const digest = createHash('sha256').update(wanted).digest('hex').slice(0, 8);
  return `${wanted.slice(0, MAX_NAME - digest.length - 1)}_${digest}`;
}
