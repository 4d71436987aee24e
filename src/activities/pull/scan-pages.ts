import { setImmediate } from 'node:timers/promises';
import type { CopyPage } from '../../db/mirror/copy/copy-page';
import { copyPagesSource } from '../../db/mirror/load/chunk-sources';
import { findLastChunk, loadChunk, sumChunks, type ChunkResult } from '../../db/mirror/load/load-chunk';
import type { MirrorModule } from '../../db/mirror/mirror-module';
import type { ChunkKind } from '../../db/models/session-chunk';
import { ChunkCounter, scanChunks, type ScanEnd } from '../../domain/runs/chunk-numbers';
import { FAILURES, permanentFailure } from '../../temporal/contract/failures';
import type { SessionSums } from '../../temporal/contract/results';
import { ZohoError } from '../../zoho/errors/errors';
import { reuseBody } from '../../zoho/http/body-memory';
import type { ListRecordsQuery } from '../../zoho/records/list-records';
import type { ActivityDependencies } from '../dependencies';
import type { ZohoWork } from '../with-zoho';
import { ListPages, type PageCursor, type FetchedPage } from './list-pages';
import { pageReader } from './page-rows';
import type { TwoEndedScan } from './two-ended-scan';

/** Pages that are committed together: few transactions, and little to read again after a crash. */
const PAGES_PER_CHUNK = 20;
/** A token can be lost (it lives a day, and is bound to its parameters); then the walk starts over, a few times. */
const MAX_RESTARTS = 3;

export interface ScanRequest {
  sessionId: string;
  kind: ChunkKind;
  /** First of the walk's chunk numbers, see `scanChunks`. */
  firstChunk: number;
  query: Pick<ListRecordsQuery, 'sortOrder' | 'converted'>;
  /** Read what was modified since then, oldest first, instead of all records by id. ISO 8601, whole seconds. */
  changesSince?: string;
  compareValues: boolean;
  trackRecords: boolean;
  keepSeenIds: boolean;
  /** The mirror was empty when the session began. */
  firstLoad?: boolean;
  /** Another walk comes towards this one, from the other end of the ids. */
  towards?: { meeting: TwoEndedScan; from: ScanEnd };
}

export interface ScanResult extends SessionSums {
  /** Zoho's time when the first page of the last chunk was answered, null if no page was. ISO 8601. */
  lastAnswer: string | null;
  /** So many changes share a second that it was read by page tokens: a record may have slipped between two pages. */
  crowded: boolean;
}

