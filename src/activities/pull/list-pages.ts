import { pageConverter } from '../../db/mirror/copy/page-columns';
import type { MirrorModule } from '../../db/mirror/mirror-module';
import { nextCursor } from '../../domain/mirror/change-cursor';
import { MODIFIED_TIME_FIELD } from '../../domain/mirror/mirror-field';
import { instantOf, type ClockReading } from '../../domain/mirror/zoho-clock';
import type { ReadPath } from '../../domain/runs/enums';
import { LIMITS } from '../../domain/zoho-limits';
import { CallBatch } from '../../zoho/http/call-limiter';
import type { CallOptions } from '../../zoho/http/transport';
import { listRecords, type Converted, type ListRecordsQuery } from '../../zoho/records/list-records';
import type { RecordPage } from '../../zoho/records/record-page';
import type { ZohoWork } from '../with-zoho';
import { timedAnswer } from './timed-answer';

/** Beginning of a page. A scan of changes has a time. */
export interface PageCursor {
  token: string | null;
  modifiedSince?: string | undefined;
}

export interface FetchedPage {
  page: RecordPage;
  /** A time on Zoho's clock before the page was read. */
  asOf: Date;
  clocks: ClockReading;
  /** Beginning of the next page; null after the last one. */
  next: PageCursor | null;
}

/**
 * Fetches the pages of a list: by id, where the token of a page leads to the next, or by time of modification, where
 * the time it reached does (see `nextCursor`).
 */
export class ListPages {
  readonly #times: ReturnType<typeof pageConverter>;
  readonly #options: CallOptions;
  readonly #zoho: ZohoWork;
  readonly #mirror: MirrorModule;
  readonly #fields: readonly string[];
  readonly #query: Pick<ListRecordsQuery, 'sortOrder' | 'converted'>;

  constructor(
    zoho: ZohoWork,
    mirror: MirrorModule,
    fields: readonly string[],
    query: Pick<ListRecordsQuery, 'sortOrder' | 'converted'>,
  ) {
    this.#zoho = zoho;
    this.#mirror = mirror;
    this.#fields = fields;
    this.#query = query;
    this.#options = { ...zoho.options, batch: new CallBatch() };
    this.#times = pageConverter(mirror.fields.filter((field) => field.apiName === MODIFIED_TIME_FIELD));
  }

  /** @throws ZohoError as of `listRecords` */
  async fetch(cursor: PageCursor): Promise<FetchedPage> {
    const mirror = this.#mirror;
    const { token, modifiedSince } = cursor;
    const query: ListRecordsQuery = {
      ...convertedParameter(mirror.module),
      ...this.#query,
      ...(modifiedSince !== undefined && { sortBy: 'Modified_Time', sortOrder: 'asc', modifiedSince }),
      fields: this.#fields,
      perPage: LIMITS.listPage.rows,
      ...(token !== null && { pageToken: token }),
    };
    const { answer, asOf, clocks } = await timedAnswer(() =>
      listRecords(this.#zoho.transport, mirror.module, query, this.#options),
    );
    return { page: answer, asOf, clocks, next: this.#cursorAfter(cursor, answer) };
  }

  #cursorAfter({ modifiedSince }: PageCursor, page: RecordPage): PageCursor | null {
    const nextToken = page.moreRecords ? page.nextPageToken : null;
    if (nextToken === null) return null;
    if (modifiedSince === undefined) return { token: nextToken };
    return nextCursor({ modifiedSince, token: null }, { lastModified: this.#lastModified(page.body), nextToken });
  }

  /** The last row of a page ends with its time, or with `\N`. */
  #lastModified(body: Buffer | null): string | null {
    const { copy } = this.#times.convert(body);
    const time = copy.toString('latin1', copy.lastIndexOf('\t') + 1).trimEnd();
    return Number.isNaN(instantOf(time)) ? null : time;
  }
}

/**
 * Zoho hides converted leads from lists and counts unless asked for them. Converting is a state of a lead, not its end,
 * so the mirror keeps it.
 */
export function convertedParameter(module: string): { converted?: Converted } {
  return hasConverted(module) ? { converted: 'both' } : {};
}

/** True if a path leaves converted records out: bulk read has no such parameter. */
export function leavesOutConverted(module: string, path: ReadPath): boolean {
  return path === 'bulk' && hasConverted(module);
}

function hasConverted(module: string): boolean {
  return module === 'Leads';
}
