import { pageConverter } from '../../../db/mirror/copy/page-columns';
import type { MirrorModule } from '../../../db/mirror/mirror-module';
import { isInOrderOfTime, nextCursor, type ChangeCursor } from '../../../domain/mirror/change-cursor';
import { MODIFIED_TIME_FIELD } from '../../../domain/mirror/mirror-field';
import { instantOf, type ClockReading } from '../../../domain/mirror/zoho-clock';
import type { ReadPath } from '../../../domain/runs/enums';
import { LIMITS } from '../../../domain/zoho-limits';
import { ZohoError } from '../../../zoho/errors/errors';
import { CallBatch } from '../../../zoho/http/call-limiter';
import type { CallOptions } from '../../../zoho/http/transport';
import { listRecords, type Converted, type ListRecordsQuery } from '../../../zoho/records/list-records';
import type { RecordPage } from '../../../zoho/records/record-page';
import type { ZohoWork } from '../../with-zoho';
import { timedAnswer } from '../timed-answer';

/** Beginning of a page. A scan of changes has a time. */
export interface PageCursor {
  token: string | null;
  modifiedSince?: string | undefined;
  /** Only tokens lead on, since the records do not come in the order of their times. */
  tokensOnly?: boolean;
}

export interface FetchedPage {
  page: RecordPage;
  /** A time on Zoho's clock before the page was read. */
  asOf: Date;
  clocks: ClockReading;
  /** Beginning of the next page; null after the last one. */
  next: PageCursor | null;
  /** False if its changes do not come in the order of their times. */
  isInOrder: boolean;
}

/**
 * Fetches the pages of a list: by id, where the token of a page leads to the next, or by time of modification, where
 * the time it reached does (see `nextCursor`). Whether there are more pages is what Zoho says, not what leads there.
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

  /** @throws ZohoError as of `listRecords`; `cursor_lost` NO_PAGE_TOKEN if more records are there and nothing leads to them */
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
    if (modifiedSince === undefined || cursor.tokensOnly) {
      return { page: answer, asOf, clocks, next: this.#nextByToken(answer), isInOrder: true };
    }
    const times = this.#timesOf(answer.body);
    const next = this.#nextByTime({ modifiedSince, token }, answer, times.at(-1) ?? null);
    return { page: answer, asOf, clocks, next, isInOrder: isInOrderOfTime({ modifiedSince, token }, times) };
  }

  #nextByToken({ moreRecords, nextPageToken }: RecordPage): Pick<PageCursor, 'token'> | null {
    if (!moreRecords) return null;
    if (nextPageToken === null) throw this.#leadsNowhere();
    return { token: nextPageToken };
  }

  #nextByTime(cursor: ChangeCursor, page: RecordPage, lastModified: string | null): PageCursor | null {
    if (!page.moreRecords) return null;
    const next = nextCursor(cursor, { lastModified, nextToken: page.nextPageToken });
    if (next === null) throw this.#leadsNowhere();
    return next;
  }

  #leadsNowhere(): ZohoError {
    const reason = 'Zoho says that there are more records and gives no page token for them';
    const label = { operation: 'list_records', module: this.#mirror.module };
    return new ZohoError({ ...label, category: 'cursor_lost', code: 'NO_PAGE_TOKEN', reason });
  }

  /** Each row of a page ends with its time, or with `\N`. */
  #timesOf(body: Buffer | null): (string | null)[] {
    const lines = this.#times.convert(body).copy.toString('latin1').split('\n');
    lines.pop();
    return lines.map((line) => {
      const time = line.slice(line.lastIndexOf('\t') + 1);
      return Number.isNaN(instantOf(time)) ? null : time;
    });
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
