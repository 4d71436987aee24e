import { followNames } from '../../db/mirror/names/check-names';
import { spreadNames } from '../../db/mirror/names/spread-names';
import { readFrom } from '../../domain/mirror/watermark';
import { LIMITS } from '../../domain/zoho-limits';
import type { ComparisonRequest } from '../../temporal/contract/comparison';
import type { SyncTarget } from '../../temporal/contract/targets';
import type { ActivityDependencies } from '../dependencies';
import { withZoho } from '../with-zoho';
import { comparisonTerms } from './comparison/comparison-terms';
import { Leg, UNFINISHED } from './leg';
import { loadMirror, partialReadOf, wholeMirror } from './load-mirror';
import { scanFromBothEnds, scanPages } from './scan/scan-pages';
import type { ScanOutcome, ScanRequest, ScanResult } from './scan/scan-request';
import { settleDoubts } from './settle-doubts';
import { weighChanges, type ManyChanges } from './weigh-changes';

export interface ListReadRequest extends SyncTarget {
  firstChunk: number;
  /** Compare the values of every row; those of changed ones only without it. */
  compareValues?: boolean;
  /** Set while the module is compared with its mirror. */
  comparison?: ComparisonRequest;
  keepSeenIds: boolean;
  trackRecords: boolean;
  firstLoad: boolean;
  /** By Zoho's count when the session was planned. */
  expectedRows?: number;
  /** Only converted records: what a bulk read has left out. */
  convertedOnly?: boolean;
}

/** From so many rows on, a module is read from both ends of its ids at once. */
const ROWS_FOR_TWO_ENDS = 10 * LIMITS.listPage.rows;

/**
 * Reads a whole module, or its converted records, by list pages; a large one from both ends of its ids at once.
 * Idempotent by chunk; resumes behind the last committed one.
 */
export async function readByListPages(
  deps: ActivityDependencies,
  request: ListReadRequest,
  leg = new Leg(),
): Promise<ScanOutcome> {
  const mirror = await loadMirror(deps, request);
  const scan: ScanRequest = {
    ...request,
    kind: 'list',
    // By id is Zoho's own order; to ask for it would make each call a heavy one.
    query: { sortOrder: 'asc', ...(request.convertedOnly && { converted: 'true' }) },
    compareValues: request.compareValues ?? false,
    partialRead: partialReadOf(mirror, 'list'),
    terms: request.comparison && comparisonTerms(request.comparison),
  };
  return withZoho(deps, request, (zoho) =>
    (request.expectedRows ?? 0) < ROWS_FOR_TWO_ENDS
      ? scanPages(deps, zoho, mirror, scan, leg)
      : scanFromBothEnds(deps, zoho, mirror, scan, leg),
  );
}

export interface ChangesRequest extends SyncTarget {
  firstChunk: number;
  /** Zoho's time; changes since then are read, with an overlap. ISO 8601. */
  since: string;
  trackRecords: boolean;
  /** Weigh an export where a few pages are not all: the next leg only reads on. */
  weighsExport?: boolean;
}

/** Calls of one pass for records in doubt: 20,000 of them. */
const MAX_DOUBT_CALLS = 200;

/**
 * Reads what changed since a mark, oldest first, settles every tie within a second by comparing values, and asks for the
 * records that this or an earlier read has left in doubt. Names follow: those of its lookups, and of its records elsewhere.
 * Idempotent by chunk.
 * @returns where a leg has not read all of them: whether the rest is better exported, if that was asked for
 */
export async function readChanges(
  deps: ActivityDependencies,
  request: ChangesRequest,
  leg = new Leg(),
): Promise<ScanResult | ManyChanges> {
  const mirror = await loadMirror(deps, request);
  return withZoho(deps, request, async (zoho) => {
    const changes: ScanRequest = {
      ...request,
      kind: 'delta',
      query: {},
      changesSince: readFrom(request.since),
      compareValues: true,
      partialRead: partialReadOf(mirror, 'list'),
      keepSeenIds: false,
    };
    const scanned = await scanPages(deps, zoho, mirror, changes, leg);
    if ('more' in scanned) {
      const toExport = request.weighsExport && (await weighChanges(deps, zoho, mirror, request));
      return { ...UNFINISHED, ...(toExport && { toExport }) };
    }
    if (!(await settleDoubts(deps, zoho, request, MAX_DOUBT_CALLS, leg))) return UNFINISHED;
    const whole = await wholeMirror(deps, request);
    await followNames(deps.knex, whole);
    await spreadNames(deps.knex, whole);
    return scanned;
  });
}
