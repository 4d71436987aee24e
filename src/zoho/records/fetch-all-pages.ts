// For the operation `fetch_all_pages` of the specification; the sync reads its pages for COPY instead.
import { LIMITS } from '../../domain/zoho-limits';
import { requestBug, ZohoError } from '../errors/errors';
import { PagingProgress } from '../http/paging-progress';
import type { CallOptions, ZohoTransport } from '../http/transport';
import { FieldGatherer, timedPage } from './gather-fields';
import { type ListRecordsQuery, listRecords } from './list-records';
import type { RecordPage } from './record-page';

export interface AllPagesQuery extends Pick<
  ListRecordsQuery,
  'perPage' | 'page' | 'pageToken' | 'sortBy' | 'sortOrder' | 'modifiedSince' | 'converted'
> {
  /** At least one API name. More than 50 take further calls for each page: one for every 49 fields and 100 records. */
  fields: readonly string[];
}

/**
 * Reads all records of a list, page by page (Zoho's documentation: Get Records). Continues by page tokens, so it does
 * not stop at 2,000 records; `page` or the `nextPageToken` of an earlier scan with the same parameters sets the start.
 *
 * Pages show live data: a record that changes its place meanwhile can come twice or not at all. Records are of one
 * version each, however many fields they have; see `FieldGatherer`.
 *
 * @returns pages as of `listRecords`, none for an empty list. A page of more than 50 fields is put together anew: each
 *   record has `id`, `Modified_Time`, then the fields in the order asked for, every value as Zoho wrote it.
 * @throws ZohoError `request_bug` before the call if it breaks a limit; `cursor_lost` PAGINATION_LIMIT_EXCEEDED if more
 *   than 100,000 records are there, after the last page that can be reached; `cursor_lost` if a token has expired;
 *   `endless_list` if pages come again and again; the categories of every call.
 */
export async function* fetchAllPages(
  transport: ZohoTransport,
  module: string,
  query: AllPagesQuery,
  options?: CallOptions,
): AsyncGenerator<RecordPage, void, undefined> {
  const label = { operation: 'list_records', module } as const;
  if (query.fields.length === 0) throw requestBug(label, 'no field is named, and Zoho wants at least one');
  const gatherer =
    new Set(query.fields).size > LIMITS.listPage.fields
      ? new FieldGatherer(transport, module, query.fields, query.converted, options)
      : undefined;
  const fields = gatherer?.listFields ?? [...new Set(query.fields)];
  let { page, pageToken } = query;
  const progress = new PagingProgress(label);
  let records = page === undefined ? 0 : (page - 1) * (query.perPage ?? LIMITS.listPage.rows);
  for (;;) {
    const place = { ...query, fields, page, pageToken };
    const timed = await timedPage(() => listRecords(transport, module, place, options));
    const { count, moreRecords, nextPageToken } = timed.page;
    if (count > 0) yield gatherer ? await gatherer.complete(timed) : timed.page;
    if (!moreRecords) return;
    records += count;
    if (records >= LIMITS.listPage.tokenRows) {
      const reason = `the list has more than the ${LIMITS.listPage.tokenRows} records that page tokens reach`;
      throw new ZohoError({ ...label, category: 'cursor_lost', code: 'PAGINATION_LIMIT_EXCEEDED', reason });
    }
    if (nextPageToken === null) {
      const reason = 'Zoho says that there are more records and gives no token for them';
      throw new ZohoError({ ...label, category: 'cursor_lost', code: 'NO_PAGE_TOKEN', reason });
    }
    progress.note(idsOf(timed.page), nextPageToken);
    page = undefined;
    pageToken = nextPageToken;
  }
}

/** Ids in a page, those of lookups included. */
function idsOf({ body }: RecordPage): string[] {
  return body?.toString('latin1').match(/"id"\s*:\s*"\d+"/g) ?? [];
}
