import type { MirrorModule } from '../../db/mirror/mirror-module';
import { readFrom } from '../../domain/mirror/watermark';
import { LIST_PAGE_ROWS } from '../../domain/planning/read-plan';
import { twoEndedScanChunks } from '../../domain/runs/chunk-numbers';
import type { SyncTarget } from '../../temporal/contract/targets';
import type { ActivityDependencies } from '../dependencies';
import { withZoho, type ZohoWork } from '../with-zoho';
import { loadMirror } from './load-mirror';
import { addScans, scanPages, type ScanRequest, type ScanResult } from './scan-pages';
import { TwoEndedScan } from './two-ended-scan';

export interface ListReadRequest extends SyncTarget {
  firstChunk: number;
  keepSeenIds: boolean;
  trackRecords: boolean;
  firstLoad: boolean;
  /** By Zoho's count when the session was planned. */
  expectedRows?: number;
  /** Only converted records: what a bulk read has left out. */
  convertedOnly?: boolean;
}

/** From so many rows on, a module is read from both ends of its ids at once. */
const ROWS_FOR_TWO_ENDS = 10 * LIST_PAGE_ROWS;

/**
 * Reads a whole module, or its converted records, by list pages. A page names the next one, so a walk waits for each
 * answer; two walks towards each other take half the time. Idempotent by chunk; resumes behind the last committed one.
 */
export async function readByListPages(deps: ActivityDependencies, request: ListReadRequest): Promise<ScanResult> {
  const mirror = await loadMirror(deps, request);
  const walk: ScanRequest = {
    ...request,
    kind: 'list',
    // By id is Zoho's own order; to ask for it would make each call a heavy one.
    query: { sortOrder: 'asc', ...(request.convertedOnly && { converted: 'true' }) },
    compareValues: false,
  };
  return withZoho(deps, request, (zoho) =>
    (request.expectedRows ?? 0) < ROWS_FOR_TWO_ENDS
      ? scanPages(deps, zoho, mirror, walk)
      : scanFromBothEnds(deps, zoho, mirror, walk),
  );
}

async function scanFromBothEnds(
  deps: ActivityDependencies,
  zoho: ZohoWork,
  mirror: MirrorModule,
  walk: ScanRequest,
): Promise<ScanResult> {
  const meeting = new TwoEndedScan();
  const walks = [
    scanPages(deps, zoho, mirror, { ...walk, towards: { meeting, from: 'lowest' } }),
    scanPages(deps, zoho, mirror, {
      ...walk,
      firstChunk: twoEndedScanChunks(walk.firstChunk).highest.first,
      query: { ...walk.query, sortOrder: 'desc' },
      towards: { meeting, from: 'highest' },
    }),
  ];
  for (const one of walks) one.catch(() => meeting.abort());
  const settled = await Promise.allSettled(walks);
  const results = settled.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
  return results.reduce((sum, result) => addScans(sum, result));
}

export interface ChangesRequest extends SyncTarget {
  firstChunk: number;
  /** Zoho's time; changes since then are read, with an overlap. ISO 8601. */
  since: string;
  trackRecords: boolean;
}

/**
 * Reads what changed since a mark, oldest first, and settles every tie within a second by comparing values.
 * Idempotent by chunk.
 */
export async function readChanges(deps: ActivityDependencies, request: ChangesRequest): Promise<ScanResult> {
  const mirror = await loadMirror(deps, request);
  return withZoho(deps, request, (zoho) =>
    scanPages(deps, zoho, mirror, {
      ...request,
      kind: 'delta',
      query: {},
      changesSince: readFrom(request.since),
      compareValues: true,
      keepSeenIds: false,
    }),
  );
}
