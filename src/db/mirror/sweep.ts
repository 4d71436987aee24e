import type { Knex } from 'knex';
import type { ChunkRange } from '../../domain/runs/chunk-numbers';
import type { TombstoneReason } from '../../domain/runs/enums';
import { assertSessionRuns } from '../sessions/chunks';
import { quoteIdentifier } from './identifiers';
import { lockRows, queryOf } from './mirror-lock';
import { modifiedTimeColumn, qualifiedTable, SYNCED_AT, type MirrorModule } from './mirror-module';
import { noteRowsLeftBehind } from './rows-left-behind';

/** A row that is to leave the mirror, and why. */
export interface DeletedRow {
  id: string;
  /** Zoho's time of the delete; for a vanished row when its absence was found. ISO 8601. */
  deletedAt: string;
  reason: TombstoneReason;
}

/** An id below those of all rows; people who write into the mirror make up ids that Zoho never gives, too. */
export const BEFORE_ALL_IDS = '-9223372036854775808';

/** Chunks of one reading of a whole module. */
export interface Reading {
  sessionId: string;
  chunks: ChunkRange;
}

/**
 * Rows that no chunk of a reading has seen, those that are only in quarantine included. What an earlier reading of the same
 * session has seen may have vanished since.
 */
export function unseenRows(mirror: MirrorModule): string {
  return `with seen as materialized (
      select unnest(seen_ids) as id from sync.session_chunks
      where session_id = :session and chunk_number >= :first and chunk_number < :end
    ), unseen as (
      select m.id from ${qualifiedTable(mirror)} m
      where not exists (select from seen where seen.id = m.id)
      union all
      select q.record_id from sync.quarantine q
      where q.connection_id = :connection and q.module_name = :module and q.status <> 'closed'
        and not exists (select from seen where seen.id = q.record_id)
        and not exists (select from ${qualifiedTable(mirror)} m where m.id = q.record_id)
    )`;
}

export function unseenBindings({ connectionId, key }: MirrorModule, { sessionId, chunks }: Reading) {
  return { session: sessionId, first: chunks.first, end: chunks.end, connection: connectionId, module: key };
}

/**
 * The next of the rows that may have vanished in order of id, aside from those whose removal a person decides: candidates
 * only, since rows that moved between pages are among them.
 * @param after the last id of the batch before; {@link BEFORE_ALL_IDS} for the first
 */
export async function findUnseenRows(
  knex: Knex,
  mirror: MirrorModule,
  reading: Reading,
  after: string,
  limit: number,
): Promise<string[]> {
  return setWise(knex, async (trx) => {
    const answer = await trx.raw<{ rows: { id: string }[] }>(
      `${unseenRows(mirror)} select id from unseen u where id > :after and not ${isHeld('u.id')} order by id limit :limit`,
      { ...unseenBindings(mirror, reading), after, limit },
    );
    return answer.rows.map((row) => row.id);
  });
}

/** SQL that is true of a record of the module whose removal waits for a person, or was turned down. */
function isHeld(id: string): string {
  return `exists (select from sync.held_removals h join sync.mirrors mm on mm.id = h.mirror_id
    where mm.connection_id = :connection and mm.key = :module and h.record_id = ${id})`;
}

/** A million rows against a million ids: only a hash join is sane, and it may take its time. */
async function setWise<T>(knex: Knex, work: (trx: Knex.Transaction) => Promise<T>): Promise<T> {
  return knex.transaction(async (trx) => {
    await trx.raw(`set local statement_timeout = 0; set local work_mem = '128MB'; set local enable_nestloop = off`);
    return work(trx);
  });
}

/** Finds the deleted rows that the mirror still has. */
export async function findPresentIds(
  knex: Knex,
  mirror: MirrorModule,
  deleted: readonly DeletedRow[],
): Promise<string[]> {
  if (deleted.length === 0) return [];
  const answer = await knex.raw<{ rows: { id: string }[] }>(
    `select id from ${qualifiedTable(mirror)} where id = any(?::bigint[]) order by id`,
    [deleted.map((row) => row.id)],
  );
  return answer.rows.map(({ id }) => id);
}

