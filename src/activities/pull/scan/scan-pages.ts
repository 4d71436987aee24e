import type { MirrorModule } from '../../../db/mirror/mirror-module';
import { findLastChunk } from '../../../db/sessions/chunks';
import { twoEndedScanChunks, wholeScanChunks } from '../../../domain/runs/chunk-numbers';
import type { ActivityDependencies } from '../../dependencies';
import type { ZohoWork } from '../../with-zoho';
import { Leg, UNFINISHED } from '../leg';
import { PageScan } from './page-scan';
import { PagesOutOfOrder } from './scan-position';
import type { ScanOutcome, ScanRequest } from './scan-request';
import { TwoEndedScan } from './two-ended-scan';

/**
 * Scans a list page by page into the mirror, 20 pages to a chunk, and resumes behind the last committed chunk.
 * @param leg to whose end it reads; to the end of the list without one
 */
export async function scanPages(
  deps: ActivityDependencies,
  zoho: ZohoWork,
  mirror: MirrorModule,
  request: ScanRequest,
  leg = new Leg(),
): Promise<ScanOutcome> {
  const scan = await PageScan.resume({ deps, zoho, mirror, request, leg });
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
  leg = new Leg(),
): Promise<ScanOutcome> {
  const whole = { ...request, firstChunk: wholeScanChunks(request.firstChunk).first };
  const begun = await findLastChunk(deps.knex, request.sessionId, wholeScanChunks(request.firstChunk));
  if (begun) return scanPages(deps, zoho, mirror, whole, leg);
  const scan = new TwoEndedScan();
  const chunks = twoEndedScanChunks(request.firstChunk);
  const ends = [
    scanPages(deps, zoho, mirror, { ...request, twoEnded: { scan, end: 'lowest' } }, leg),
    scanPages(
      deps,
      zoho,
      mirror,
      {
        ...request,
        firstChunk: chunks.highest.first,
        query: { ...request.query, sortOrder: 'desc' },
        twoEnded: { scan, end: 'highest' },
      },
      leg,
    ),
  ];
  for (const end of ends) end.catch(() => scan.abort());
  const settled = await Promise.allSettled(ends);
  const outcomes: ScanOutcome[] = [];
  let isUnordered = false;
  for (const outcome of settled) {
    if (outcome.status === 'fulfilled') outcomes.push(outcome.value);
    else if (outcome.reason instanceof PagesOutOfOrder) isUnordered = true;
    else throw outcome.reason;
  }
  if (isUnordered) outcomes.push(await scanPages(deps, zoho, mirror, whole, leg));
  else if (scan.isExhausted) outcomes.push(await scanPages(deps, zoho, mirror, { ...whole, byTime: true }, leg));
  return outcomes.reduce(addScans);
}

function addScans(one: ScanOutcome, other: ScanOutcome): ScanOutcome {
  if ('more' in one || 'more' in other) return UNFINISHED;
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
