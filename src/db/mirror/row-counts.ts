import type { Knex } from 'knex';
import { CREATED_TIME_FIELD } from '../../domain/mirror/mirror-field';
import { quoteIdentifier } from './identifiers';
import { qualifiedTable, type MirrorModule } from './mirror-module';

type Module = Pick<MirrorModule, 'connectionId' | 'key'>;

/** The difference of both sides that was looked into before and that nothing explained; 0 where there is none. */
export async function getKnownDifference(knex: Knex, { connectionId, key }: Module): Promise<number> {
  const answer = await knex.raw<{ rows: { difference: string }[] }>(
    'select count_difference as difference from sync.mirrors where connection_id = ? and key = ?',
    [connectionId, key],
  );
  return Number(answer.rows[0]?.difference ?? 0);
}

/**
 * Whether both sides are to be counted, though nothing came or went: as often as the module's configuration says, and
 * without one once an hour.
 */
export async function isCountDue(knex: Knex, { connectionId, key }: Module): Promise<boolean> {
  const answer = await knex.raw<{ rows: { isDue: boolean }[] }>(
    `select coalesce(
         mirror.counted_at <= now() - make_interval(mins => coalesce(configuration.count_every_minutes, 60)), true) as "isDue"
     from sync.mirrors mirror
     left join sync.sync_configurations configuration
       on configuration.connection_id = mirror.connection_id and configuration.module_name = mirror.key
         and configuration.is_active
     where mirror.connection_id = ? and mirror.key = ?`,
    [connectionId, key],
  );
  return answer.rows[0]?.isDue ?? true;
}

/**
 * Keeps what both sides counted.
 * @param count `difference`: what was looked into and stayed unexplained; as it was without it
 */
export async function noteCount(
  knex: Knex,
  { connectionId, key }: Module,
  { zohoRows, difference }: { zohoRows: number; difference: number | undefined },
): Promise<void> {
  await knex.raw(
    `update sync.mirrors set counted_at = now(), zoho_count = :zohoRows,
       count_difference = coalesce(:difference, count_difference)
     where connection_id = :connectionId and key = :key`,
    { connectionId, key, zohoRows, difference: difference ?? null },
  );
}

/** Asks for a comparison of all rows of a module, unless one was asked for within a day. */
export async function requestComparison(knex: Knex, { connectionId, key }: Module): Promise<void> {
  await knex.raw(
    `update sync.mirrors set comparison_wanted_at = now()
     where connection_id = ? and key = ?
       and (comparison_wanted_at is null or comparison_wanted_at < now() - interval '1 day')`,
    [connectionId, key],
  );
}

/** Counts the rows of a mirror that were created or deleted in Zoho after a moment, as far as they came by now. */
export async function countMovedRows(knex: Knex, mirror: MirrorModule, since: Date): Promise<number> {
  const created = mirror.fields.find(({ apiName, type }) => apiName === CREATED_TIME_FIELD && type === 'timestamptz');
  return knex.transaction(async (trx) => {
    await trx.raw('set local statement_timeout = 0');
    const answer = await trx.raw<{ rows: { moved: string }[] }>(
      `select (select count(*) from sync.tombstones
           where connection_id = :connectionId and module_name = :key and deleted_at >= :since)
         + ${created ? `(select count(*) from ${qualifiedTable(mirror)} where ${quoteIdentifier(created.column)} >= :since)` : '0'}
         as moved`,
      { connectionId: mirror.connectionId, key: mirror.key, since },
    );
    return Number(answer.rows[0]?.moved ?? 0);
  });
}