/** SQL of the deletes `:deleted` of rows that the mirror has, and that would leave it. */
export function goneRows(mirror: MirrorModule): string {
  return `select d.id, d."deletedAt", d.reason from (${DELETED}) d join ${qualifiedTable(mirror)} m on m.id = d.id
    where ${leaves(mirror)}`;
}

/** SQL of the last delete of each record. */
const DELETED = `select distinct on (id) * from jsonb_to_recordset(:deleted::jsonb)
  as d (id bigint, "deletedAt" timestamptz, reason text) order by id, "deletedAt" desc`;

/** SQL that is true if a row `m` leaves by its delete `d`. */
function leaves(mirror: MirrorModule): string {
  return `${isNotModifiedSince(mirror)}
    and (m.${SYNCED_AT} <= d."deletedAt" + interval '1 second' or m.${SYNCED_AT} > now() + interval '1 minute')`;
}

/**
 * Moves rows from the mirror to their tombstones, whole, and records each as deleted, in its history, too. A row that
 * was read, or modified, after its delete stays: it has been restored, unless its read lies in the future, by a clock
 * that was wrong. What was asked for and is not there has vanished whenever it was modified, since such times may lie in
 * the future. Ids that the mirror does not have get a tombstone too, so that a late page cannot bring them. A row whose
 * removal a person decides stays. Repeating it changes nothing; an attempt that goes further than the one before adds the
 * rest. Rows that point to those that left are asked for by the next sessions of their modules.
 * @returns how many rows left the mirror
 * @throws SessionEnded when the session is over
 */
export async function moveToTombstones(
  knex: Knex,
  mirror: MirrorModule,
  sessionId: string,
  sequence: number,
  deleted: readonly DeletedRow[],
): Promise<number> {
  return moveRows(knex, mirror, { sessionId, sequence }, deleted);
}

/** Burial of rows by a session. */
export interface Burial {
  sessionId: string;
  /** Record statuses are written under it. */
  sequence: number;
  /** The approval by which held rows leave. */
  approvalId?: string;
}

/**
 * The same for rows whose removal was approved; none of them is held any more.
 * @returns how many rows left the mirror
 * @throws SessionEnded when the session is over
 */
export async function moveApproved(
  knex: Knex,
  mirror: MirrorModule,
  burial: Required<Burial>,
  deleted: readonly DeletedRow[],
): Promise<number> {
  return moveRows(knex, mirror, burial, deleted);
}

async function moveRows(
  knex: Knex,
  mirror: MirrorModule,
  { sessionId, sequence, approvalId }: Burial,
  deleted: readonly DeletedRow[],
): Promise<number> {
  if (deleted.length === 0) return 0;
  return knex.transaction(async (trx) => {
    await trx.raw('set local statement_timeout = 0');
    await lockRows(queryOf(trx), mirror);
    // Whoever releases records locks their approval first, too.
    if (approvalId) await trx.raw('select from sync.approvals where id = ? for update', [approvalId]);
    const { rows: gone } = await trx.raw<{ rows: { id: string }[] }>(burialOf(mirror), {
      deleted: JSON.stringify(deleted),
      connection: mirror.connectionId,
      module: mirror.key,
      session: sessionId,
      sequence,
      approval: approvalId ?? null,
    });
    await noteRowsLeftBehind(
      trx,
      mirror,
      sessionId,
      gone.map(({ id }) => id),
    );
    await assertSessionRuns(trx, sessionId);
    return gone.length;
  });
}

