import type { Knex } from 'knex';
import type pg from 'pg';
import type { DatabaseErrorKind } from '../../../domain/database-failures';
import { loadSequence } from '../../../domain/runs/chunk-numbers';
import { releaseSeen } from '../../approvals/held-removals';
import { toDatabaseError } from '../../postgres/pg-errors';
import { withRawTransaction } from '../../postgres/raw-connection';
import { findLoadedChunk, insertChunk, type ChunkIdentity, type ChunkResult } from '../../sessions/chunks';
import { ColumnAbsent } from '../copy/absent-cell';
import { UnusualValue } from '../copy/copy-kernel';
import { READ_AT_SETTING, type MirrorModule } from '../mirror-module';
import { noteUnread, withoutAbsent } from './absent-columns';
import type { ChunkSource } from './chunk-sources';
import type { ComparisonTerms } from './difference-rows';
import { anyTombstoneSince, lockMirrorForInserts, mergeStaged } from './merge';
import type { PartialRead } from './merge-rule';
import { dropRepeatedRows, IDS_WITH_MISFITS, removeBadCells } from './quarantine-cells';
import { closeQuarantine, openQuarantine } from './quarantine-rows';
import { typedLayout, type StagingLayout } from './staged-column';
import { createStaging, STAGING } from './staging';
import { stageWithoutWideRows } from './wide-rows';

export interface ChunkOptions {
  /** A time on Zoho's clock before the rows were read. */
  asOf: Date;
  compareValues: boolean;
  /** Set if the source lacks fields that the mirror has filled. */
  partialRead?: PartialRead | undefined;
  /** The rows were asked for because of doubts up to this number. */
  settlesDoubtsUpTo?: string | undefined;
  /** Set while a module is compared with its mirror: what differs is noted. */
  comparison?: ComparisonTerms | undefined;
  trackRecords: boolean;
  /** Remember the ids, so that the sweep can tell what the session did not see. */
  keepSeenIds: boolean;
  /** State for the next piece of work, kept with the data: it is only true if the data is there. */
  cursor?: string | undefined;
  /** Bytes read from Zoho. */
  bytes?: number | undefined;
  /** Time at which the work on the chunk began, for the ledger. */
  startedAt: Date;
  /** The mirror was empty when the session began: most likely no row of the chunk is there yet. */
  firstLoad?: boolean | undefined;
  /** Further statements of the transaction that loads the chunk: they hold if and only if it is loaded. */
  alongside?: ((client: pg.Client) => Promise<void>) | undefined;
}

type Stage = 'binary' | 'text' | 'tolerant' | 'wide';

interface Load {
  knex: Knex;
  mirror: MirrorModule;
  chunk: ChunkIdentity;
  source: ChunkSource;
  options: ChunkOptions;
}

/** Failures of a cell that does not fit, a row that comes twice and a row without an id. */
const BAD_ROWS: ReadonlySet<DatabaseErrorKind> = new Set(['invalid_value', 'unique_violation', 'not_null_violation']);
/** A row that is too wide, which no other way than the last one takes apart from its chunk. */
const WIDE_ROW: DatabaseErrorKind = 'limit_exceeded';
/** The same, and two loads that hold the same rows in different orders. */
const NOT_ONLY_INSERTS: ReadonlySet<DatabaseErrorKind> = new Set([...BAD_ROWS, WIDE_ROW, 'deadlock']);

/**
 * Loads one chunk: its rows and its ledger row in one transaction. Idempotent by (session, chunk number): a chunk whose
 * ledger row exists is not loaded again. The first way that is open and not refused is taken:
 *
 *     way            open                                       refused by
 *     direct copy    on a first load, if neither ids nor        a row that exists, repeats or does not fit,
 *                    statuses of records are kept and no        a value that needs conversion after all,
 *                    value needs conversion                     a user whose name is not known, a deadlock
 *     binary stage   if the source has binary rows              a value that is not written as usual
 *     text stage     if every value is written as usual         a cell that does not fit, a row that repeats
 *     tolerant stage always; rows with cells that are no        a row that is too wide for PostgreSQL
 *                    values of Zoho's are quarantined
 *     wide stage     the same, row by row; rows that are too    nothing
 *                    wide are quarantined, too
 *
 * @throws SessionEnded when the session is over: a late attempt must not write for it
 */
export async function loadChunk(
  knex: Knex,
  mirror: MirrorModule,
  chunk: ChunkIdentity,
  source: ChunkSource,
  options: ChunkOptions,
): Promise<ChunkResult> {
  const load: Load = { knex, mirror, chunk, source, options };
  const earlier = await findLoadedChunk(knex, chunk);
  if (earlier) return earlier;
  try {
    const way = source.stageText ? 'text' : 'tolerant';
    return (await copyDirectly(load)) ?? (await stageBinary(load)) ?? (await stageAndMerge(load, way));
  } catch (error) {
    const kind = toDatabaseError(error)?.kind;
    if (kind === 'unique_violation') {
      const loaded = await findLoadedChunk(knex, chunk);
      if (loaded) return loaded;
    }
    if (kind === undefined || !NOT_ONLY_INSERTS.has(kind) || kind === 'deadlock') throw error;
    return stageTolerant(load, kind);
  }
}

/** @param refusal why the ways before were refused */
async function stageTolerant(load: Load, refusal: DatabaseErrorKind): Promise<ChunkResult> {
  if (refusal === WIDE_ROW) return stageAndMerge(load, 'wide');
  try {
    return await stageAndMerge(load, 'tolerant');
  } catch (error) {
    if (toDatabaseError(error)?.kind !== WIDE_ROW) throw error;
    return stageAndMerge(load, 'wide');
  }
}

