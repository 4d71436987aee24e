import type { Knex } from 'knex';
import type pg from 'pg';

/** Records of one module that a notification names. */
export interface Notification {
  mirrorId: number;
  operation: 'insert' | 'update' | 'delete';
  ids: readonly string[];
}

/**
 * Puts the records of notifications into the inbox, a row each however often they are named. Rows are written in the order
 * of their keys, as all writers of the inbox do: in opposite orders they would wait for each other.
 */
export async function storeNotifications(knex: Knex, notifications: readonly Notification[]): Promise<void> {
  const rows = notifications.flatMap(({ mirrorId, operation, ids }) => ids.map((id) => ({ mirrorId, operation, id })));
  await knex.raw(
    `insert into sync.notification_inbox as inbox (mirror_id, record_id, operation, times)
     select mirror_id, record_id, (array_agg(operation order by place desc))[1], count(*)
     from unnest(?::int[], ?::bigint[], ?::text[]) with ordinality as told (mirror_id, record_id, operation, place)
     group by mirror_id, record_id order by mirror_id, record_id
     on conflict (mirror_id, record_id) do update set operation = excluded.operation,
       last_received_at = greatest(inbox.last_received_at, excluded.last_received_at),
       times = inbox.times + excluded.times`,
    [rows.map(({ mirrorId }) => mirrorId), rows.map(({ id }) => id), rows.map(({ operation }) => operation)],
  );
}

/** A record that Zoho has told of. */
export interface DueRecord {
  id: string;
  /** Zoho told of it a moment ago, and it was not asked for since: an answer may be older than what it told. */
  isFresh: boolean;
}

/** Records of a module that are due. */
export interface DueRecords {
  records: DueRecord[];
  /** PostgreSQL's time when they were looked at: what Zoho tells later is not among them. With all of its digits. */
  takenAt: string;
  /** There are more of them than were taken. */
  isMore: boolean;
}

/** Zoho may tell of a change so long before it shows it, in seconds. */
const LEAD_SECONDS = 5;

/** Looks which records of a module are due, those first that have waited longest. They stay in the inbox. */
export async function findDueNotified(knex: Knex, mirrorId: number, limit: number): Promise<DueRecords> {
  const clock = await knex.raw<{ rows: [{ now: string }] }>('select clock_timestamp()::text as now');
  const takenAt = clock.rows[0].now;
  const answer = await knex.raw<{ rows: DueRecord[] }>(
    `select record_id as id,
       operation <> 'delete' and attempts = 0
         and last_received_at > :takenAt::timestamptz - make_interval(secs => :lead) as "isFresh"
     from sync.notification_inbox where mirror_id = :mirrorId and next_attempt_at <= :takenAt::timestamptz
     order by next_attempt_at, record_id limit :limit`,
    { mirrorId, takenAt, lead: LEAD_SECONDS, limit: limit + 1 },
  );
  return { records: answer.rows.slice(0, limit), takenAt, isMore: answer.rows.length > limit };
}

/** Counts the records of a module that wait, at a time by PostgreSQL's clock. */
export async function countWaiting(knex: Knex, mirrorId: number): Promise<{ waiting: number; takenAt: string }> {
  const answer = await knex.raw<{ rows: [{ waiting: string; takenAt: string }] }>(
    `select clock_timestamp()::text as "takenAt", count(*) as waiting from sync.notification_inbox where mirror_id = ?`,
    [mirrorId],
  );
  const { waiting, takenAt } = answer.rows[0];
  return { waiting: Number(waiting), takenAt };
}

/** Milliseconds until a record of the module is due; null for an empty inbox. */
export async function timeUntilDue(knex: Knex, mirrorId: number): Promise<number | null> {
  const answer = await knex.raw<{ rows: { ms: number }[] }>(
    `select greatest(0, extract(epoch from next_attempt_at - clock_timestamp()) * 1000)::float8 as ms
     from sync.notification_inbox where mirror_id = ? order by next_attempt_at limit 1`,
    [mirrorId],
  );
  return answer.rows[0]?.ms ?? null;
}

