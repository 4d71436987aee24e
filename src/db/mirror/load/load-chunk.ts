import type { Knex } from 'knex';
import type pg from 'pg';
import { ALL_CHUNKS, type ChunkRange } from '../../../domain/runs/chunk-numbers';
import { ACTIVE_RUN_STATUSES } from '../../../domain/runs/enums';
import type { ChunkKind } from '../../models/session-chunk';
import { toDatabaseError, type DatabaseErrorKind } from '../../postgres/pg-errors';
import { withRawTransaction } from '../../postgres/raw-connection';
import { UnusualValue } from '../copy/copy-kernel';
import { READ_AT_SETTING, type MirrorModule } from '../mirror-module';
import { anyTombstoneSince, lockMirrorForInserts, mergeStaged, type MergeCounts } from './merge';
import { dropRepeatedRows, quarantineBadCells } from './quarantine-cells';
import { typedLayout, type StagingLayout } from './staged-column';
import { createStaging, STAGING } from './staging';

/** Where the rows of a chunk come from. It can be read again: a chunk with a bad cell is read a second time. */
export interface ChunkSource {
  layout: StagingLayout;
  /** Rows may repeat within the source (pages that shift while they are read). */
  mayRepeat: boolean;
  /** Feeds every row into the staging table. `tolerant` asks for bytes PostgreSQL cannot store to be replaced. */
  copyInto(client: pg.Client, layout: StagingLayout, tolerant: boolean): Promise<void>;
  /**
   * Feeds every row into a staging table of `typedLayout`, in binary format; left out where that is known not to be possible.
   * @throws UnusualValue when a value can only be read by PostgreSQL itself
   */
  copyTyped?(client: pg.Client, layout: StagingLayout): Promise<void>;
  /** Feeds the rows straight into the mirror, for sources whose values need no conversion. Returns their number. */
  copyIntoMirror?(client: pg.Client): Promise<number>;
}

export interface ChunkIdentity {
  sessionId: string;
  /** Fixed by the work, not by the attempt: the same piece of work has the same number in every attempt. */
  chunkNumber: number;
  kind: ChunkKind;
}

export interface ChunkOptions {
  /** Zoho's time when the read began. */
  asOf: Date;
  compareValues: boolean;
  trackRecords: boolean;
  /** Remember the ids, so that the sweep can tell what the session did not see. */
  keepSeenIds: boolean;
  /** What the next piece of work needs, kept with the data: it is only true if the data is there. */
  cursor?: string | undefined;
  /** Bytes read from Zoho. */
  bytes?: number | undefined;
  /** When the work on the chunk began, for the ledger. */
  startedAt: Date;
  /** The mirror was empty when the session began: most likely no row of the chunk is there yet. */
  firstLoad?: boolean | undefined;
}

export interface ChunkResult extends MergeCounts {
  failed: number;
  cursor: string | null;
  /** The chunk had been loaded by an earlier attempt. */
  repeated: boolean;
}

/** What a cell that does not fit, a row that comes twice and a row without an id fail with. */
const BAD_ROWS: ReadonlySet<DatabaseErrorKind> = new Set(['invalid_value', 'unique_violation', 'not_null_violation']);
/** The same, and two loads that hold the same rows in different orders. */
const NOT_ONLY_INSERTS: ReadonlySet<DatabaseErrorKind> = new Set([...BAD_ROWS, 'deadlock']);

/** The session ended (cancelled, or given up by the reconciler) while an attempt was still at work for it. */
export class SessionEnded extends Error {
  override readonly name = 'SessionEnded';
}

/**
 * Loads one chunk: staging, merge and ledger row in one transaction. Idempotent by (session, chunk number): a chunk
 * whose ledger row exists is not loaded again.
 * @throws SessionEnded when the session is over: a late attempt must not write for it.
 */
