/**
 * Numbers of a session's chunks. A chunk is numbered by its work, not by the attempt, so a repeated attempt finds what
 * an earlier one has committed. Each piece of work has a range of its own:
 *
 *     full sync, round r = 1, 2, ...                  incremental sync
 *
 *      r0_000_000  list scan from the lowest id         p_000_000  catch-up, pass p = 1, 2, ...
 *                  or exports, one for each page         9_000_000  restored records
 *      r0_050_000  list scan from the highest id        9_500_000  records in quarantine
 *      r0_100_000  list scan where both cannot meet    1p_000_000  second catch-up
 *      r0_500_000  converted leads
 *      rp_000_000  catch-up, pass p = 1, 2, ...
 *      r9_000_000  records that the sweep refetched
 *
 * A round reads the module either by a list scan or by exports. If its plan changes from exports to list pages midway,
 * the scan starts from the first record and numbers its chunks after the exports.
 */

/** Numbers from `first` up to, but not including, `end`. */
export interface ChunkRange {
  readonly first: number;
  readonly end: number;
}

/** The end of the ids that a list scan starts from. */
export type ScanEnd = 'lowest' | 'highest';

/** `session_chunks.chunk_number` is an int4. */
const MAX_CHUNK_NUMBER = 2_147_483_647;
/** Range of all chunk numbers a session can have. */
export const ALL_CHUNKS: ChunkRange = { first: 0, end: MAX_CHUNK_NUMBER };
const PER_ROUND = 10_000_000;
const PER_PASS = 1_000_000;
const CONVERTED_LEADS = 500_000;
const REFETCHED = 9_000_000;
const SCAN_CHUNKS = 50_000;
const SWEEP_CHUNKS = 1_000_000;
const RESTORED_CHUNKS = 1_000;
const RETRIED = 9_500_000;
const RETRIED_CHUNKS = 1_000;
/** Also the distance between the job numbers of two rounds. */
const EXPORT_CHUNKS = 10_000;

/** Rounds and passes that the numbers have room for; a workflow gives up long before. */
export const MAX_NUMBERED_ROUNDS = Math.floor(MAX_CHUNK_NUMBER / PER_ROUND) - 1;
export const MAX_NUMBERED_PASSES = REFETCHED / PER_PASS - 1;

/**
 * Signals that work needs more chunk numbers than its range has. Continuing would overwrite or skip other work's
 * chunks.
 */
export class NumberRangeExceeded extends Error {
  override readonly name = 'NumberRangeExceeded';
}

/** Chunk ranges of one round of a full sync. */
export function fullSyncChunks(round: number): {
  listScan: Record<ScanEnd, ChunkRange>;
  wholeScan: ChunkRange;
  all: ChunkRange;
  exports: ChunkRange;
  convertedLeads: ChunkRange;
  catchUp: (pass: number) => ChunkRange;
  sweep: ChunkRange;
} {
  const first = upTo(MAX_NUMBERED_ROUNDS, 'round', round) * PER_ROUND;
  return {
    listScan: twoEndedScanChunks(first),
    wholeScan: wholeScanChunks(first),
    all: rangeOf(first, PER_ROUND),
    exports: rangeOf(first, EXPORT_CHUNKS),
    convertedLeads: scanChunks(first + CONVERTED_LEADS),
    catchUp: (pass) => catchUpChunks(first, pass),
    sweep: sweepChunks(first + REFETCHED),
  };
}

/** Chunk ranges of an incremental sync, which catches up at most twice. */
export const incrementalSyncChunks = {
  catchUp: (pass: number): ChunkRange => catchUpChunks(0, pass),
  restored: restoredChunks(REFETCHED),
  retried: retriedChunks(RETRIED),
  secondCatchUp: (pass: number): ChunkRange => catchUpChunks(PER_ROUND, pass),
} as const;

/** Chunks of a session that reads chosen records, up to 100 in each. */
export const CHOSEN_CHUNKS: ChunkRange = { first: 0, end: SCAN_CHUNKS };

/** Chunks of records that Zoho has told of and that were asked for by id, up to 100 in each. */
export const NOTIFIED_CHUNKS: ChunkRange = { first: 0, end: 1_000_000_000 };
/** Chunks of changes that were read since Zoho told of more records than are asked for by id. */
export const NOTIFIED_CHANGE_CHUNKS: ChunkRange = { first: NOTIFIED_CHUNKS.end, end: 2_000_000_000 };

/**
 * First chunk of another reading of changes by the same session.
 * @param last chunk of the reading before, if there was one
 */
export function nextChangesChunk(last: number | undefined): number {
  const { first } = NOTIFIED_CHANGE_CHUNKS;
  if (last === undefined) return first;
  return within(NOTIFIED_CHANGE_CHUNKS, first + (Math.floor((last - first) / SCAN_CHUNKS) + 1) * SCAN_CHUNKS);
}