/** SQL that moves the deleted rows, with all that the books say of them. */
function burialOf(mirror: MirrorModule): string {
  return `with module as materialized (
     select id from sync.mirrors where connection_id = :connection and key = :module
   ), deleted as materialized (
     select d.* from (${DELETED}) d where not exists (
       select from sync.held_removals h join module on module.id = h.mirror_id
       where h.record_id = d.id and h.approval_id is distinct from :approval::uuid)
   ), released as (
     delete from sync.held_removals h using deleted d where h.approval_id = :approval::uuid and h.record_id = d.id
   ), gone as (
     delete from ${qualifiedTable(mirror)} m using deleted d
     where m.id = d.id and ${leaves(mirror)}
     returning m.id, to_jsonb(m) as data
   ), tombstones as (
     insert into sync.tombstones as t (connection_id, module_name, record_id, deleted_at, reason, row_data, session_id)
     select :connection, :module, d.id, d."deletedAt", d.reason, gone.data, :session
     from deleted d left join gone on gone.id = d.id
     where gone.id is not null or not exists (select from ${qualifiedTable(mirror)} m where m.id = d.id)
     on conflict (connection_id, module_name, record_id) do update set
       deleted_at = greatest(t.deleted_at, excluded.deleted_at), reason = excluded.reason,
       row_data = coalesce(excluded.row_data, t.row_data), session_id = excluded.session_id
   ), quarantined as (
     update sync.quarantine q
     set status = 'closed', closed_at = now(), closed_by = 'delete', next_retry_at = null
     from deleted d
     where q.connection_id = :connection and q.module_name = :module and q.record_id = d.id
       and q.status <> 'closed' and q.read_at <= d."deletedAt" + interval '1 second'
       and (d.reason = 'vanished' or coalesce(q.zoho_time <= d."deletedAt", true))
   ), history as (
     insert into sync.record_history (connection_id, mirror_id, record_id, event, direction, session_id,
       crm_modified_time, reason)
     select :connection, (select id from module), gone.id,
       'deleted', 'from_crm', :session, d."deletedAt", d.reason
     from gone join deleted d on d.id = gone.id
   ), statuses as (
     insert into sync.record_sync_statuses (connection_id, session_id, sequence, position, module_name,
       sync_direction, crm_record_id, action_taken, before_data)
     select :connection, :session, :sequence, last.position + row_number() over (), :module, 'from_crm', id,
       'deleted', data
     from gone, (
       select coalesce(max(position), -1) as position from sync.record_sync_statuses
       where session_id = :session and sequence = :sequence
     ) last
   )
   select id::text as id from gone`;
}

/** SQL that is true if a row `m` was not modified after its delete `d`. */
function isNotModifiedSince({ fields }: MirrorModule): string {
  const modified = modifiedTimeColumn(fields);
  return modified
    ? `(d.reason = 'vanished' or coalesce(m.${quoteIdentifier(modified)} <= d."deletedAt", true))`
    : 'true';
}

/** Counts the rows that left the mirror under a range of sequences, by whichever attempts. */
export async function countMoved(knex: Knex, sessionId: string, { first, end }: ChunkRange): Promise<number> {
  const answer = await knex.raw<{ rows: { moved: string }[] }>(
    `select count(*) as moved from sync.record_sync_statuses
     where session_id = ? and sequence >= ? and sequence < ? and action_taken = 'deleted'`,
    [sessionId, first, end],
  );
  return Number(answer.rows[0]?.moved ?? 0);
}

/**
 * Ids of records that may have come back, the last ones first: those that are held in the mirror because Zoho did not have
 * them, and of the rows that left it within sixty days, for which Zoho keeps what is deleted, those in its recycle bin and
 * those that it did not answer, which a permission may have hidden.
 */
export async function findRestorableIds(knex: Knex, mirror: MirrorModule, limit: number): Promise<string[]> {
  const answer = await knex.raw<{ rows: { id: string }[] }>(
    `(select h.record_id as id from sync.held_removals h join sync.mirrors m on m.id = h.mirror_id
      where m.connection_id = :connection and m.key = :module order by h.record_id limit :limit)
     union all
     (select record_id as id from sync.tombstones
      where connection_id = :connection and module_name = :module and reason in ('recycle', 'vanished')
        and created_at > now() - interval '60 days'
      order by created_at desc, record_id desc limit :limit)
     limit :limit`,
    { connection: mirror.connectionId, module: mirror.key, limit },
  );
  return answer.rows.map((row) => row.id);
}