export async function loadChunk(
  knex: Knex,
  mirror: MirrorModule,
  chunk: ChunkIdentity,
  source: ChunkSource,
  options: ChunkOptions,
): Promise<ChunkResult> {
  const earlier = await findLoadedChunk(knex, chunk);
  if (earlier) return earlier;
  try {
    return (
      (await loadIntoEmpty(knex, mirror, chunk, source, options)) ??
      (await attemptTyped(knex, mirror, chunk, source, options)) ??
      (await attemptLoad(knex, mirror, chunk, source, options, 'text'))
    );
  } catch (error) {
    const kind = toDatabaseError(error)?.kind;
    if (kind === 'unique_violation') {
      const loaded = await findLoadedChunk(knex, chunk);
      if (loaded) return loaded;
    }
    if (kind === undefined || !BAD_ROWS.has(kind)) throw error;
    return attemptLoad(knex, mirror, chunk, source, options, 'tolerant');
  }
}

/**
 * The short way of a first load: rows that need no conversion go into the mirror by COPY itself, without staging. Any
 * row that is there already, or does not fit, makes PostgreSQL refuse the whole; then the long way is taken.
 * @returns undefined when the short way is not open
 */
async function loadIntoEmpty(
  knex: Knex,
  mirror: MirrorModule,
  chunk: ChunkIdentity,
  source: ChunkSource,
  options: ChunkOptions,
): Promise<ChunkResult | undefined> {
  if (!options.firstLoad || options.keepSeenIds || options.trackRecords || !source.copyIntoMirror) return undefined;
  try {
    return await withRawTransaction(knex, async (client) => {
      await client.query('set local statement_timeout = 0');
      await lockMirrorForInserts(client, mirror);
      if (await anyTombstoneSince(client, mirror, options.asOf)) return undefined;
      await client.query('select set_config($1, $2, true)', [READ_AT_SETTING, options.asOf.toISOString()]);
      const read = (await source.copyIntoMirror?.(client)) ?? 0;
      const counts = { read, created: read, updated: 0, unchanged: 0, failed: 0, minId: null, maxId: null };
      const result: ChunkResult = { ...counts, cursor: options.cursor ?? null, repeated: false };
      await writeLedgerRow(client, chunk, result, options);
      return result;
    });
  } catch (error) {
    const kind = toDatabaseError(error)?.kind;
    if (kind !== undefined && NOT_ONLY_INSERTS.has(kind)) return undefined;
    throw error;
  }
}

/** @returns undefined when PostgreSQL has to read the values from their text */
async function attemptTyped(
  knex: Knex,
  mirror: MirrorModule,
  chunk: ChunkIdentity,
  source: ChunkSource,
  options: ChunkOptions,
): Promise<ChunkResult | undefined> {
  if (!source.copyTyped) return undefined;
  try {
    return await attemptLoad(knex, mirror, chunk, source, options, 'typed');
  } catch (error) {
    if (error instanceof UnusualValue) return undefined;
    throw error;
  }
}

/** How rows are staged: typed in binary, as text that PostgreSQL reads, or so that a bad cell stops nothing. */
type Staging = 'typed' | 'text' | 'tolerant';

async function attemptLoad(
  knex: Knex,
  mirror: MirrorModule,
  chunk: ChunkIdentity,
  source: ChunkSource,
  options: ChunkOptions,
  staging: Staging,
): Promise<ChunkResult> {
  return withRawTransaction(knex, async (client) => {
    await client.query('set local statement_timeout = 0');
    const tolerant = staging === 'tolerant';
    const isTyped = staging === 'typed' || (staging === 'text' && options.firstLoad);
    const layout = isTyped ? typedLayout(source.layout) : source.layout;
    await createStaging(client, layout, tolerant);
    if (staging === 'typed') await source.copyTyped?.(client, layout);
    else await source.copyInto(client, layout, tolerant);
    const failed = tolerant ? await quarantineBadCells(client, mirror, layout, chunk) : 0;
    if (source.mayRepeat || tolerant) await dropRepeatedRows(client, layout);
    const counts = await mergeStaged(client, mirror, layout, { ...chunk, ...options });
    const result: ChunkResult = {
      ...counts,
      read: counts.read + failed,
      failed,
      cursor: options.cursor ?? null,
      repeated: false,
    };
    await writeLedgerRow(client, chunk, result, options);
    return result;
  });
}