/** Chunks of records that were asked for by id to settle a doubt, above those of all rounds. */
export const DOUBT_CHUNKS: ChunkRange = { first: (MAX_NUMBERED_ROUNDS + 1) * PER_ROUND, end: MAX_CHUNK_NUMBER };

function catchUpChunks(first: number, pass: number): ChunkRange {
  return scanChunks(first + upTo(MAX_NUMBERED_PASSES, 'pass', pass) * PER_PASS);
}

/** Chunks of a page scan: a million pages. */
export function scanChunks(first: number): ChunkRange {
  return rangeOf(first, SCAN_CHUNKS);
}

/** Chunks of two page scans that approach each other. */
export function twoEndedScanChunks(first: number): Record<ScanEnd, ChunkRange> {
  return { lowest: scanChunks(first), highest: scanChunks(first + SCAN_CHUNKS) };
}

/** Chunks of the scan that follows two page scans that cannot meet. */
export function wholeScanChunks(first: number): ChunkRange {
  return scanChunks(first + 2 * SCAN_CHUNKS);
}

/** Chunks of records that a sweep refetched because they still exist, up to 100 in each. */
export function sweepChunks(first: number): ChunkRange {
  return rangeOf(first, SWEEP_CHUNKS);
}

/** Chunks of records that came back from the recycle bin, up to 100 in each. */
export function restoredChunks(first: number): ChunkRange {
  return rangeOf(first, RESTORED_CHUNKS);
}

/** Chunks of records in quarantine that were asked for again, up to 100 in each. */
export function retriedChunks(first: number): ChunkRange {
  return rangeOf(first, RETRIED_CHUNKS);
}

/**
 * Number of the chunk that holds an exported page of a round.
 * @throws NumberRangeExceeded beyond 9,999 pages, which are two billion rows
 */
export function exportChunk(round: number, page: number): number {
  const { exports } = fullSyncChunks(round);
  return within(exports, exports.first + page);
}

/**
 * Number of an export job within its session; `bulk_read_jobs` keeps one row for each.
 * @throws NumberRangeExceeded beyond 9,999 pages
 */
export function exportJob(round: number, page: number): number {
  return within(rangeOf(round * EXPORT_CHUNKS, EXPORT_CHUNKS), round * EXPORT_CHUNKS + page);
}

/** Number of the chunk that holds the page of an export job, see `exportJob`. */
export function chunkOfJob(job: number, page: number): number {
  return exportChunk((job - page) / EXPORT_CHUNKS, page);
}

/** Assigns the numbers of a range, starting after the last committed chunk. */
export class ChunkCounter {
  readonly #range: ChunkRange;
  #next: number;

  /** @param last number of the range's last committed chunk, if any */
  constructor(range: ChunkRange, last: number | undefined) {
    this.#range = range;
    this.#next = last === undefined ? range.first : last + 1;
  }

  /** @throws NumberRangeExceeded when the range is used up */
  next(): number {
    const number = within(this.#range, this.#next);
    this.#next += 1;
    return number;
  }
}

function rangeOf(first: number, size: number): ChunkRange {
  return { first, end: first + size };
}

function within({ first, end }: ChunkRange, number: number): number {
  if (number >= first && number < end) return number;
  throw new NumberRangeExceeded(`Chunk ${number} lies outside of its range, ${first} to ${end - 1}.`);
}

function upTo(limit: number, what: string, number: number): number {
  if (Number.isInteger(number) && number >= 1 && number <= limit) return number;
  throw new NumberRangeExceeded(`There are chunk numbers for ${what} 1 to ${limit}, not for ${number}.`);
}

/*
 * Record statuses of a session are keyed by (sequence, position). Updates of the workflow count their sequences from 1,
 * loads use negative ones and deletes those from a billion on.
 */

const FIRST_DELETE_SEQUENCE = 1_000_000_000;
const SEQUENCES_PER_DELETE = 100_000;

/** Sequence of the statuses of records that a chunk created or updated. */
export function loadSequence(chunkNumber: number): number {
  return -1 - chunkNumber;
}

/** First sequence of the statuses of records that one step of a run deleted; `step` counts from 1. */
export function deleteSequence(step: number): number {
  return FIRST_DELETE_SEQUENCE + step * SEQUENCES_PER_DELETE;
}

/** All sequences of the step that begins with one, see `deleteSequence`. */
export function deleteSequences(first: number): ChunkRange {
  return rangeOf(first, SEQUENCES_PER_DELETE);
}

/**
 * Sequence of one batch of a step's deletes.
 * @param first the step's first sequence, see `deleteSequence`
 * @param batch counts from 0
 * @throws NumberRangeExceeded when it reaches the next step's sequences
 */
export function deleteBatchSequence(first: number, batch: number): number {
  return within(deleteSequences(first), first + batch);
}
