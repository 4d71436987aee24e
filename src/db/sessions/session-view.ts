import type { Knex } from 'knex';
import { isFinal } from '../../domain/runs/enums';
import { listRenamedMirrors } from '../mirror/mirrors';
import { ConnectionModel } from '../models/connection';
import type { SyncSessionModel } from '../models/sync-session';
import { findWaits, type RunWait } from '../runs/waits';

/** A session with what can be derived from its chunks, live while it runs. */
export interface SessionView {
  session: SyncSessionModel;
  /** Name of the connection. */
  connection: string;
  /** Zoho's name of the module now. */
  module: string;
  processedRecords: number;
  successfulRecords: number;
  failedRecords: number;
  createdRecords: number;
  updatedRecords: number;
  unchangedRecords: number;
  /** Rows the session set out for, if known. */
  totalRecords: number | undefined;
  /** 0 to 100; below 100 until the session is completed. */
  progressPercentage: number | undefined;
  /** Of the last minute while rows arrive, else of the whole session. */
  rowsPerSecond: number | undefined;
  etaSeconds: number | undefined;
  /** 0 to 1, of the records that are done. */
  successRate: number | undefined;
  durationSeconds: number;
  /** The wait before its next attempt, if it waits. */
  wait: RunWait | undefined;
}

interface ChunkSums {
  rowsRead: number;
  rowsCreated: number;
  rowsUpdated: number;
  rowsUnchanged: number;
  rowsFailed: number;
  rowsLastMinute: number;
}

/** Sums of a session that has loaded nothing yet. */
const NO_CHUNKS: ChunkSums = {
  rowsRead: 0,
  rowsCreated: 0,
  rowsUpdated: 0,
  rowsUnchanged: 0,
  rowsFailed: 0,
  rowsLastMinute: 0,
};

interface Sources {
  now: Date;
  chunks: ReadonlyMap<string, ChunkSums>;
  connectionNames: ReadonlyMap<string, string>;
  /** By connection and key; of modules that are called as their key there is none. */
  moduleNames: ReadonlyMap<string, string>;
  waits: ReadonlyMap<string, RunWait>;
}

/** A progress bar that says 100 % while work is left is a lie. */
const MAX_UNFINISHED_PERCENTAGE = 99.9;
const RATE_WINDOW_SECONDS = 60;

export async function viewSession(knex: Knex, session: SyncSessionModel): Promise<SessionView> {
  const sources = await readSources(knex, [session]);
  return derive(session, sources);
}

/**
 * Derives the view of each session, with four queries however many sessions. A session's row is written by its
 * workflow now and then, a chunk's row with its data; so the larger count is the truer one.
 */
export async function viewSessions(knex: Knex, sessions: readonly SyncSessionModel[]): Promise<SessionView[]> {
  if (sessions.length === 0) return [];
  const sources = await readSources(knex, sessions);
  return sessions.map((session) => derive(session, sources));
}

async function readSources(knex: Knex, sessions: readonly SyncSessionModel[]): Promise<Sources> {
  const ids = sessions.map(({ id }) => id);
  const connectionIds = [...new Set(sessions.map(({ connectionId }) => connectionId))];
  const [chunks, connections, renamed, waits] = await Promise.all([
    sumChunks(knex, ids),
    ConnectionModel.query(knex).select('id', 'name').findByIds(connectionIds),
    listRenamedMirrors(knex, connectionIds),
    findWaits(knex, ids),
  ]);
  return {
    now: chunks.now,
    chunks: chunks.sums,
    connectionNames: new Map(connections.map(({ id, name }) => [id, name])),
    moduleNames: new Map(renamed.map(({ connectionId, key, apiName }) => [`${connectionId} ${key}`, apiName])),
    waits,
  };
}

