import { setImmediate } from 'node:timers/promises';
import type { ChunkKind } from '../db/models/session-chunk';
import { copyRowsSource } from '../db/mirror/chunk-sources';
import { findLastChunk, loadChunk, type ChunkResult } from '../db/mirror/load-chunk';
import type { MirrorModule } from '../db/mirror/mirror-module';
import { LIST_PAGE_ROWS } from '../domain/read-plan';
import { listRecords, ZohoError, type ListRecordsQuery, type RecordPage } from '../zoho';
import { convertedParameter } from './converted-leads';
import type { ActivityDependencies } from './dependencies';
import type { SessionSums } from './finish-full-sync';
import { pageReader } from './page-rows';
import type { ZohoWork } from './zoho-work';

/** Pages that are committed together: few transactions, and little to read again after a crash. */
const PAGES_PER_CHUNK = 40;
/** A token can be lost (it lives a day, and is bound to its parameters); then the walk starts over, a few times. */
const MOST_RESTARTS = 3;

export interface PageWalk {
  sessionId: string;
  kind: ChunkKind;
  /** Chunk numbers of the walk: `[from, from + 100,000)`. */
  firstChunk: number;
  query: Pick<ListRecordsQuery, 'sortBy' | 'sortOrder' | 'modifiedSince' | 'converted'>;
  compareValues: boolean;
  trackRecords: boolean;
  keepSeenIds: boolean;
  /** The mirror was empty when the session began. */
  firstLoad?: boolean;
}

export interface WalkResult extends SessionSums {
  /** Zoho's time when the first page of the last chunk was answered, null if no page was. ISO 8601. */
  lastAnswer: string | null;
}

export const CHUNKS_PER_WALK = 100_000;

/** Where a walk stands, kept with the data it has loaded. */
interface Cursor {
  token: string | null;
  done: boolean;
  restarts: number;
}

interface PageBatch {
  pieces: Buffer[];
  rows: number;
  bytes: number;
  asOf: Date;
  startedAt: Date;
}

/**
 * Walks a list page by page into the mirror, 40 pages a chunk. The next page is on its way while the last one is
 * converted, and a chunk is loaded while the next is read. Resumes behind the last chunk that was committed.
 */
export async function walkPages(
  deps: ActivityDependencies,
  zoho: ZohoWork,
  mirror: MirrorModule,
  walk: PageWalk,
): Promise<WalkResult> {
  const reader = pageReader(zoho, mirror.module, mirror.fields);
  const last = await findLastChunk(deps.knex, walk.sessionId, [walk.firstChunk, walk.firstChunk + CHUNKS_PER_WALK]);
  let cursor: Cursor = last?.cursor ? (JSON.parse(last.cursor) as Cursor) : { token: null, done: false, restarts: 0 };
  let chunkNumber = last ? last.chunkNumber + 1 : walk.firstChunk;
  const totals: WalkResult = { read: 0, created: 0, updated: 0, unchanged: 0, failed: 0, lastAnswer: null };
  const count = (chunk: ChunkResult) => {
    totals.read += chunk.read;
    totals.created += chunk.created;
    totals.updated += chunk.updated;
    totals.unchanged += chunk.unchanged;
    totals.failed += chunk.failed;
    zoho.report({ reading: mirror.module, kind: walk.kind, rows: totals.read });
  };
  const fetch = (token: string | null): Promise<RecordPage> =>
    listRecords(
      zoho.transport,
      mirror.module,
      {
        ...convertedParameter(mirror.module),
        ...walk.query,
        fields: reader.listFields,
        perPage: LIST_PAGE_ROWS,
        ...(token !== null && { pageToken: token }),
      },
      zoho.options,
    );

  let loading: Promise<void> = Promise.resolve();
  let next = cursor.done ? undefined : fetch(cursor.token);
  while (next) {
    const batch: PageBatch = { pieces: [], rows: 0, bytes: 0, asOf: new Date(), startedAt: new Date() };
    try {
      for (let pages = 0; next && pages < PAGES_PER_CHUNK; pages += 1) {
        const page: RecordPage = await next;
        const token = page.moreRecords ? page.nextPageToken : null;
        cursor = { ...cursor, token, done: token === null };
        next = token === null ? undefined : quietly(fetch(token));
        if (pages === 0) batch.asOf = new Date(page.serverTime.getTime() - zoho.meanLatencyMs() - 1000);
        totals.lastAnswer ??= page.serverTime.toISOString();
        // Converting keeps the thread busy: the request for the next page must be on its way before.
        await setImmediate();
        const { rows, copy } = await reader.read(page.body);
        batch.pieces.push(copy);
        batch.rows += rows;
        batch.bytes += page.body?.length ?? 0;
      }
    } catch (error) {
      if (!(error instanceof ZohoError) || error.category !== 'cursor_lost' || cursor.restarts >= MOST_RESTARTS) {
        await settled(loading);
        throw error;
      }
      cursor = { token: null, done: false, restarts: cursor.restarts + 1 };
      next = quietly(fetch(null));
    }
    await loading;
    const state = cursor;
    const number = chunkNumber;
    chunkNumber += 1;
    loading = quietly(loadBatch(batch, number, state).then(count));
  }
  await loading;
  return totals;

  function loadBatch(batch: PageBatch, number: number, state: Cursor): Promise<ChunkResult> {
    return loadChunk(
      deps.knex,
      mirror,
      { sessionId: walk.sessionId, chunkNumber: number, kind: walk.kind },
      copyRowsSource(mirror, reader.fields, batch.pieces, zoho.signal),
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

/** A failure is met where the promise is awaited; until then it must not count as unhandled. */
function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

async function settled(promise: Promise<void>): Promise<void> {
  await promise.catch(() => undefined);
}
