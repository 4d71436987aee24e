import type { MirrorModule } from '../../db/mirror/mirror-module';
import { countMirrorRows } from '../../db/mirror/mirror-table';
import { countQuarantine } from '../../db/mirror/quarantine';
import {
  BEFORE_ALL_IDS,
  moveToTombstones,
  countMoved,
  countUnseenRows,
  findPresentIds,
  findUnseenRows,
  type DeletedRow,
  type Reading,
} from '../../db/mirror/sweep';
import { findLastChunk } from '../../db/sessions/chunks';
import { MASS_DELETE_FREE_ROWS, massDeleteNeedsApproval } from '../../domain/mirror/mass-delete-guard';
import { readFrom } from '../../domain/mirror/watermark';
import { earliestNow } from '../../domain/mirror/zoho-clock';
import {
  ALL_CHUNKS,
  ChunkCounter,
  deleteBatchSequence,
  deleteSequences,
  sweepChunks,
  type ChunkRange,
} from '../../domain/runs/chunk-numbers';
import { LIMITS } from '../../domain/zoho-limits';
import type { SyncTarget } from '../../temporal/contract/targets';
import { ZohoError } from '../../zoho/errors/errors';
import { PagingProgress } from '../../zoho/http/paging-progress';
import { listDeleted } from '../../zoho/records/deleted-records';
import type { ActivityDependencies } from '../dependencies';
import { withHeartbeats } from '../heartbeats';
import { withZoho, type ZohoWork } from '../with-zoho';
import { Leg, UNFINISHED, type Unfinished } from './leg';
import { loadMirror, wholeMirror } from './load-mirror';
import { refetchRecords } from './refetch-records';
import { timedAnswer } from './timed-answer';

const ROWS_PER_BATCH = 2_000;

export interface DeletesRequest extends SyncTarget {
  /** Zoho's time; ISO 8601. */
  since: string;
  /** Record statuses are written under it: one number per piece of work. */
  sequence: number;
  /** Remove rows however many they are. */
  approved: boolean;
  /** Share of the mirror, in per cent, that may leave unasked. */
  percent?: number;
}

/** Histories hold the result under these names. */
export interface DeletesResult {
  /** Rows that left the mirror, by earlier attempts, too. */
  buried: number;
  /** Rows that await approval because they are too many to be deleted without it; 0 if none do. */
  heldBack: number;
  /** 0 where Zoho lists no deletes: nothing is compared with it then. */
  mirrorRows: number;
  /** The earliest time at Zoho when the list was begun. */
  until: string;
}

/**
 * Reads which records were deleted since a mark and moves them to their tombstones. Idempotent. More than a share of
 * the mirror awaits approval, as in a sweep. The list cannot be read in parts: the guard weighs all of it.
 * @param mostPages of the list: where there are more, nothing is done
 */
export async function readDeletes(
  deps: ActivityDependencies,
  request: DeletesRequest,
  mostPages = Infinity,
): Promise<DeletesResult | Unfinished> {
  const mirror = await loadMirror(deps, request);
  return withZoho(deps, request, async (zoho) => {
    const { deleted, until, isWhole } = await listDeletes(zoho, request.module, request.since, mostPages);
    if (!isWhole) return UNFINISHED;
    if (deleted.length === 0) return { until: until.toISOString(), mirrorRows: 0, buried: 0, heldBack: 0 };
    const answer = { until: until.toISOString(), mirrorRows: await countMirrorRows(deps.knex, mirror) };
    const present = (await findPresentIds(deps.knex, mirror, deleted)).length;
    if (!request.approved && massDeleteNeedsApproval(present, answer.mirrorRows, request.percent)) {
      return { ...answer, buried: 0, heldBack: present };
    }
    const { sessionId, sequence } = request;
    for (let start = 0; start < deleted.length; start += ROWS_PER_BATCH) {
      const rows = deleted.slice(start, start + ROWS_PER_BATCH);
      await moveToTombstones(deps.knex, mirror, sessionId, sequence, rows);
    }
    return { ...answer, buried: await countMoved(deps.knex, sessionId, deleteSequences(sequence)), heldBack: 0 };
  });
}

async function listDeletes(
  zoho: ZohoWork,
  module: string,
  since: string,
  mostPages = Infinity,
): Promise<{ deleted: DeletedRow[]; until: Date; isWhole: boolean }> {
  const deleted: DeletedRow[] = [];
  let until: Date | undefined;
  const progress = new PagingProgress({ operation: 'list_deleted', module });
  for (let page = 1; ; page += 1) {
    const query = { type: 'all', page, perPage: LIMITS.deletedPage.rows, modifiedSince: readFrom(since) } as const;
    const timed = await timedAnswer(() => listDeleted(zoho.transport, module, query, zoho.options)).catch(
      (error: unknown) => {
        if (until && isBeyondPages(error)) return undefined;
        throw error;
      },
    );
    if (!timed) return { deleted, until: until ?? new Date(), isWhole: true };
    const { answer, clocks } = timed;
    until ??= earliestNow(clocks);
    deleted.push(
      ...answer.records.map((record) => ({ id: record.id, deletedAt: record.deletedTime, reason: record.type })),
    );
    zoho.report({ readingDeletesOf: module, found: deleted.length });
    if (!answer.moreRecords || page >= mostPages) return { deleted, until, isWhole: !answer.moreRecords };
    progress.note(answer.records.map(({ id }) => id));
  }
}

