import { joinFields, joinIds } from '../http/request-limits';
import type { CallOptions, ZohoTransport } from '../http/transport';

export interface RichTextsQuery {
  /** API names of rich-text fields: others are not returned. */
  fields: readonly string[];
  /** 1 to 100. */
  ids: readonly string[];
}

/**
 * Whole rich texts of records, which lists cut (Zoho's documentation: Get Rich Text Fields). 1 credit.
 *
 * @returns the JSON bytes, untouched: `{"data":[{"id":"...","Body":"..."}]}`; null if there are none of these records.
 * @throws ZohoError the categories of every call.
 */
export async function getRichTexts(
  transport: ZohoTransport,
  module: string,
  query: RichTextsQuery,
  options?: CallOptions,
): Promise<Buffer | null> {
  const label = { operation: 'get_rich_texts', module } as const;
  const request = {
    ...label,
    path: `/crm/v8/${encodeURIComponent(module)}/actions/fetch_full_data`,
    query: { fields: joinFields(label, query.fields), ids: joinIds(label, query.ids) },
  };
  return transport.raw(request, options, ({ body }) => body);
}
