import type { Knex } from 'knex';

export const QUARANTINE_STATUSES = ['open', 'closed', 'ignored'] as const;
export type QuarantineStatus = (typeof QUARANTINE_STATUSES)[number];

/** A record whose version in Zoho does not fit its columns, without its values. */
export interface QuarantineEntry {
  connectionId: string;
  connection: string;
  /** Zoho's name of the module. */
  module: string;
  /** Name of the module in the engine's books. */
  key: string;
  recordId: string;
  status: QuarantineStatus;
  /** Columns that refuse a value, and why. */
  fields: { field: string; reason: string }[];
  /** Modified_Time of the version. */
  zohoTime: Date | null;
  attempts: number;
  nextRetryAt: Date | null;
  openedAt: Date;
  sessionId: string | null;
}

export interface QuarantineFilter {
  connectionId?: string;
  /** Zoho's name. */
  module?: string;
  status?: readonly QuarantineStatus[];
}

/** Place in the list: the entry before the next page. */
export interface QuarantinePosition {
  connectionId: string;
  key: string;
  recordId: string;
}

const ENTRY = `select q.connection_id as "connectionId", c.name as connection,
    coalesce(mirror.api_name, q.module_name) as module, q.module_name as key,
    q.record_id as "recordId", q.status, q.zoho_time as "zohoTime", q.attempts, q.next_retry_at as "nextRetryAt",
    q.opened_at as "openedAt", q.session_id as "sessionId",
    (select jsonb_agg(jsonb_build_object('field', cell ->> 'field', 'reason', cell ->> 'reason'))
     from jsonb_array_elements(q.fields) as cell) as fields
  from sync.quarantine q join sync.connections c on c.id = q.connection_id
  left join sync.mirrors mirror on mirror.connection_id = q.connection_id and mirror.key = q.module_name`;

/** Lists entries by connection, module and record. Closed ones come only when they are asked for. */
export async function listQuarantine(
  knex: Knex,
  { connectionId, module, status = ['open', 'ignored'] }: QuarantineFilter,
  { limit, after }: { limit: number; after?: QuarantinePosition },
): Promise<QuarantineEntry[]> {
  const answer = await knex.raw<{ rows: QuarantineEntry[] }>(
    `${ENTRY} where q.status = any(:status::text[])
       and (:connection::uuid is null or q.connection_id = :connection::uuid)
       and (:module::text is null or coalesce(mirror.api_name, q.module_name) = :module::text)
       and (:record::bigint is null
         or (q.connection_id, q.module_name, q.record_id) > (:afterConnection::uuid, :afterKey::text, :record::bigint))
     order by q.connection_id, q.module_name, q.record_id limit :limit`,
    {
      status: [...status],
      connection: connectionId ?? null,
      module: module ?? null,
      record: after?.recordId ?? null,
      afterConnection: after?.connectionId ?? null,
      afterKey: after?.key ?? null,
      limit,
    },
  );
  return answer.rows;
}

/**
 * Ignores an entry, so that its record is counted and no longer asked for, or opens it again, due at once. An ignored
 * entry opens by itself when its record changes, and closes when the record fits or is deleted.
 * @returns the entry as it is now; undefined if the record is not in quarantine
 */
export async function setQuarantineStatus(
  knex: Knex,
  { connectionId, key: module, recordId }: QuarantinePosition,
  status: Exclude<QuarantineStatus, 'closed'>,
): Promise<QuarantineEntry | undefined> {
  const key = { connection: connectionId, module, record: recordId };
  await knex.raw(
    `update sync.quarantine set status = :status, next_retry_at = case :status when 'open' then now() end
     where connection_id = :connection and module_name = :module and record_id = :record::bigint
       and status not in ('closed', :status)`,
    { ...key, status },
  );
  return findQuarantined(knex, { connectionId, key: module, recordId });
}

/** A refused value of a record, as Zoho sent it. */
export interface RefusedValue {
  field: string;
  /** Type of the column when it refused. */
  type: string | null;
  value: string | null;
}

/** An entry with the values that its columns refuse. */
export interface QuarantineDetails extends QuarantineEntry {
  values: RefusedValue[];
  closedAt: Date | null;
  closedBy: 'merge' | 'delete' | null;
}

