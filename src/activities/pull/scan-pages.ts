import type { MirrorModule } from '../../db/mirror/mirror-module';
import { twoEndedScanChunks } from '../../domain/runs/chunk-numbers';
import type { ActivityDependencies } from '../dependencies';
import type { ZohoWork } from '../with-zoho';
import { PageScan, type ScanRequest, type ScanResult } from './page-scan';
import { TwoEndedScan } from './two-ended-scan';

/** Scans a list page by page into the mirror, 20 pages to a chunk, and resumes behind the last committed chunk. */
export async function scanPages(
  deps: ActivityDependencies,
  zoho: ZohoWork,
  mirror: MirrorModule,
  request: ScanRequest,
): Promise<ScanResult> {
  const scan = await PageScan.resume({ deps, zoho, mirror, request });
  try {
    while (scan.hasMore) {
      const batch = await scan.readBatch();
      await scan.loadInBackground(batch);
    }
    return await scan.finish();
  } finally {
    await scan.settle();
  }
}

/**
 * Scans a list from both ends of the ids until the two scans meet. A page names the next one, so a scan waits for every
 * answer; two of them take half the time.
 */
export async function scanFromBothEnds(
  deps: ActivityDependencies,
  zoho: ZohoWork,
  mirror: MirrorModule,
  request: ScanRequest,
): Promise<ScanResult> {
  const scan = new TwoEndedScan();
  const chunks = twoEndedScanChunks(request.firstChunk);
  const ends = [
    scanPages(deps, zoho, mirror, { ...request, twoEnded: { scan, end: 'lowest' } }),
    scanPages(deps, zoho, mirror, {
      ...request,
      firstChunk: chunks.highest.first,
      query: { ...request.query, sortOrder: 'desc' },
      twoEnded: { scan, end: 'highest' },
    }),
  ];
  for (const end of ends) end.catch(() => scan.abort());
  const settled = await Promise.allSettled(ends);
  const results = settled.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
  return results.reduce(addScans);
}

function addScans(one: ScanResult, other: ScanResult): ScanResult {
  const answers = [one.lastAnswer, other.lastAnswer].filter((answer) => answer !== null).sort();
  return {
    read: one.read + other.read,
    created: one.created + other.created,
    updated: one.updated + other.updated,
    unchanged: one.unchanged + other.unchanged,
    failed: one.failed + other.failed,
    lastAnswer: answers[0] ?? null,
    crowded: one.crowded || other.crowded,
  };
}
