/**
 * What each call costs of the organization's daily credits, by "API limits" of Zoho's documentation. Polling and
 * downloading a bulk-read job are not listed there and counted with the default of 1; the accounts server is free.
 */
export const CREDIT_COSTS = {
  list_modules: 1,
  get_module: 1,
  get_fields: 1,
  get_org: 1,
  list_users: 1,
  list_records: 1,
  get_record: 1,
  count_records: 1,
  list_deleted: 2,
  query_records: 1,
  search_records: 1,
  create_bulk_read_job: 50,
  get_bulk_read_job: 1,
  download_bulk_read_result: 1,
  refresh_token: 0,
  exchange_grant_code: 0,
  revoke_token: 0,
} as const satisfies Readonly<Record<string, number>>;

/** The calls this client makes, in our words; the `operation` of errors and observed calls. */
export type ZohoOperation = keyof typeof CREDIT_COSTS;

const LIMIT_CLAUSE = /\blimit\s+(\d+)(?:\s*,\s*(\d+))?(?:\s+offset\s+\d+)?\s*$/i;
const DEFAULT_COQL_LIMIT = 200;

/**
 * Credits of a COQL query, which depend on its LIMIT: 1 up to 200 rows, 2 up to 1,000, 3 above.
 *
 * @param selectQuery `limit n`, `limit n offset m` and `limit offset, n` are understood; without a limit Zoho takes 200.
 */
export function coqlCredits(selectQuery: string): number {
  const [, first, second] = LIMIT_CLAUSE.exec(selectQuery) ?? [];
  const limit = Number(second ?? first ?? DEFAULT_COQL_LIMIT);
  if (limit <= 200) return CREDIT_COSTS.query_records;
  return limit <= 1000 ? 2 : 3;
}
