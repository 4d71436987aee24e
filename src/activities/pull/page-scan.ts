import { setImmediate } from 'node:timers/promises';
import type { CopyPage } from '../../db/mirror/copy/copy-page';
import { copyPagesSource } from '../../db/mirror/load/chunk-sources';
import { loadChunk } from '../../db/mirror/load/load-chunk';
import type { PartialRead } from '../../db/mirror/load/merge-rule';
import type { MirrorModule } from '../../db/mirror/mirror-module';
import type { ChunkKind } from '../../db/models/session-chunk';
import { findLastChunk, sumChunks, type ChunkResult } from '../../db/sessions/chunks';
import { ChunkCounter, scanChunks, type ScanEnd } from '../../domain/runs/chunk-numbers';
import { FAILURES, permanentFailure } from '../../temporal/contract/failures';
import type { SessionSums } from '../../temporal/contract/results';
import { ZohoError } from '../../zoho/errors/errors';
import { reuseBody } from '../../zoho/http/body-memory';
import type { ListRecordsQuery } from '../../zoho/records/list-records';
import type { ActivityDependencies } from '../dependencies';
import type { ZohoWork } from '../with-zoho';
import { ListPages, type FetchedPage, type PageCursor } from './list-pages';
import { pageReader, type PageReader } from './page-rows';
import type { TwoEndedScan } from './two-ended-scan';

/** Pages that are committed together: few transactions, and little to read again after a crash. */
const PAGES_PER_CHUNK = 20;
/** A page token lives a day and is bound to its parameters. A scan that loses it starts over, so many times at most. */
const MAX_RESTARTS = 3;

export interface ScanRequest {
  sessionId: string;
  kind: ChunkKind;
  /** First of the scan's chunk numbers, see `scanChunks`. */
  firstChunk: number;
  query: Pick<ListRecordsQuery, 'sortOrder' | 'converted'>;
  /** Reads what was modified since then, oldest first, instead of all records by id. ISO 8601, whole seconds. */
  changesSince?: string;
  compareValues: boolean;
  partialRead?: PartialRead | undefined;
  trackRecords: boolean;
  keepSeenIds: boolean;
  /** The mirror was empty when the session began. */
  firstLoad?: boolean;
  /** Another scan approaches from the other end of the ids. */
  twoEnded?: { scan: TwoEndedScan; end: ScanEnd };
}

export interface ScanResult extends SessionSums {
  /** Zoho's time when the first page of this attempt was answered, null if none was read. ISO 8601. */
  lastAnswer: string | null;
  /**
   * Whether page tokens were used because more changes share a second than fit a page: then a record may have slipped
   * between two pages. Histories hold the result under this name.
   */
  crowded: boolean;
}

interface ScanContext {
  deps: ActivityDependencies;
  zoho: ZohoWork;
  mirror: MirrorModule;
  request: ScanRequest;
}

/** Position of a scan, committed with the rows it has loaded. */
interface ScanPosition extends PageCursor {
  done: boolean;
  restarts: number;
  /** Id of the last record read. */
  reached?: string | null;
  usedPageTokens?: boolean;
}

/** Pages of one chunk. */
interface PageBatch {
  pages: CopyPage[];
  bytes: number;
  /** A time on Zoho's clock before which no page was read. */
  asOf: Date;
  startedAt: Date;
}

type Committed = ChunkResult & { chunkNumber: number };

/**
 * A scan under way: one page is being fetched while the one before is converted, and one chunk is being loaded while
 * the next is read.
 */
export class PageScan {
  readonly #context: ScanContext;
  readonly #reader: PageReader;
  readonly #pages: ListPages;
  readonly #chunks: ChunkCounter;
  readonly #totals: ScanResult;
  #position: ScanPosition;
  #next: Promise<FetchedPage> | undefined;
  /** A page that was being fetched when the scans met. Its call is awaited, so that the ledger has all of its cost. */
  #spare: Promise<FetchedPage> | undefined;
  #loading: Promise<void> = Promise.resolve();

