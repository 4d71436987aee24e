import { weighRemovals, weighUnseenRows, type Removal, type Weighed } from '../../db/approvals/guard-removals';
import { findHeldIds } from '../../db/approvals/held-removals';
import type { MirrorModule } from '../../db/mirror/mirror-module';
import {
  BEFORE_ALL_IDS,
  moveToTombstones,
  countMoved,
  findPresentIds,
  findUnseenRows,
  type DeletedRow,
} from '../../db/mirror/sweep';
import { findLastChunk } from '../../db/sessions/chunks';
import { readFrom } from '../../domain/mirror/watermark';
import { earliestNow } from '../../domain/mirror/zoho-clock';
import {
  ChunkCounter,
  deleteBatchSequence,
  deleteSequences,
  sweepChunks,
  type ChunkRange,
} from '../../domain/runs/chunk-numbers';
import { LIMITS } from '../../domain/zoho-limits';
import type { RemovalOptions } from '../../temporal/contract/sync-messages';
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

export interface DeletesRequest extends SyncTarget, RemovalOptions {
  /** Zoho's time; ISO 8601. */
  since: string;
  /** Record statuses are written under it: one number per piece of work. */
  sequence: number;
  /** Way by which the deletes are learned of. */
  source?: Removal['source'];
}

/** Histories hold the result under these names. */
export interface DeletesResult {
  /** Rows that left the mirror, by earlier attempts, too. */
  buried: number;
  /** Rows that stay until a person decides because they are too many to be deleted unasked; 0 if none do. */
  awaitingApproval: number;
  /** The earliest time at Zoho when the list was begun. */
  until: string;
  /** Set where Zoho refused to show the list to its end. */
  isCut?: true;
}

/**
 * Reads which records were deleted since a mark and moves them to their tombstones. Idempotent. More than a share of
 * the mirror stays until a person decides, as in a sweep. The list cannot be read in parts: the guard weighs all of it.
 * @param mostPages of the list: where there are more, nothing is done
 */
export async function readDeletes(
  deps: ActivityDependencies,
  request: DeletesRequest,
  mostPages = Infinity,
): Promise<DeletesResult | Unfinished> {
  const mirror = await loadMirror(deps, request);
  return withZoho(deps, request, async (zoho) => {
    const { deleted, until, isWhole, isCut } = await listDeletes(zoho, request.module, request.since, mostPages);
    if (!isWhole) return UNFINISHED;
    if (deleted.length === 0) return { until: until.toISOString(), buried: 0, awaitingApproval: 0 };
    const { sessionId, sequence, source = 'delete_feed' } = request;
    const removal = { sessionId, source, ...limitOf(request) };
    const { awaitingApproval } = await weighRemovals(deps.knex, mirror, deleted, removal);
    for (let start = 0; start < deleted.length; start += ROWS_PER_BATCH) {
      const rows = deleted.slice(start, start + ROWS_PER_BATCH);
      await moveToTombstones(deps.knex, mirror, sessionId, sequence, rows);
    }
    const buried = await countMoved(deps.knex, sessionId, deleteSequences(sequence));
    return { until: until.toISOString(), buried, awaitingApproval, ...(isCut && { isCut: true }) };
  });
}

/** Reads Zoho's list of deletes since a mark, with the earliest time at Zoho when that began. */
export async function listDeletes(
  zoho: ZohoWork,
  module: string,
  since: string,
  mostPages = Infinity,
): Promise<{ deleted: DeletedRow[]; until: Date; isWhole: boolean; isCut?: true }> {
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
    if (!timed) return { deleted, until: until ?? new Date(), isWhole: true, isCut: true };
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

/** Whether page numbers reach no further. What lies there shows in the count. */
function isBeyondPages(error: unknown): boolean {
  return error instanceof ZohoError && ['validation', 'cursor_lost', 'request_bug'].includes(error.category);
}

/** Rows that Zoho did not answer, by whether they left the mirror. */
export interface RemovedRows {
  gone: string[];
  /** Ids of rows that stay until a person decides: that so many vanish at once may be a lost permission. */
  kept: string[];
}

function limitOf({ allowMassDelete, massDeletePercent }: RemovalOptions): Pick<Removal, 'percent' | 'isAgreed'> {
  return { percent: massDeletePercent, isAgreed: allowMassDelete };
}

/**
 * Removes rows of records that were asked for by id and that Zoho does not know. If they are more of the mirror than may
 * leave unasked, they stay until a person decides. Idempotent.
 */
export async function removeVanished(
  { knex }: Pick<ActivityDependencies, 'knex'>,
  mirror: MirrorModule,
  work: { sessionId: string; sequence: number; source: Removal['source'] },
  vanished: readonly DeletedRow[],
): Promise<RemovedRows> {
  const { sessionId, sequence, source } = work;
  await weighRemovals(knex, mirror, vanished, { sessionId, source });
  await moveToTombstones(knex, mirror, sessionId, sequence, vanished);
  const ids = vanished.map(({ id }) => id);
  const kept = new Set(await findHeldIds(knex, mirror, ids));
  return { gone: ids.filter((id) => !kept.has(id)), kept: [...kept] };
}

export interface SweepRequest extends SyncTarget, RemovalOptions {
  /** Zoho's time when the session began to read. ISO 8601. */
  began: string;
  /** Chunks of the round. */
  seenIn: ChunkRange;
}

/**
 * Weighs the rows that the session did not see, those in quarantine included: too many of them stay until a person
 * decides. Idempotent.
 */
export async function weighSweep(deps: ActivityDependencies, request: SweepRequest): Promise<Weighed> {
  const mirror = await wholeMirror(deps, request);
  const { sessionId, seenIn: chunks, began } = request;
  const removal: Removal = { sessionId, source: 'sweep', ...limitOf(request) };
  return withHeartbeats(
    () => 'comparing ids',
    () => weighUnseenRows(deps.knex, mirror, { sessionId, chunks }, new Date(began), removal),
  );
}

export interface SweepRun extends Omit<SweepRequest, keyof RemovalOptions> {
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
  const reading = { sessionId: request.sessionId, chunks: request.seenIn };
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