/** Whether page numbers reach no further. What lies there is found by the sweep of a full sync. */
function isBeyondPages(error: unknown): boolean {
  return error instanceof ZohoError && ['validation', 'cursor_lost', 'request_bug'].includes(error.category);
}

/** Rows that Zoho did not answer, by whether they left the mirror. */
export interface RemovedRows {
  gone: string[];
  /** Ids of rows that stay: that so many vanish at once may be a lost permission. */
  kept: string[];
}

/**
 * Removes rows of records that were asked for by id and that Zoho does not know, unless they are more of the mirror than
 * may leave unasked: then those that the mirror has stay. Idempotent.
 */
export async function removeVanished(
  { knex }: Pick<ActivityDependencies, 'knex'>,
  mirror: MirrorModule,
  work: { sessionId: string; sequence: number },
  vanished: readonly DeletedRow[],
): Promise<RemovedRows> {
  const present = new Set(await findPresentIds(knex, mirror, vanished));
  const isMany =
    present.size > MASS_DELETE_FREE_ROWS && massDeleteNeedsApproval(present.size, await countMirrorRows(knex, mirror));
  const gone = isMany ? vanished.filter(({ id }) => !present.has(id)) : vanished;
  await moveToTombstones(knex, mirror, work.sessionId, work.sequence, gone);
  return { gone: gone.map(({ id }) => id), kept: isMany ? [...present] : [] };
}

export interface SweepRequest extends SyncTarget {
  /** Zoho's time when the session began to read. ISO 8601. */
  began: string;
  /** Chunks of the round; those of the whole session in histories of versions that swept by session. */
  seenIn?: ChunkRange;
}

/** Counts rows that the session did not see: candidates for the sweep, beside all rows, those in quarantine included. */
export async function countSweepCandidates(
  deps: ActivityDependencies,
  request: SweepRequest,
): Promise<{ candidates: number; mirrorRows: number }> {
  const mirror = await loadMirror(deps, request);
  const reading = readingOf(request);
  return withHeartbeats(
    () => 'comparing ids',
    async () => ({
      candidates: await countUnseenRows(deps.knex, mirror, reading),
      mirrorRows: (await countMirrorRows(deps.knex, mirror)) + (await countQuarantine(deps.knex, mirror)).unmirrored,
    }),
  );
}

function readingOf({ sessionId, seenIn = ALL_CHUNKS }: SweepRequest): Reading {
  return { sessionId, chunks: seenIn };
}

export interface SweepRun extends SweepRequest {
  deletesFollowedUntil: string | null;
  sequence: number;
  /** For rows that turn out to be there, see `sweepChunks`. */
  firstChunk: number;
}

/**
 * Decides about the rows that the session did not see: those in Zoho's list of deletes leave with its time and
 * reason; every other one is asked for by id, and leaves only if Zoho does not know it. Resumable and idempotent.
 * @returns how many left the mirror, by earlier attempts, too
 */
export async function sweepUnseenRows(
  deps: ActivityDependencies,
  request: SweepRun,
  leg = new Leg(),
): Promise<{ buried: number } | Unfinished> {
  const mirror = await wholeMirror(deps, request);
  const reading = readingOf(request);
  const moved = () => countMoved(deps.knex, request.sessionId, deleteSequences(request.sequence));
  return withZoho(deps, request, async (zoho) => {
    const { deleted } = await listDeletes(zoho, request.module, request.deletesFollowedUntil ?? request.began);
    const known = new Map(deleted.map((row) => [row.id, row]));
    let after = BEFORE_ALL_IDS;
    // Rows that an earlier attempt has settled are no longer unseen: this one finds others and continues its numbers.
    const range = sweepChunks(request.firstChunk);
    const last = await findLastChunk(deps.knex, request.sessionId, range);
    const chunks = new ChunkCounter(range, last?.chunkNumber);
    for (let batch = 0; ; batch += 1) {
      const ids = await findUnseenRows(deps.knex, mirror, reading, after, ROWS_PER_BATCH);
      if (ids.length === 0) return { buried: await moved() };
      if (batch > 0 && leg.isOver) return UNFINISHED;
      after = ids.at(-1) ?? after;
      const { sessionId } = request;
      const sequence = deleteBatchSequence(request.sequence, batch);
      const listed = ids.flatMap((id) => known.get(id) ?? []);
      await moveToTombstones(deps.knex, mirror, sessionId, sequence, listed);
      // A row that was read after its delete is there again, or has vanished once more.
      const doubtful = await findPresentIds(deps.knex, mirror, listed);
      const unknown = [...ids.filter((id) => !known.has(id)), ...doubtful];
      const { vanished } = await refetchRecords(deps, zoho, mirror, { sessionId, ids: unknown, chunks });
      await moveToTombstones(deps.knex, mirror, sessionId, sequence, vanished);
      zoho.report({ sweeping: request.module, after });
    }
  });
}
