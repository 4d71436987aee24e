import type { Knex } from 'knex';

export const QUARANTINE_STATUSES = ['open', 'closed', 'ignored'] as const;
export type QuarantineStatus = (typeof QUARANTINE_STATUSES)[number];

/** A record whose version in Zoho does not fit its columns, without its values. */
export interface QuarantineEntry {
  connectionId: string;
  connection: string;
  module: string;
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
  module?: string;
  status?: readonly QuarantineStatus[];
}

/** Place in the list: the entry before the next page. */
export interface QuarantinePosition {
  connectionId: string;
  module: string;
  recordId: string;
}

const ENTRY = `select q.connection_id as "connectionId", c.name as connection, q.module_name as module,
    q.record_id as "recordId", q.status, q.zoho_time as "zohoTime", q.attempts, q.next_retry_at as "nextRetryAt",
    q.opened_at as "openedAt", q.session_id as "sessionId",
    (select jsonb_agg(jsonb_build_object('field', cell ->> 'field', 'reason', cell ->> 'reason'))
     from jsonb_array_elements(q.fields) as cell) as fields
  from sync.quarantine q join sync.connections c on c.id = q.connection_id`;

/** Lists entries by connection, module and record. Closed ones come only when they are asked for. */
export async function listQuarantine(
  knex: Knex,
  { connectionId, module, status = ['open', 'ignored'] }: QuarantineFilter,
  { limit, after }: { limit: number; after?: QuarantinePosition },
): Promise<QuarantineEntry[]> {
  const answer = await knex.raw<{ rows: QuarantineEntry[] }>(
    `${ENTRY} where q.status = any(:status::text[])
       and (:connection::uuid is null or q.connection_id = :connection::uuid)
       and (:module::text is null or q.module_name = :module::text)
       and (:record::bigint is null
         or (q.connection_id, q.module_name, q.record_id) > (:afterConnection::uuid, :afterModule::text, :record::bigint))
     order by q.connection_id, q.module_name, q.record_id limit :limit`,
    {
      status: [...status],
      connection: connectionId ?? null,
      module: module ?? null,
      record: after?.recordId ?? null,
      afterConnection: after?.connectionId ?? null,
      afterModule: after?.module ?? null,
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
  { connectionId, module, recordId }: QuarantinePosition,
  status: Exclude<QuarantineStatus, 'closed'>,
): Promise<QuarantineEntry | undefined> {
  const key = { connection: connectionId, module, record: recordId };
  await knex.raw(
    `update sync.quarantine set status = :status, next_retry_at = case :status when 'open' then now() end
     where connection_id = :connection and module_name = :module and record_id = :record::bigint
       and status not in ('closed', :status)`,
    { ...key, status },
  );
  const answer = await knex.raw<{ rows: QuarantineEntry[] }>(
    `${ENTRY} where q.connection_id = :connection and q.module_name = :module and q.record_id = :record::bigint
       and q.status <> 'closed'`,
    key,
  );
  return answer.rows[0];
}
