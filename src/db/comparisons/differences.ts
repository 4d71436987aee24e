import type { Knex } from 'knex';
import type pg from 'pg';
import { loadSequence } from '../../domain/runs/chunk-numbers';
import { qualifiedTable, SYNCED_AT, type MirrorModule } from '../mirror/mirror-module';

/** Records in doubt that a session has asked for and merged. */
export interface AnsweredDoubts {
  sessionId: string;
  /** The chunk that brought them. */
  chunkNumber: number;
  ids: readonly string[];
}

/** Held rows of a session that are kept one by one, as differences of other kinds are. */
const MAX_HELD = 100_000;

const OF_MODULE = `d.mirror_id = (select id from sync.mirrors where connection_id = $1 and key = $2)`;
/** The result of an ended comparison stays as it was. */
const OF_OPEN_COMPARISON = `not exists (select from sync.verifications v where v.session_id = d.session_id)`;

/**
 * Settles differences whose records were asked for, in the transaction that merges them: what the answer changed was
 * wrong and is repaired, what does not fit is held by its quarantine, and the rest came right meanwhile.
 */
export async function settleDifferences(
  client: Pick<pg.Client, 'query'>,
  { connectionId, key }: MirrorModule,
  { sessionId, chunkNumber, ids }: AnsweredDoubts,
): Promise<void> {
  await client.query(
    `update sync.differences d set settled_at = clock_timestamp(), state = case
       when exists (select from sync.record_sync_statuses s
         where s.session_id = $3 and s.sequence = $4 and s.crm_record_id = d.record_id) then 'repaired'
       when exists (select from sync.quarantine q
         where q.connection_id = $1 and q.module_name = $2 and q.record_id = d.record_id and q.status <> 'closed')
         then 'held'
       else 'explained' end
     where ${OF_MODULE} and d.record_id = any($5::bigint[]) and d.state = 'found' and ${OF_OPEN_COMPARISON}`,
    [connectionId, key, sessionId, loadSequence(chunkNumber), ids],
  );
}

/** Settles differences whose records Zoho no longer knows when it is asked for them: they were deleted meanwhile. */
export async function explainVanished(
  knex: Knex,
  { connectionId, key }: MirrorModule,
  ids: readonly string[],
): Promise<void> {
  await knex.raw(
    `update sync.differences d set settled_at = clock_timestamp(), state = 'explained'
     where d.mirror_id = (select id from sync.mirrors where connection_id = ? and key = ?)
       and d.record_id = any(?::bigint[]) and d.state = 'found' and ${OF_OPEN_COMPARISON}`,
    [connectionId, key, [...ids]],
  );
}

/** Notes rows that Zoho does not know and that stay, as far as the mirror had them before the comparison began. */
export async function noteExtraIds(
  knex: Knex,
  mirror: MirrorModule,
  { sessionId, asOf, ids }: { sessionId: string; asOf: Date; ids: readonly string[] },
): Promise<void> {
  await knex.raw(
    `insert into sync.differences (session_id, mirror_id, record_id, kind, state)
     select :sessionId::uuid, (select id from sync.mirrors where connection_id = :connectionId and key = :key), m.id,
       'extra', 'found'
     from ${qualifiedTable(mirror)} m where m.id = any(:ids::bigint[]) and m.${SYNCED_AT} < :asOf::timestamptz
     on conflict (session_id, record_id) do nothing`,
    { connectionId: mirror.connectionId, key: mirror.key, sessionId, asOf, ids: [...ids] },
  );
}

/** Notes that records are still missing although they were brought, unless they have been deleted or do not fit. */
export async function noteStillMissing(knex: Knex, mirror: MirrorModule, sessionId: string): Promise<void> {
  await knex.raw(
    `update sync.differences d set state = 'failed', settled_at = clock_timestamp()
     where session_id = :sessionId and kind = 'missing' and state in ('repaired', 'explained')
       and not exists (select from ${qualifiedTable(mirror)} m where m.id = d.record_id)
       and not exists (select from sync.tombstones t where t.connection_id = :connectionId and t.module_name = :key
         and t.record_id = d.record_id)
       and not exists (select from sync.quarantine q where q.connection_id = :connectionId and q.module_name = :key
         and q.record_id = d.record_id and q.status <> 'closed')`,
    { connectionId: mirror.connectionId, key: mirror.key, sessionId },
  );
}

/** Notes the rows that Zoho does not know and that stay until a person decides, as far as the mirror had them before. */
export async function noteHeldRows(
  knex: Knex,
  mirror: MirrorModule,
  { sessionId, asOf }: { sessionId: string; asOf: Date },
): Promise<void> {
  await knex.raw(
    `insert into sync.differences as d (session_id, mirror_id, record_id, kind, state, settled_at)
     select :sessionId::uuid, h.mirror_id, m.id, 'extra', 'held', clock_timestamp()
     from sync.held_removals h join sync.mirrors i on i.id = h.mirror_id
       join ${qualifiedTable(mirror)} m on m.id = h.record_id
     where i.connection_id = :connectionId and i.key = :key and m.${SYNCED_AT} < :asOf::timestamptz
     order by m.id limit ${MAX_HELD}
     on conflict (session_id, record_id) do update set kind = 'extra', state = 'held', settled_at = excluded.settled_at
     where d.state = 'found'`,
    { connectionId: mirror.connectionId, key: mirror.key, sessionId, asOf },
  );
}

/**
 * Notes the rows that a session has removed since Zoho does not know them, although no list of deletes names them: the
 * mirror had them before the comparison began. A row that has come into the list meanwhile is an ordinary delete.
 */
export async function noteExtraRows(
  knex: Knex,
  { connectionId, key }: MirrorModule,
  { sessionId, asOf }: { sessionId: string; asOf: Date },
): Promise<void> {
  await knex.raw(
    `insert into sync.differences as d (session_id, mirror_id, record_id, kind, mirror_time, state, settled_at)
     select :sessionId::uuid, (select id from sync.mirrors where connection_id = :connectionId and key = :key), record_id,
       'extra', null::timestamptz, 'repaired', deleted_at
     from sync.tombstones
     where connection_id = :connectionId and module_name = :key and reason = 'vanished' and record_id > 0
       and (row_data ->> '${SYNCED_AT}')::timestamptz < :asOf
       and record_id in (select crm_record_id from sync.record_sync_statuses
         where session_id = :sessionId and action_taken = 'deleted')
     on conflict (session_id, record_id) do update set kind = 'extra', state = 'repaired', settled_at = excluded.settled_at
     where d.state <> 'repaired'`,
    { connectionId, key, sessionId, asOf },
  );
}
