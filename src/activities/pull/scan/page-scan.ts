import { setImmediate } from 'node:timers/promises';
import type { CopyPage } from '../../../db/mirror/copy/copy-page';
import { copyPagesSource } from '../../../db/mirror/load/chunk-sources';
import { loadChunk } from '../../../db/mirror/load/load-chunk';
import { findLastChunk, sumChunks, type ChunkResult, type RowSums } from '../../../db/sessions/chunks';
import { MODIFIED_TIME_FIELD } from '../../../domain/mirror/mirror-field';
import { earliestNow } from '../../../domain/mirror/zoho-clock';
import { ChunkCounter, scanChunks } from '../../../domain/runs/chunk-numbers';
import { reuseBody } from '../../../zoho/http/body-memory';
import { PagingProgress } from '../../../zoho/http/paging-progress';
import { UNFINISHED } from '../leg';
import { ListPages, type FetchedPage, type PageCursor } from './list-pages';
import { pageReader, type PageReader, type ReadPage } from './page-rows';
import {
  BEGINNING_OF_TIME,
  isBeyondTokens,
  PagesOutOfOrder,
  positionAfter,
  tooManyChanges,
  type ScanPosition,
} from './scan-position';
import type { ScanContext, ScanOutcome, ScanResult } from './scan-request';