  /** Continues behind the last committed chunk of the scan's range, or starts with the first page. */
  static async resume(context: ScanContext): Promise<PageScan> {
    const { deps, request } = context;
    const range = scanChunks(request.firstChunk);
    const last = await findLastChunk(deps.knex, request.sessionId, range);
    const position: ScanPosition = {
      token: null,
      done: false,
      restarts: 0,
      modifiedSince: request.changesSince,
      ...(last?.cursor && (JSON.parse(last.cursor) as ScanPosition)),
    };
    request.twoEnded?.scan.advance(request.twoEnded.end, position.reached ?? null);
    const earlier = last && (await sumChunks(deps.knex, request.sessionId, range));
    return new PageScan(context, position, last, earlier);
  }

  private constructor(
    context: ScanContext,
    position: ScanPosition,
    last: Committed | undefined,
    earlier: SessionSums | undefined,
  ) {
    const { zoho, mirror, request } = context;
    this.#context = context;
    this.#position = position;
    this.#chunks = new ChunkCounter(scanChunks(request.firstChunk), last?.chunkNumber);
    this.#totals = {
      ...(earlier ?? { read: 0, created: 0, updated: 0, unchanged: 0, failed: 0 }),
      lastAnswer: null,
      crowded: position.usedPageTokens ?? false,
    };
    this.#reader = pageReader(zoho, mirror.module, mirror.fields, request.kind === 'list' ? 'binary' : 'text');
    this.#pages = new ListPages(zoho, mirror, this.#reader.listFields, request.query);
    this.#next = position.done || this.#hasMet ? undefined : this.#fetch(position);
  }

  get hasMore(): boolean {
    return this.#next !== undefined;
  }

  /**
   * Reads the pages of the next chunk. It may be short, even empty, at the end of the list and where a token was lost.
   * @throws ZohoError when Zoho does not answer or the token was lost too often
   * @throws changes.too_many_at_once
   */
  async readBatch(): Promise<PageBatch> {
    const batch: PageBatch = { pages: [], bytes: 0, asOf: new Date(), startedAt: new Date() };
    try {
      while (this.#next && batch.pages.length < PAGES_PER_CHUNK) await this.#readNext(this.#next, batch);
    } catch (error) {
      if (this.#isBeyondReach(error)) throw tooManyAtOnce(this.#context.mirror.module, error);
      if (!this.#mayRestartAfter(error)) throw error;
      this.#restartAfterLostCursor();
    }
    return batch;
  }

  /** Starts to load a chunk once the one before is committed. Its failure is thrown by the next call, or by `finish`. */
  async loadInBackground(batch: PageBatch): Promise<void> {
    await this.#loading;
    if (batch.pages.length > 0) this.#loading = quietly(this.#commit(batch));
  }

  /** @returns what the whole scan has read, chunks of earlier attempts included */
  async finish(): Promise<ScanResult> {
    await this.#loading;
    return this.#totals;
  }

  /**
   * Waits for what is in flight, whatever becomes of it. To be called at the end of every scan: a load that outlives a
   * failed attempt would meet the next one.
   */
  async settle(): Promise<void> {
    await Promise.allSettled([this.#next, this.#spare, this.#loading]);
  }

  /** Reads a page, unless it fails and is not needed: once the scans have met, the other one has read its rows. */
  async #readNext(fetched: Promise<FetchedPage>, batch: PageBatch): Promise<void> {
    const position = this.#position;
    try {
      await this.#readPage(await fetched, batch);
    } catch (error) {
      if (!this.#hasMet) throw error;
      this.#position = position;
      this.#stopFetching();
    }
  }

  async #readPage({ page, asOf, next }: FetchedPage, batch: PageBatch): Promise<void> {
    this.#next = undefined;
    if (this.#hasMet) return;
    this.#advanceTo(next);
    if (batch.pages.length === 0) batch.asOf = asOf;
    this.#totals.lastAnswer ??= page.serverTime.toISOString();
    // Converting keeps the thread busy: the request for the next page must be on its way before.
    await setImmediate();
    batch.pages.push(this.#keepUnread(await this.#reader.read(page.body, asOf.getTime())));
    batch.bytes += page.body?.length ?? 0;
    if (page.body) reuseBody(page.body);
    if (this.#hasMet) this.#stopFetching();
  }

  #stopFetching(): void {
    this.#spare = this.#next;
    this.#next = undefined;
  }

  #advanceTo(next: PageCursor | null): void {
    this.#position = { ...this.#position, token: null, ...next, done: next === null };
    if (next !== null) this.#next = this.#fetch(next);
    const isByToken = this.#context.request.changesSince !== undefined && this.#position.token !== null;
    if (isByToken) this.#position.usedPageTokens = this.#totals.crowded = true;
  }

  get #hasMet(): boolean {
    return this.#context.request.twoEnded?.scan.isComplete ?? false;
  }

  /** Drops the rows that the scan from the other end has read; where the two meet, this one is done. */
  #keepUnread(page: CopyPage): CopyPage {
    const { twoEnded } = this.#context.request;
    if (!twoEnded) return page;
    const rows = twoEnded.scan.keepUnread(twoEnded.end, page, this.#reader.keepsOrder);
    const { done, reached } = this.#position;
    this.#position = { ...this.#position, reached: rows.reached ?? reached ?? null, done: done || rows.isLast };
    return rows;
  }

  #mayRestartAfter(error: unknown): boolean {
    return isCursorLost(error) && !this.#isBeyondReach(error) && this.#position.restarts < MAX_RESTARTS;
  }

  /** Page tokens reach so many records of one second, and starting over would end there again. */
  #isBeyondReach(error: unknown): error is ZohoError {
    const { changesSince } = this.#context.request;
    return changesSince !== undefined && isCursorLost(error) && error.code === 'PAGINATION_LIMIT_EXCEEDED';
  }

  /** Starts over: changes from the time that was reached, a list by id from its first page. */
  #restartAfterLostCursor(): void {
    const { modifiedSince, restarts, usedPageTokens = false } = this.#position;
    this.#position = { token: null, done: false, restarts: restarts + 1, modifiedSince, usedPageTokens };
    const { twoEnded } = this.#context.request;
    twoEnded?.scan.advance(twoEnded.end, null);
    this.#next = this.#fetch(this.#position);
  }

  #fetch(cursor: PageCursor): Promise<FetchedPage> {
    return quietly(this.#pages.fetch(cursor));
  }

  async #commit({ pages, bytes, asOf, startedAt }: PageBatch): Promise<void> {
    const { deps, zoho, mirror, request } = this.#context;
    const { sessionId, kind, compareValues, partialRead, trackRecords, keepSeenIds, firstLoad } = request;
    const identity = { sessionId, chunkNumber: this.#chunks.next(), kind };
    const cursor = JSON.stringify(this.#position);
    const source = copyPagesSource(mirror, this.#reader.fields, pages, zoho.signal);
    const rules = { compareValues, partialRead, trackRecords, keepSeenIds, firstLoad };
    const options = { ...rules, asOf, cursor, bytes, startedAt };
    const chunk = await loadChunk(deps.knex, mirror, identity, source, options);
    for (const key of ['read', 'created', 'updated', 'unchanged', 'failed'] as const) this.#totals[key] += chunk[key];
    zoho.report({ reading: mirror.module, kind, rows: this.#totals.read });
  }
}

function isCursorLost(error: unknown): error is ZohoError {
  return error instanceof ZohoError && error.category === 'cursor_lost';
}

function tooManyAtOnce(module: string, cause: ZohoError): Error {
  const message = `More records of ${module} were modified within one second than list pages reach. Run a full sync: it reads them by bulk read.`;
  return permanentFailure(FAILURES.changes.tooManyAtOnce, message, cause);
}

/** A failure surfaces where the promise is awaited; until then it must not count as unhandled. */
function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
