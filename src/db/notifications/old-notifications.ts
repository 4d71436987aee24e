import type { Knex } from 'knex';

/** Notifications of a module that have waited long. */
export interface OldNotifications {
  connectionId: string;
  key: string;
  /** Zoho's name of the module. */
  module: string;
  records: number;
}

/** Days after which records that wait are an alert, and after which nobody waits for them any more. */
const ALERT_DAYS = 1;
const DROP_DAYS = 7;
/** Rows that one statement removes: it takes a moment, whatever has piled up. */
const BATCH_ROWS = 5_000;

/** Counts, by module, the records that have waited for a day to be read. */
export async function countOldNotifications(knex: Knex, now: Date): Promise<OldNotifications[]> {
  const answer = await knex.raw<{ rows: OldNotifications[] }>(
    `select mirror.connection_id as "connectionId", mirror.key, coalesce(mirror.api_name, mirror.key) as module,
       count(*)::float8 as records
     from sync.notification_inbox inbox join sync.mirrors mirror on mirror.id = inbox.mirror_id
     where inbox.first_received_at < :now::timestamptz - make_interval(days => :days)
     group by mirror.id`,
    { now, days: ALERT_DAYS },
  );
  return answer.rows;
}

/**
 * Drops a batch of the records that have waited for a week: a sync has read them long ago, or nobody wants them.
 * @returns how many, by module
 */
export async function dropOldNotifications(knex: Knex, now: Date): Promise<OldNotifications[]> {
  const answer = await knex.raw<{ rows: OldNotifications[] }>(
    `with old as materialized (
       select mirror_id, record_id from sync.notification_inbox
       where first_received_at < :now::timestamptz - make_interval(days => :days)
       order by mirror_id, record_id limit :limit for update skip locked
     ), dropped as (
       delete from sync.notification_inbox inbox using old
       where inbox.mirror_id = old.mirror_id and inbox.record_id = old.record_id returning inbox.mirror_id
     )
     select mirror.connection_id as "connectionId", mirror.key, coalesce(mirror.api_name, mirror.key) as module,
       count(*)::float8 as records
     from dropped join sync.mirrors mirror on mirror.id = dropped.mirror_id group by mirror.id`,
    { now, days: DROP_DAYS, limit: BATCH_ROWS },
  );
  return answer.rows;
}