/** Only extraction counts as progress: the delta and refetched rows read some rows a second time. */
async function sumChunks(
  knex: Knex,
  sessionIds: readonly string[],
): Promise<{ now: Date; sums: ReadonlyMap<string, ChunkSums> }> {
  const answer = await knex.raw<{ rows: (ChunkSums & { sessionId: string; now: Date })[] }>(
    `select now() as "now", session_id as "sessionId",
       coalesce(sum(rows_read) filter (where kind in ('bulk', 'list')), 0)::float8 as "rowsRead",
       coalesce(sum(rows_created), 0)::float8 as "rowsCreated",
       coalesce(sum(rows_updated), 0)::float8 as "rowsUpdated",
       coalesce(sum(rows_unchanged), 0)::float8 as "rowsUnchanged",
       coalesce(sum(rows_failed), 0)::float8 as "rowsFailed",
       coalesce(sum(rows_read) filter (
         where kind in ('bulk', 'list') and loaded_at > now() - make_interval(secs => :window)), 0)::float8
         as "rowsLastMinute"
     from sync.session_chunks
     where session_id = any(:sessionIds::uuid[]) and loaded_at is not null
     group by session_id`,
    { sessionIds, window: RATE_WINDOW_SECONDS },
  );
  return { now: answer.rows[0]?.now ?? new Date(), sums: new Map(answer.rows.map((row) => [row.sessionId, row])) };
}

function derive(session: SyncSessionModel, sources: Sources): SessionView {
  const chunks = sources.chunks.get(session.id) ?? NO_CHUNKS;
  const written = chunks.rowsCreated + chunks.rowsUpdated + chunks.rowsUnchanged;
  const processed = Math.max(Number(session.processedRecords), chunks.rowsRead);
  const successful = Math.max(Number(session.successfulRecords), written);
  const failed = Math.max(Number(session.failedRecords), chunks.rowsFailed);
  const total = Number(session.totalRecords) || optionalNumber(session.expectedRecords);
  const durationSeconds = session.durationSeconds(sources.now);
  const rowsPerSecond = rate(session, processed, chunks.rowsLastMinute, durationSeconds);
  return {
    session,
    connection: sources.connectionNames.get(session.connectionId) ?? session.connectionId,
    module: sources.moduleNames.get(`${session.connectionId} ${session.moduleName}`) ?? session.moduleName,
    processedRecords: processed,
    successfulRecords: successful,
    failedRecords: failed,
    createdRecords: chunks.rowsCreated,
    updatedRecords: chunks.rowsUpdated,
    unchangedRecords: chunks.rowsUnchanged,
    totalRecords: total,
    progressPercentage: progress(session, processed, total),
    rowsPerSecond,
    etaSeconds: eta(session, processed, total, rowsPerSecond),
    successRate: successful + failed > 0 ? successful / (successful + failed) : undefined,
    durationSeconds,
    wait: sources.waits.get(session.id),
  };
}

function progress(session: SyncSessionModel, processed: number, total: number | undefined): number | undefined {
  if (session.status === 'completed') return 100;
  if (total === undefined || total === 0) return undefined;
  return Math.min(MAX_UNFINISHED_PERCENTAGE, (100 * processed) / total);
}

function rate(
  session: SyncSessionModel,
  processed: number,
  rowsLastMinute: number,
  durationSeconds: number,
): number | undefined {
  if (durationSeconds <= 0) return undefined;
  if (!isFinal(session.status) && rowsLastMinute > 0) {
    return rowsLastMinute / Math.min(RATE_WINDOW_SECONDS, Math.max(1, durationSeconds));
  }
  return processed / durationSeconds;
}

function eta(
  session: SyncSessionModel,
  processed: number,
  total: number | undefined,
  rowsPerSecond: number | undefined,
): number | undefined {
  if (session.status !== 'in_progress' || total === undefined || !rowsPerSecond) return undefined;
  return Math.max(0, total - processed) / rowsPerSecond;
}

function optionalNumber(value: string | null): number | undefined {
  return value === null ? undefined : Number(value);
}
