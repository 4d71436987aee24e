import { CUSTOM_VIEW_CREDITS } from '../../domain/zoho-limits';
import { requestBug } from '../errors/errors';
import { checkPaging, joinFields, joinIds } from '../http/request-limits';
import type { CallOptions, ZohoTransport } from '../http/transport';
import { type RecordPage, readRecordPage } from './record-page';

/** Converted leads are left out unless requested; other modules ignore the parameter. */
export type Converted = 'true' | 'false' | 'both';

export interface ListRecordsQuery {
  /** 1 to 50 API names. `id` comes back anyway. Names Zoho does not know are ignored by it. */
  fields: readonly string[];
  /** 1 to 200; 200 without it. */
  perPage?: number | undefined;
  /** Reaches the first 2,000 records only. */
  page?: number | undefined;
  /** Reaches 100,000 records; everything else must be as in the call that returned it. */
  pageToken?: string | undefined;
  /** `id` without it. */
  sortBy?: 'id' | 'Created_Time' | 'Modified_Time' | undefined;
  /** `desc` without it. */
  sortOrder?: 'asc' | 'desc' | undefined;
  /** ISO 8601 with offset, whole seconds; take it as exclusive and leave an overlap. */
  modifiedSince?: string | undefined;
  /** At most 100. */
  ids?: readonly string[] | undefined;
  converted?: Converted | undefined;
  /** Id of a custom view, which filters and sorts: not together with `sortBy`. */
  customView?: string | undefined;
}

/**
 * One page of a module's records (Zoho's documentation: Get Records). 1 credit, 3 with a custom view.
 *
 * @param module API name.
 * @throws ZohoError `request_bug` before the call if it breaks a limit; `cursor_lost` if the page token is expired or
 *   does not fit the other parameters, or past the records it can reach; the categories of every call.
 */
export async function listRecords(
  transport: ZohoTransport,
  module: string,
  query: ListRecordsQuery,
  options?: CallOptions,
): Promise<RecordPage> {
  const label = { operation: 'list_records', module } as const;
  checkPaging(label, query);
  if (query.customView !== undefined && query.sortBy !== undefined) {
    throw requestBug(label, 'a custom view and an order are given, and Zoho takes one of them');
  }
  const request = {
    ...label,
    path: `/crm/v8/${encodeURIComponent(module)}`,
    query: {
      fields: joinFields(label, query.fields),
      per_page: query.perPage,
      page: query.page,
      page_token: query.pageToken,
      sort_by: query.sortBy,
      sort_order: query.sortOrder,
      ids: joinIds(label, query.ids),
      converted: query.converted,
      cvid: query.customView,
    },
    headers: { 'if-modified-since': query.modifiedSince },
    heavy: query.customView !== undefined || query.sortBy !== undefined,
    ...(query.customView === undefined ? {} : { credits: CUSTOM_VIEW_CREDITS }),
  };
  return transport.raw(request, options, (answer) => readRecordPage(label, answer));
}