/** What two walks read together. */
export function addScans(one: ScanResult, other: ScanResult): ScanResult {
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

/** Where a walk stands, kept with the data it has loaded. */
interface Cursor extends PageCursor {
  done: boolean;
  restarts: number;
  /** Id of the last record read. */
  reached?: string | null;
  usedPageTokens?: boolean | undefined;
}

interface PageBatch {
  pages: CopyPage[];
  rows: number;
  bytes: number;
  asOf: Date;
  startedAt: Date;
}

/**
 * Walks a list page by page into the mirror, 20 pages a chunk. The next page is on its way while the last one is
 * converted, and a chunk is loaded while the next is read. Resumes behind the last chunk that was committed.
 */
export async function scanPages(
  deps: ActivityDependencies,
  zoho: ZohoWork,
  mirror: MirrorModule,
  walk: ScanRequest,
): Promise<ScanResult> {
  const reader = pageReader(zoho, mirror.module, mirror.fields, walk.kind === 'list' ? 'binary' : 'text');
  const range = scanChunks(walk.firstChunk);
  const last = await findLastChunk(deps.knex, walk.sessionId, range);
  let cursor: Cursor = { token: null, done: false, restarts: 0, modifiedSince: walk.changesSince };
  if (last?.cursor) cursor = { ...cursor, ...(JSON.parse(last.cursor) as Cursor) };
  const chunks = new ChunkCounter(range, last?.chunkNumber);
  const { meeting, from } = walk.towards ?? {};
  if (from) meeting?.advance(from, cursor.reached ?? null);
  const pages = new ListPages(zoho, mirror, reader.listFields, walk.query);
  const earlier = last
    ? await sumChunks(deps.knex, walk.sessionId, range)
    : { read: 0, created: 0, updated: 0, unchanged: 0, failed: 0 };
  const totals: ScanResult = { ...earlier, lastAnswer: null, crowded: cursor.usedPageTokens ?? false };
  const count = (chunk: ChunkResult) => {
    totals.read += chunk.read;
    totals.created += chunk.created;
    totals.updated += chunk.updated;
    totals.unchanged += chunk.unchanged;
    totals.failed += chunk.failed;
    zoho.report({ reading: mirror.module, kind: walk.kind, rows: totals.read });
  };

  let loading: Promise<void> = Promise.resolve();
  /** A page that was on its way when the walks met; its cost is to be known before the work ends. */
  let spare: Promise<FetchedPage> | undefined;
  let next = cursor.done || meeting?.isComplete ? undefined : pages.fetch(cursor);
  while (next) {
    const batch: PageBatch = { pages: [], rows: 0, bytes: 0, asOf: new Date(), startedAt: new Date() };
    try {
      for (let fetched = 0; next && fetched < PAGES_PER_CHUNK; fetched += 1) {
        const { page, readFrom, next: place }: FetchedPage = await next;
        next = undefined;
        if (meeting?.isComplete) break;
        cursor = { ...cursor, token: null, ...place, done: place === null };
        next = place === null ? undefined : quietly(pages.fetch(place));
        if (walk.changesSince !== undefined && cursor.token !== null) cursor.usedPageTokens = totals.crowded = true;
        if (fetched === 0) batch.asOf = new Date(page.serverTime.getTime() - zoho.meanLatencyMs() - 1000);
        totals.lastAnswer ??= page.serverTime.toISOString();
        // Converting keeps the thread busy: the request for the next page must be on its way before.
        await setImmediate();
        const rows = admitted(await reader.read(page.body, readFrom));
        if (page.body) reuseBody(page.body);
        batch.pages.push(rows);
        batch.rows += rows.rows;
        batch.bytes += page.body?.length ?? 0;
        if (meeting?.isComplete) {
          spare = next;
          next = undefined;
        }
      }
    } catch (error) {
      const isCrowdTooLarge = walk.changesSince !== undefined && isOutOfReach(error);
      if (isCrowdTooLarge || !isCursorLost(error) || cursor.restarts >= MAX_RESTARTS) {
        await settled(loading);
        throw isCrowdTooLarge ? tooManyAtOnce(mirror.module, error) : error;
      }
      const { modifiedSince, usedPageTokens, restarts } = cursor;
      cursor = { token: null, done: false, restarts: restarts + 1, modifiedSince, usedPageTokens };
      if (from) meeting?.advance(from, null);
      next = quietly(pages.fetch(cursor));
    }
    await loading;
    if (batch.pages.length === 0) break;
    const state = cursor;
    const number = chunks.next();
    loading = quietly(loadBatch(batch, number, state).then(count));
  }
  await settled(spare);
  await loading;
  return totals;

  /** Keeps what the walk from the other end has not read; where they meet, this one is done. */
  function admitted(page: CopyPage): CopyPage {
    if (!meeting || !from) return page;
    const rows = meeting.keepUnread(from, page, reader.keepsOrder);
    cursor = { ...cursor, reached: rows.reached ?? cursor.reached ?? null, done: cursor.done || rows.isLast };
    return rows;
  }

  function loadBatch(batch: PageBatch, number: number, state: Cursor): Promise<ChunkResult> {
    return loadChunk(
      deps.knex,
      mirror,
      { sessionId: walk.sessionId, chunkNumber: number, kind: walk.kind },
      copyPagesSource(mirror, reader.fields, batch.pages, zoho.signal),
      {
        asOf: batch.asOf,
        compareValues: walk.compareValues,
        trackRecords: walk.trackRecords,
        keepSeenIds: walk.keepSeenIds,
        cursor: JSON.stringify(state),
        bytes: batch.bytes,
        startedAt: batch.startedAt,
        firstLoad: walk.firstLoad,
      },
    );
  }
}

function isCursorLost(error: unknown): error is ZohoError {
  return error instanceof ZohoError && error.category === 'cursor_lost';
}

function isOutOfReach(error: unknown): error is ZohoError {
  return isCursorLost(error) && error.code === 'PAGINATION_LIMIT_EXCEEDED';
}

function tooManyAtOnce(module: string, cause: ZohoError): Error {
  const message = `More records of ${module} were modified within one second than list pages reach. Run a full sync: it reads them by bulk read.`;
  return permanentFailure(FAILURES.tooManyAtOnce, message, cause);
}

/** A failure is met where the promise is awaited; until then it must not count as unhandled. */
function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

async function settled(promise: Promise<unknown> | undefined): Promise<void> {
  await promise?.catch(() => undefined);
}
