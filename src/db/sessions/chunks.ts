import type { Knex } from 'knex';
import type pg from 'pg';
import { ALL_CHUNKS, type ChunkRange } from '../../domain/runs/chunk-numbers';
import { ACTIVE_RUN_STATUSES } from '../../domain/runs/enums';
import type { ChunkKind } from '../models/session-chunk';

/** Identifies a chunk by its work, see `domain/runs/chunk-numbers.ts`: every attempt uses the same number. */
export interface ChunkIdentity {
  sessionId: string;
  chunkNumber: number;
  kind: ChunkKind;
}

/** Rows by what became of them. */
export interface RowSums {
  read: number;
  created: number;
  updated: number;
  unchanged: number;
  failed: number;
}

export interface ChunkResult extends RowSums {
  minId: string | null;
  maxId: string | null;
  cursor: string | null;
  /** An earlier attempt has loaded the chunk. */
  repeated: boolean;
}

/** The session ended (canceled, or given up by the reconciler) while an attempt was still at work for it. */
export class SessionEnded extends Error {
  override readonly name = 'SessionEnded';
}

export interface NewChunk {
  chunk: ChunkIdentity;
  result: ChunkResult;
  /** Bytes read from Zoho. */
  bytes: number;
  startedAt: Date;
  /** Table of this transaction, or query, whose ids the chunk keeps, so that the sweep can tell what was not seen. */
  seenIn: string | null;
  /** API names of fields that were asked for and left out by Zoho. */
  unreadFields: readonly string[];
}

/**
 * Inserts the row of a chunk in the transaction that loads its data.
 * @throws SessionEnded when the session is over: a late attempt must not write for it
 */
export async function insertChunk(client: pg.Client, { chunk, result, ...about }: NewChunk): Promise<void> {
  const seenIds = about.seenIn === null ? 'null' : `(select array_agg(s.id) from ${about.seenIn} s)`;
  const written = await client.query(
    `insert into sync.session_chunks (session_id, chunk_number, kind, status, rows_read, rows_created, rows_updated,
       rows_unchanged, rows_failed, min_id, max_id, bytes, seen_ids, cursor, started_at, unread_fields, loaded_at)
     select id, $2, $3, 'loaded', $4, $5, $6, $7, $8, $9, $10, $11,
       ${seenIds}, $12, $13, $15::text[], clock_timestamp()
     from sync.crm_sync_sessions where id = $1 and status = any($14)
     for key share`,
    [
      chunk.sessionId,
      chunk.chunkNumber,
      chunk.kind,
      result.read,
      result.created,
      result.updated,
      result.unchanged,
      result.failed,
      result.minId,
      result.maxId,
      about.bytes,
      result.cursor,
      about.startedAt,
      [...ACTIVE_RUN_STATUSES],
      about.unreadFields.length === 0 ? null : about.unreadFields,
    ],
  );
  if (written.rowCount === 0) throw new SessionEnded(`Session ${chunk.sessionId} has ended; its chunk was not loaded.`);
}

/**
 * Makes sure that a session runs, in a transaction that does part of its work.
 * @throws SessionEnded when the session is over: a late attempt must not write for it
 */
export async function assertSessionRuns(trx: Knex, sessionId: string): Promise<void> {
  const answer = await trx.raw<{ rowCount: number }>(
    'select from sync.crm_sync_sessions where id = ? and status = any(?) for key share',
    [sessionId, [...ACTIVE_RUN_STATUSES]],
  );
  if (answer.rowCount === 0) throw new SessionEnded(`Session ${sessionId} has ended; its work is left as it is.`);
}

interface ChunkRow {
  read: string;
  created: string;
  updated: string;
  unchanged: string;
  failed: string;
  minId: string | null;
  maxId: string | null;
  cursor: string | null;
}

const COLUMNS = `rows_read as read, rows_created as created, rows_updated as updated,
  rows_unchanged as unchanged, rows_failed as failed, min_id as "minId", max_id as "maxId", cursor`;

function toResult(row: ChunkRow): ChunkResult {
  return { ...toSums(row), minId: row.minId, maxId: row.maxId, cursor: row.cursor, repeated: true };
}

function toSums(row: Record<keyof RowSums, string>): RowSums {
  return {
    read: Number(row.read),
    created: Number(row.created),
    updated: Number(row.updated),
    unchanged: Number(row.unchanged),
    failed: Number(row.failed),
  };
}

/** The outcome of a chunk, if it has been loaded. */
export async function findLoadedChunk(
  knex: Knex,
  chunk: Pick<ChunkIdentity, 'sessionId' | 'chunkNumber'>,
): Promise<ChunkResult | undefined> {
  const answer = await knex.raw<{ rows: ChunkRow[] }>(
    `select ${COLUMNS} from sync.session_chunks where session_id = ? and chunk_number = ? and status = 'loaded'`,
    [chunk.sessionId, chunk.chunkNumber],
  );
  return answer.rows[0] && toResult(answer.rows[0]);
}

/** The last loaded chunk of a range: its work resumes behind it. */
export async function findLastChunk(
  knex: Knex,
  sessionId: string,
  range: ChunkRange,
): Promise<(ChunkResult & { chunkNumber: number }) | undefined> {
  const answer = await knex.raw<{ rows: (ChunkRow & { chunkNumber: number })[] }>(
    `select chunk_number as "chunkNumber", ${COLUMNS} from sync.session_chunks
     where session_id = ? and chunk_number >= ? and chunk_number < ? and status = 'loaded'
     order by chunk_number desc limit 1`,
    [sessionId, range.first, range.end],
  );
  const row = answer.rows[0];
  return row && { ...toResult(row), chunkNumber: row.chunkNumber };
}

/** Sums of all chunks of a session, or of those of a range. */
export async function sumChunks(knex: Knex, sessionId: string, range: ChunkRange = ALL_CHUNKS): Promise<RowSums> {
  const answer = await knex.raw<{ rows: Record<keyof RowSums, string>[] }>(
    `select coalesce(sum(rows_read), 0) as read, coalesce(sum(rows_created), 0) as created,
       coalesce(sum(rows_updated), 0) as updated, coalesce(sum(rows_unchanged), 0) as unchanged,
       coalesce(sum(rows_failed), 0) as failed
     from sync.session_chunks where session_id = ? and chunk_number >= ? and chunk_number < ?`,
    [sessionId, range.first, range.end],
  );
  return toSums(answer.rows[0] as Record<keyof RowSums, string>);
}

/** API names of the fields that some chunk of a session asked for and did not get. */
export async function listUnreadFields(knex: Knex, sessionId: string): Promise<ReadonlySet<string>> {
  const answer = await knex.raw<{ rows: { field: string }[] }>(
    'select distinct unnest(unread_fields) as field from sync.session_chunks where session_id = ?',
    [sessionId],
  );
  return new Set(answer.rows.map(({ field }) => field));
}

/** Frees the ids that a session kept for its sweep. */
export async function forgetSeenIds(knex: Knex, sessionId: string): Promise<void> {
  await knex.raw('update sync.session_chunks set seen_ids = null where session_id = ? and seen_ids is not null', [
    sessionId,
  ]);
}
