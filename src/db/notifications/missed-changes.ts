import type { Knex } from 'knex';

/** Changes of a module that were seen while a channel should have told of them. */
export interface SeenChanges {
  /** Of the channel. */
  id: string;
  connectionId: string;
  key: string;
  module: string;
  /** Found by an incremental sync, later than Zoho tells. */
  missed: number;
  /** All, whoever brought them first. */
  changes: number;
}

/** Time in minutes that Zoho has to tell of a change. */
const MAX_LAG_MINUTES = 2;

/**
 * Counts, for every open channel that was not looked at for an hour, the changes since, and adds those that were missed to
 * its sum. By the history of records, so it costs syncs nothing.
 */
export async function countMissedChanges(knex: Knex, now: Date): Promise<SeenChanges[]> {
  const answer = await knex.raw<{ rows: SeenChanges[] }>(
    `with looked as (
       select c.id, c.mirror_id, greatest(c.missed_counted_at, c.subscribed_at) as since
       from sync.notification_channels c
       where c.state in ('active', 'renewing')
         and greatest(c.missed_counted_at, c.subscribed_at) <= :now::timestamptz - interval '1 hour'
       for update
     ), counted as (
       select looked.id, count(change.id)::int as changes,
         (count(change.id) filter (where session.session_type = 'incremental_sync'
           and change.crm_modified_time between looked.since
             and change.at - make_interval(mins => :maxLag)))::int as missed
       from looked
       left join (sync.record_history change
           join sync.crm_sync_sessions session on session.id = change.session_id
             and session.session_type in ('incremental_sync', 'webhook_update'))
         on change.mirror_id = looked.mirror_id and change.at > looked.since and change.at <= :now
           and change.event in ('created', 'changed')
       group by looked.id
     )
     update sync.notification_channels channel set missed = channel.missed + counted.missed, missed_counted_at = :now
     from counted
     join sync.notification_channels c on c.id = counted.id
     join sync.mirrors mirror on mirror.id = c.mirror_id
     where channel.id = counted.id
     returning channel.id, mirror.connection_id as "connectionId", mirror.key,
       coalesce(mirror.api_name, mirror.key) as module, counted.missed, counted.changes`,
    { now, maxLag: MAX_LAG_MINUTES },
  );
  return answer.rows;
}
