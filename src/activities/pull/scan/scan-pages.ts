import type { MirrorModule } from '../../../db/mirror/mirror-module';
import { findLastChunk } from '../../../db/sessions/chunks';
import { twoEndedScanChunks, wholeScanChunks } from '../../../domain/runs/chunk-numbers';
import type { ActivityDependencies } from '../../dependencies';
import type { ZohoWork } from '../../with-zoho';
import { PageScan } from './page-scan';
import { PagesOutOfOrder } from './scan-position';
import type { ScanRequest, ScanResult } from './scan-request';
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
 * answer; two of them take half the time. Where they cannot meet, one scan reads the whole list: by time of modification
 * if page tokens reach the middle from neither end, by tokens alone if the ids come in no order.
 */
export async function scanFromBothEnds(
  deps: ActivityDependencies,
  zoho: ZohoWork,
  mirror: MirrorModule,
  request: ScanRequest,
): Promise<ScanResult> {
  const whole = { ...request, firstChunk: wholeScanChunks(request.firstChunk).first };
  const begun = await findLastChunk(deps.knex, request.sessionId, wholeScanChunks(request.firstChunk));
  if (begun) return scanPages(deps, zoho, mirror, whole);
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
  const results: ScanResult[] = [];
  let isUnordered = false;
  for (const outcome of settled) {
    if (outcome.status === 'fulfilled') results.push(outcome.value);
    else if (outcome.reason instanceof PagesOutOfOrder) isUnordered = true;
    else throw outcome.reason;
  }
  if (isUnordered) results.push(await scanPages(deps, zoho, mirror, whole));
  else if (scan.isExhausted) results.push(await scanPages(deps, zoho, mirror, { ...whole, byTime: true }));
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