async function writeLedgerRow(
  client: pg.Client,
  chunk: ChunkIdentity,
  result: ChunkResult,
  options: ChunkOptions,
): Promise<void> {
  const seenIds = options.keepSeenIds ? `(select array_agg(s.id) from ${STAGING} s)` : 'null';
  const written = await client.query(
    `insert into sync.session_chunks (session_id, chunk_number, kind, status, rows_read, rows_created, rows_updated,
       rows_unchanged, rows_failed, min_id, max_id, bytes, seen_ids, cursor, started_at, loaded_at)
     select id, $2, $3, 'loaded', $4, $5, $6, $7, $8, $9, $10, $11,
       ${seenIds}, $12, $13, clock_timestamp()
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
      options.bytes ?? 0,
      options.cursor ?? null,
      options.startedAt,
      [...ACTIVE_RUN_STATUSES],
    ],
  );
  if (written.rowCount === 0) throw new SessionEnded(`Session ${chunk.sessionId} has ended; its chunk was not loaded.`);
}

interface LedgerRow {
  read: string;
  created: string;
  updated: string;
  unchanged: string;
  failed: string;
  minId: string | null;
  maxId: string | null;
  cursor: string | null;
}

const LEDGER_COLUMNS = `rows_read as read, rows_created as created, rows_updated as updated,
  rows_unchanged as unchanged, rows_failed as failed, min_id as "minId", max_id as "maxId", cursor`;

function fromLedger(row: LedgerRow): ChunkResult {
  return {
    read: Number(row.read),
    created: Number(row.created),
    updated: Number(row.updated),
    unchanged: Number(row.unchanged),
    failed: Number(row.failed),
    minId: row.minId,
    maxId: row.maxId,
    cursor: row.cursor,
    repeated: true,
  };
}

/** The outcome of a chunk that is in the mirror already. */
export async function findLoadedChunk(
  knex: Knex,
  chunk: Pick<ChunkIdentity, 'sessionId' | 'chunkNumber'>,
): Promise<ChunkResult | undefined> {
  const answer = await knex.raw<{ rows: LedgerRow[] }>(
    `select ${LEDGER_COLUMNS} from sync.session_chunks where session_id = ? and chunk_number = ? and status = 'loaded'`,
    [chunk.sessionId, chunk.chunkNumber],
  );
  return answer.rows[0] && fromLedger(answer.rows[0]);
}

/** The last loaded chunk of a range: where a walk goes on after a crash. */
export async function findLastChunk(
  knex: Knex,
  sessionId: string,
  range: ChunkRange,
): Promise<(ChunkResult & { chunkNumber: number }) | undefined> {
  const answer = await knex.raw<{ rows: (LedgerRow & { chunkNumber: number })[] }>(
    `select chunk_number as "chunkNumber", ${LEDGER_COLUMNS} from sync.session_chunks
     where session_id = ? and chunk_number >= ? and chunk_number < ? and status = 'loaded'
     order by chunk_number desc limit 1`,
    [sessionId, range.first, range.end],
  );
  const row = answer.rows[0];
  return row && { ...fromLedger(row), chunkNumber: row.chunkNumber };
}

/** Rows of a session by what became of them, over all of its chunks or those of a range. */
export async function sumChunks(
  knex: Knex,
  sessionId: string,
  range: ChunkRange = ALL_CHUNKS,
): Promise<{ read: number; created: number; updated: number; unchanged: number; failed: number }> {
  const answer = await knex.raw<{ rows: LedgerRow[] }>(
    `select coalesce(sum(rows_read), 0) as read, coalesce(sum(rows_created), 0) as created,
       coalesce(sum(rows_updated), 0) as updated, coalesce(sum(rows_unchanged), 0) as unchanged,
       coalesce(sum(rows_failed), 0) as failed, null as "minId", null as "maxId", null as cursor
     from sync.session_chunks where session_id = ? and chunk_number >= ? and chunk_number < ?`,
    [sessionId, range.first, range.end],
  );
  const { read, created, updated, unchanged, failed } = fromLedger(answer.rows[0] as LedgerRow);
  return { read, created, updated, unchanged, failed };
}