/** Pages that are committed together: few transactions, and little to read again after a crash. */
const PAGES_PER_CHUNK = 20;

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
  readonly #progress: PagingProgress;
  #position: ScanPosition;
  /** The leg ended before the list did. */
  #isCutShort = false;
  #next: Promise<FetchedPage> | undefined;
  /** Pages that were being fetched and are not needed. Their calls are awaited, so that the ledger has all of the cost. */
  readonly #spare: Promise<FetchedPage>[] = [];
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
      modifiedSince: request.changesSince ?? (request.byTime && !last ? BEGINNING_OF_TIME : undefined),
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
    earlier: RowSums | undefined,
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
    this.#progress = new PagingProgress({ operation: 'list_records', module: mirror.module });
    this.#pages = new ListPages(zoho, mirror, this.#reader.listFields, request.query);
    this.#next = position.done || this.#hasMet ? undefined : this.#fetch(position);
  }

  get hasMore(): boolean {
    return this.#next !== undefined;
  }

  /**
   * Reads the pages of the next chunk. It may be short, even empty, at the end of the list and where a token was lost.
   * What was read before a page that fails is committed all the same: it has been paid for.
   * @throws ZohoError when Zoho does not answer, the token was lost too often or the list has no end
   * @throws PagesOutOfOrder when the scans from both ends cannot meet
   * @throws changes.too_many_at_once, changes.out_of_order
   */
  async readBatch(): Promise<PageBatch> {
    const batch: PageBatch = { pages: [], bytes: 0, asOf: new Date(), startedAt: new Date() };
    try {
      while (this.#next && batch.pages.length < PAGES_PER_CHUNK) await this.#readNext(this.#next, batch);
    } catch (error) {
      if (this.#goesOnAfter(error)) return batch;
      if (!this.#context.zoho.signal.aborted) {
        await this.loadInBackground(batch);
        await this.#loading;
      }
      throw tooManyChanges(error, this.#context.mirror.module, this.#position) ?? error;
    }
    return batch;
  }

  /** Starts to load a chunk once the one before is committed. Its failure is thrown by the next call, or by `finish`. */
  async loadInBackground(batch: PageBatch): Promise<void> {
    await this.#loading;
    if (batch.pages.length > 0) this.#loading = quietly(this.#commit(batch));
  }

  /** @returns what the whole scan has read, chunks of earlier attempts included */
  async finish(): Promise<ScanOutcome> {
    await this.#loading;
    if (this.#isCutShort && !this.#position.done && !this.#hasMet) return UNFINISHED;
    const { lastAnswer } = this.#totals;
    return { ...this.#totals, lastAnswer: lastAnswer ?? this.#position.firstAnswer ?? null };
  }

  /**
   * Waits for what is in flight, whatever becomes of it. To be called at the end of every scan: a load that outlives a
   * failed attempt would meet the next one.
   */
  async settle(): Promise<void> {
    await Promise.allSettled([this.#next, ...this.#spare, this.#loading]);
  }

  /** Reads a page, unless it fails and is not needed: once the scans have met, the other one has read its rows. */
  async #readNext(fetched: Promise<FetchedPage>, batch: PageBatch): Promise<void> {
    const position = this.#position;
    try {
      await this.#readPage(await fetched, batch);
    } catch (error) {
      this.#position = position;
      this.#stopFetching();
      if (!this.#hasMet) throw error;
    }
  }

  async #readPage({ page, asOf, clocks, next, isInOrder }: FetchedPage, batch: PageBatch): Promise<void> {
    this.#next = undefined;
    this.#context.leg.noteCall();
    if (this.#hasMet) return;
    if (!isInOrder && !this.#isWhole(next)) throw new PagesOutOfOrder();
    this.#advanceTo(next);
    if (batch.pages.length === 0) batch.asOf = asOf;
    this.#totals.lastAnswer ??= earliestNow(clocks).toISOString();
    this.#position.firstAnswer = this.#totals.lastAnswer;
    // Converting keeps the thread busy: the request for the next page must be on its way before.
    await setImmediate();
    const read = await this.#reader.read(page.body, asOf.getTime());
    this.#noteProgress(read.listed, next);
    batch.pages.push(this.#keepUnread(read));
    batch.bytes += page.body?.length ?? 0;
    if (page.body) reuseBody(page.body);
    if (this.#hasMet) this.#stopFetching();
  }

  /** Asks for the next page, unless the leg is over: nobody would read it. */
  #goOn(): void {
    this.#isCutShort = this.#context.leg.isOver;
    if (!this.#isCutShort) this.#next = this.#fetch(this.#position);
  }

  #stopFetching(): void {
    if (this.#next) this.#spare.push(this.#next);
    this.#next = undefined;
  }

  #advanceTo(next: PageCursor | null): void {
    this.#position = { ...this.#position, token: null, ...next, done: next === null };
    if (next !== null) this.#goOn();
    const isByToken = this.#position.modifiedSince !== undefined && this.#position.token !== null;
    if (isByToken) this.#position.usedPageTokens = this.#totals.crowded = true;
  }

  /** A time that was reached is progress by itself; by token, pages have to bring what was not there before. */
  #noteProgress(listed: readonly string[], next: PageCursor | null): void {
    if (next === null) return;
    if (next.token === null) this.#progress.restart();
    else this.#progress.note(listed, next.token);
  }

  /** Whether a page has all changes, so that their order does not matter. */
  #isWhole(next: PageCursor | null): boolean {
    return next === null && this.#position.token === null && this.#position.modifiedSince === this.#start;
  }

  get #hasMet(): boolean {
    return this.#context.request.twoEnded?.scan.isComplete ?? false;
  }

  /** Drops the rows that the scan from the other end has read; where the two meet, this one is done. */
  #keepUnread(page: ReadPage): CopyPage {
    const { twoEnded } = this.#context.request;
    if (!twoEnded) return page;
    if (!twoEnded.scan.isInOrder(twoEnded.end, page.listed)) throw new PagesOutOfOrder();
    const rows = twoEnded.scan.keepUnread(twoEnded.end, page, this.#reader.keepsOrder);
    const { done, reached } = this.#position;
    this.#position = { ...this.#position, reached: rows.reached ?? reached ?? null, done: done || rows.isLast };
    return rows;
  }

  /** Time from which on changes are read, if they are. */
  get #start(): string | undefined {
    const { byTime, changesSince } = this.#context.request;
    return changesSince ?? (byTime ? BEGINNING_OF_TIME : undefined);
  }

  /** Goes on elsewhere after a page that failed, if that is possible. */
  #goesOnAfter(error: unknown): boolean {
    const { mirror, request } = this.#context;
    const { twoEnded } = request;
    if (twoEnded && isBeyondTokens(error)) {
      twoEnded.scan.exhaust(twoEnded.end);
      return true;
    }
    if (twoEnded && error instanceof PagesOutOfOrder) return false;
    const hasTimes = mirror.fields.some(({ apiName }) => apiName === MODIFIED_TIME_FIELD);
    const position = positionAfter(error, this.#position, { start: this.#start, hasTimes });
    if (position === undefined) return false;
    this.#position = position;
    this.#isCutShort = false;
    this.#totals.crowded ||= position.usedPageTokens ?? false;
    this.#progress.restart();
    twoEnded?.scan.advance(twoEnded.end, null);
    this.#next = this.#fetch(position);
    return true;
  }

  #fetch(cursor: PageCursor): Promise<FetchedPage> {
    return quietly(this.#pages.fetch(cursor));
  }

  async #commit({ pages, bytes, asOf, startedAt }: PageBatch): Promise<void> {
    const { deps, zoho, mirror, request } = this.#context;
    const { sessionId, kind, compareValues, partialRead, terms, trackRecords, keepSeenIds, firstLoad } = request;
    const identity = { sessionId, chunkNumber: this.#chunks.next(), kind };
    const cursor = JSON.stringify(this.#position);
    const source = copyPagesSource(mirror, this.#reader.fields, pages, zoho.signal);
    const rules = { compareValues, partialRead, comparison: terms, trackRecords, keepSeenIds, firstLoad };
    const options = { ...rules, asOf, cursor, bytes, startedAt };
    const chunk = await loadChunk(deps.knex, mirror, identity, source, options);
    for (const key of ['read', 'created', 'updated', 'unchanged', 'failed'] as const) this.#totals[key] += chunk[key];
    zoho.report({ reading: mirror.module, kind, rows: this.#totals.read });
  }
}

/** A failure surfaces where the promise is awaited; until then it must not count as unhandled. */
function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
