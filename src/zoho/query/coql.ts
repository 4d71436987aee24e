import { LIMITS, coqlCredits } from '../../domain/zoho-limits';
import type { CallOptions, ZohoTransport } from '../http/transport';
import { type RecordPage, readRecordPage } from '../records/record-page';

const SOURCE = /\bfrom\s+(\w+)/i;
const LIMIT_CLAUSE = /\blimit\s+(\d+)(?:\s*,\s*(\d+))?(?:\s+offset\s+\d+)?\s*$/i;

/**
 * Requests one page of a query in Zoho's query language (Zoho's documentation: COQL). 1 to 3 credits by its LIMIT.
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
    credits: coqlCredits(limitOf(selectQuery)),
    heavy: true,
  };
  return transport.raw(request, options, (answer) => readRecordPage(label, answer));
}

/** The LIMIT of a query, written as `limit n`, `limit n offset m` or `limit offset, n`; Zoho's default without one. */
export function limitOf(selectQuery: string): number {
  const [, first, second] = LIMIT_CLAUSE.exec(selectQuery) ?? [];
  return Number(second ?? first ?? LIMITS.coql.rowsWithoutLimit);
}