/** Rows of the inbox whose records have been read. */
export interface ReadRecords {
  mirrorId: number;
  takenAt: string;
  /** Records to be asked for once more. */
  again: readonly string[];
  /** Records that are done. */
  done: readonly string[];
}

/** Rows are locked in the order in which others write them. */
const LOCKED = `locked as materialized (
    select record_id from sync.notification_inbox
    where mirror_id = $1 and record_id = any($2::bigint[]) and last_received_at <= $3
    order by record_id for update)`;

/**
 * Takes records that have been read out of the inbox, those of which Zoho has told since they were taken stay. May run in
 * the transaction that merges them.
 */
export async function settleNotified(
  client: pg.Client,
  { mirrorId, takenAt, again, done }: ReadRecords,
): Promise<void> {
  await client.query(
    `with ${LOCKED}
     delete from sync.notification_inbox i using locked where i.mirror_id = $1 and i.record_id = locked.record_id`,
    [mirrorId, done, takenAt],
  );
  if (again.length === 0) return;
  await client.query(
    `with ${LOCKED}
     update sync.notification_inbox i set attempts = i.attempts + 1,
       next_attempt_at = i.last_received_at + make_interval(secs => $4)
     from locked where i.mirror_id = $1 and i.record_id = locked.record_id`,
    [mirrorId, again, takenAt, LEAD_SECONDS],
  );
}

/** Postpones a record that Zoho refuses to show: by a minute, twice as long each time, an hour at most. */
export async function postponeNotified(knex: Knex, mirrorId: number, recordId: string): Promise<void> {
  await knex.raw(
    `update sync.notification_inbox set attempts = attempts + 1,
       next_attempt_at = now() + least(interval '1 hour', interval '1 minute' * power(2, least(attempts, 6)))
     where mirror_id = ? and record_id = ?::bigint`,
    [mirrorId, recordId],
  );
}

/** Of some records, those that a chunk of a session has changed in the mirror. */
export async function findChanged(client: pg.Client, sessionId: string, sequence: number): Promise<Set<string>> {
  const answer = await client.query<{ id: string }>(
    `select crm_record_id::text as id from sync.record_sync_statuses where session_id = $1 and sequence = $2`,
    [sessionId, sequence],
  );
  return new Set(answer.rows.map(({ id }) => id));
}

/**
 * Takes out of the inbox what a reading of changes has shown: records that its chunks saw, and deletes that are known.
 * What Zoho has told since stays.
 */
export async function settleShown(
  knex: Knex,
  mirror: { connectionId: string; key: string },
  shown: { mirrorId: number; sessionId: string; first: number; end: number; takenAt: string },
): Promise<void> {
  await knex.raw(
    `with seen as materialized (
       select unnest(seen_ids) as id from sync.session_chunks
       where session_id = :sessionId and chunk_number >= :first and chunk_number < :end
     ), locked as materialized (
       select record_id from sync.notification_inbox i
       where mirror_id = :mirrorId and last_received_at <= :takenAt::timestamptz and (
         exists (select from seen where seen.id = i.record_id)
         or operation = 'delete' and exists (select from sync.tombstones t
           where t.connection_id = :connectionId and t.module_name = :key and t.record_id = i.record_id))
       order by record_id for update
     )
     delete from sync.notification_inbox i using locked where i.mirror_id = :mirrorId and i.record_id = locked.record_id`,
    { ...mirror, ...shown },
  );
}

/** A module whose inbox has waited. */
export interface WaitingInbox {
  mirrorId: number;
  connectionId: string;
  connection: string;
  module: string;
  key: string;
}

/** Finds modules whose records have been due for a while, of connections that can be used. */
export async function findWaitingInboxes(knex: Knex, seconds: number): Promise<WaitingInbox[]> {
  const answer = await knex.raw<{ rows: WaitingInbox[] }>(
    `select m.id as "mirrorId", n.id as "connectionId", n.name as connection, m.key,
       coalesce(m.api_name, m.key) as module
     from sync.mirrors m join sync.connections n on n.id = m.connection_id
     where n.status = 'active' and exists (select from sync.notification_inbox i
       where i.mirror_id = m.id and i.next_attempt_at <= now() - make_interval(secs => ?))`,
    [seconds],
  );
  return answer.rows;
}