/** Finds all that is known of a record that is or was in quarantine; undefined if it never was. */
export async function findQuarantineDetails(
  knex: Knex,
  { connectionId, key, recordId }: QuarantinePosition,
): Promise<QuarantineDetails | undefined> {
  const answer = await knex.raw<{ rows: QuarantineDetails[] }>(
    `select entry.*, q.closed_at as "closedAt", q.closed_by as "closedBy", (
       select jsonb_agg(jsonb_build_object('field', cell ->> 'field', 'type', cell ->> 'type',
         'value', q.raw_data ->> (cell ->> 'field')))
       from jsonb_array_elements(q.fields) as cell) as values
     from (${ENTRY}) entry
     join sync.quarantine q on (q.connection_id, q.module_name, q.record_id)
       = (entry."connectionId", entry.key, entry."recordId")
     where entry."connectionId" = ? and entry.key = ? and entry."recordId" = ?::bigint`,
    [connectionId, key, recordId],
  );
  return answer.rows[0];
}

/** Finds the entry of a record; undefined if it is not in quarantine. */
async function findQuarantined(
  knex: Knex,
  { connectionId, key, recordId }: QuarantinePosition,
): Promise<QuarantineEntry | undefined> {
  const answer = await knex.raw<{ rows: QuarantineEntry[] }>(
    `${ENTRY} where q.connection_id = ? and q.module_name = ? and q.record_id = ?::bigint and q.status <> 'closed'`,
    [connectionId, key, recordId],
  );
  return answer.rows[0];
}

/** Puts the records of `due` into the inbox of notifications, as if they had waited there: nobody is told of them. */
const NOTE = `insert into sync.notification_inbox as inbox (mirror_id, record_id, operation, next_attempt_at)
  select mirror_id, record_id, 'update', now() - interval '1 minute' from due order by mirror_id, record_id
  on conflict (mirror_id, record_id) do update
    set last_received_at = excluded.last_received_at, next_attempt_at = excluded.next_attempt_at`;

/** Records in quarantine that are asked for again at a time, of one module. */
const RETRIED_AT_A_TIME = 2_000;
/** After which a record that was noted and not read is noted again. */
const NOTED_FOR = '1 hour';

/**
 * Notes records in quarantine for another question, as if Zoho had told of them: those whose time has come, of connections
 * that can be used. What becomes of them is a merge's business. Idempotent.
 * @returns how many were noted
 */
export async function noteDueQuarantined(knex: Knex): Promise<number> {
  const answer = await knex.raw<{ rowCount: number }>(
    `with due as materialized (
       select mirror.id as mirror_id, due.connection_id, due.module_name, due.record_id
       from sync.mirrors mirror
       join sync.connections connection on connection.id = mirror.connection_id and connection.status = 'active'
       cross join lateral (
         select q.connection_id, q.module_name, q.record_id from sync.quarantine q
         where q.connection_id = mirror.connection_id and q.module_name = mirror.key and q.status = 'open'
           and q.next_retry_at <= now()
         order by q.next_retry_at, q.record_id limit :limit) due
     ), postponed as (
       update sync.quarantine q set next_retry_at = now() + :notedFor::interval from due
       where q.connection_id = due.connection_id and q.module_name = due.module_name and q.record_id = due.record_id
     )
     ${NOTE}`,
    { limit: RETRIED_AT_A_TIME, notedFor: NOTED_FOR },
  );
  return answer.rowCount;
}

/**
 * Notes a record in quarantine for another question now, also one that is ignored.
 * @returns the entry as it is now; undefined if the record is not in quarantine
 */
export async function noteQuarantined(knex: Knex, position: QuarantinePosition): Promise<QuarantineEntry | undefined> {
  const entry = await findQuarantined(knex, position);
  if (!entry) return undefined;
  const { connectionId, key, recordId } = position;
  await knex.raw(
    `with due as (
       select id as mirror_id, :recordId::bigint as record_id from sync.mirrors
       where connection_id = :connectionId and key = :key
     ) ${NOTE}`,
    { connectionId, key, recordId },
  );
  return entry;
}