/** @returns undefined when this way is not open or was refused */
async function copyDirectly({ knex, mirror, chunk, source, options }: Load): Promise<ChunkResult | undefined> {
  const hasRenamed = mirror.fields.some(({ renamedChoices }) => renamedChoices);
  const isPlain = !options.keepSeenIds && !options.trackRecords && !options.partialRead && !hasRenamed;
  if (!options.firstLoad || !isPlain || !source.copyIntoMirror) return undefined;
  try {
    return await withRawTransaction(knex, async (client) => {
      await client.query('set local statement_timeout = 0');
      await lockMirrorForInserts(client, mirror);
      if (await anyTombstoneSince(client, mirror, options.asOf)) return undefined;
      await client.query('select set_config($1, $2, true)', [READ_AT_SETTING, options.asOf.toISOString()]);
      const read = await source.copyIntoMirror?.(client);
      if (read === undefined) return undefined;
      await closeQuarantine(client, mirror, source.layout, options.asOf, 'copied');
      const counts = { read, created: read, updated: 0, unchanged: 0, minId: null, maxId: null };
      return commitChunk(client, chunk, options, { ...counts, failed: 0 });
    });
  } catch (error) {
    const kind = toDatabaseError(error)?.kind;
    const needsStaging = error instanceof ColumnAbsent || error instanceof UnusualValue;
    if (needsStaging || (kind !== undefined && NOT_ONLY_INSERTS.has(kind))) return undefined;
    throw error;
  }
}

/** @returns undefined when this way is not open or was refused */
async function stageBinary(load: Load): Promise<ChunkResult | undefined> {
  if (!load.source.stageBinary) return undefined;
  try {
    return await stageAndMerge(load, 'binary');
  } catch (error) {
    if (error instanceof UnusualValue) return undefined;
    throw error;
  }
}

/**
 * Plain text is typed as soon as it is staged on a first load: there nearly every row is written, so parsing is not wasted.
 */
async function stageAndMerge(load: Load, stage: Stage): Promise<ChunkResult> {
  const { knex, mirror, chunk, source, options } = load;
  return withRawTransaction(knex, async (client) => {
    await client.query('set local statement_timeout = 0');
    const hasWideRows = stage === 'wide';
    const isTolerant = stage === 'tolerant' || hasWideRows;
    const isTyped = stage === 'binary' || (stage === 'text' && options.firstLoad);
    const layout = isTyped ? typedLayout(source.layout) : source.layout;
    await createStaging(client, layout, isTolerant);
    await stageRows(client, source, layout, stage);
    const misfits = isTolerant ? await removeBadCells(client, mirror, layout, { ...chunk, hasWideRows }) : undefined;
    if (source.mayRepeat || isTolerant) await dropRepeatedRows(client, layout);
    const assigned = await withoutAbsent(client, mirror, layout, stage === 'binary' ? source.absentColumns : undefined);
    const { unread } = assigned;
    const merged = await mergeStaged(client, mirror, assigned, { ...chunk, ...options });
    const seenIn = misfits && IDS_WITH_MISFITS;
    if (options.comparison?.repairs === false)
      return commitChunk(client, chunk, options, { ...merged, failed: 0 }, { seenIn });
    await noteUnread(client, mirror, assigned, { ...chunk, sequence: loadSequence(chunk.chunkNumber) });
    await closeQuarantine(client, mirror, layout, options.asOf, 'staged');
    if (!misfits) return commitStaged(client, load, { ...merged, failed: 0 }, { unread });
    const opened = await openQuarantine(client, mirror, layout, { ...chunk, ...options });
    const { removed, withoutId } = misfits;
    const failed = opened + withoutId;
    const counts = { ...merged, read: merged.read + removed, unchanged: merged.unchanged + removed - failed, failed };
    return commitStaged(client, load, counts, { unread, seenIn });
  });
}

async function stageRows(client: pg.Client, source: ChunkSource, layout: StagingLayout, stage: Stage): Promise<void> {
  switch (stage) {
    case 'binary':
      return source.stageBinary?.(client, layout);
    case 'text':
      return source.stageText?.(client, layout);
    case 'tolerant':
      return source.stageTolerant(client, layout);
    case 'wide':
      return stageWithoutWideRows(client, () => source.stageTolerant(client, layout));
  }
}

/** A record that is staged is in Zoho, whatever was found before. */
async function commitStaged(
  client: pg.Client,
  { mirror, chunk, options }: Load,
  counts: Omit<ChunkResult, 'cursor' | 'repeated'>,
  seen: { unread?: readonly string[]; seenIn?: string | undefined },
): Promise<ChunkResult> {
  await releaseSeen(client, mirror, seen.seenIn ?? STAGING, options.asOf);
  return commitChunk(client, chunk, options, counts, seen);
}

async function commitChunk(
  client: pg.Client,
  chunk: ChunkIdentity,
  { bytes = 0, cursor, keepSeenIds, startedAt, alongside }: ChunkOptions,
  counts: Omit<ChunkResult, 'cursor' | 'repeated'>,
  { unread = [], seenIn = STAGING }: { unread?: readonly string[]; seenIn?: string | undefined } = {},
): Promise<ChunkResult> {
  const result: ChunkResult = { ...counts, cursor: cursor ?? null, repeated: false };
  await alongside?.(client);
  await insertChunk(client, {
    chunk,
    result,
    bytes,
    startedAt,
    seenIn: keepSeenIds ? seenIn : null,
    unreadFields: unread,
  });
  return result;
}
