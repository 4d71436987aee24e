import { coqlCredits } from '../http/credit-costs';
import type { CallOptions, ZohoTransport } from '../http/transport';
import { type RecordPage, readRecordPage } from '../records/record-page';

const SOURCE = /\bfrom\s+(\w+)/i;

/**
 * One page of a query in Zoho's query language (Zoho's documentation: COQL). 1 to 3 credits by its LIMIT.
 *
 * @param selectQuery complete, with its WHERE clause, which is mandatory, and values already quoted.
 * @returns bytes as of a list call; there are no page tokens, the next page is the next query.
 * @throws ZohoError `validation` SYNTAX_ERROR or INVALID_QUERY; the query is part of no error and no report.
 */
export async function queryRecords(
  transport: ZohoTransport,
  selectQuery: string,
  options?: CallOptions,
): Promise<RecordPage> {
  const module = SOURCE.exec(selectQuery)?.[1];
  const label = { operation: 'query_records', ...(module === undefined ? {} : { module }) } as const;
  const request = {
    ...label,
    path: '/crm/v8/coql',
    body: { select_query: selectQuery },
    credits: coqlCredits(selectQuery),
    heavy: true,
  };
  return transport.raw(request, options, (answer) => readRecordPage(label, answer));
}
