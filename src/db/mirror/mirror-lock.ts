import type { Knex } from 'knex';
import { refuseForeignTriggers, type RunQuery } from './foreign-triggers';
import { mirrorLockKey, type MirrorModule } from './mirror-module';

type Locked = Pick<MirrorModule, 'connectionId' | 'key' | 'schema' | 'table'>;

/** A query in a transaction of Knex, whose statements have question marks where PostgreSQL's have numbers. */
export function queryOf(trx: Knex): RunQuery {
  return async (sql, values) => trx.raw<{ rows: unknown[] }>(sql.replaceAll(/\$\d/g, '?'), [...values]);
}

/**
 * Keeps every other writer of a mirror's rows out until the transaction ends.
 * @throws ForeignTrigger
 */
export async function lockRows(query: RunQuery, mirror: Locked): Promise<void> {
  await query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [mirrorLockKey(mirror)]);
  await refuseForeignTriggers(query, mirror);
}

/**
 * Keeps all others but those out who only insert, too: the primary key already excludes double inserts.
 * @throws ForeignTrigger
 */
export async function lockInserts(query: RunQuery, mirror: Locked): Promise<void> {
  await query('select pg_advisory_xact_lock_shared(hashtextextended($1, 0))', [mirrorLockKey(mirror)]);
  await refuseForeignTriggers(query, mirror);
}
