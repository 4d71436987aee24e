/**
 * What each call costs of the organization's daily credits, by "API limits" of Zoho's documentation; calls that cost by
 * the number of records have a function below. Polling, uploads and downloads of jobs are not listed there and counted
 * with the default of 1; mass update is not listed either, its prices are an estimate. The accounts server is free.
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
  list_apis: 1,
  count_users: 1,
  insert_records: 1,
  update_records: 1,
  upsert_records: 1,
  delete_records: 1,
  mass_update_records: 1,
  create_mass_update_job: 50,
  get_mass_update_job: 1,
  upload_bulk_file: 1,
  create_bulk_write_job: 500,
  get_bulk_write_job: 1,
  download_bulk_write_result: 1,
  create_fields: 1,
  update_fields: 1,
  watch_channels: 1,
  list_channels: 1,
  renew_channels: 1,
  update_channels: 1,
  remove_events: 1,
  disable_channels: 1,
  refresh_token: 0,
  exchange_grant_code: 0,
  revoke_token: 0,
} as const satisfies Readonly<Record<string, number>>;

/** The calls this client makes, in our words; the `operation` of errors and observed calls. */
export type ZohoOperation = keyof typeof CREDIT_COSTS;

/** Credits of a list call that reads a custom view. */
export const CUSTOM_VIEW_CREDITS = 3;

const RECORDS_PER_WRITE_CREDIT = 10;
const RECORDS_PER_DELETE_CREDIT = 100;

/** Credits of an insert, update or upsert: one for every ten records begun. */
export function writeCredits(records: number): number {
  return Math.ceil(records / RECORDS_PER_WRITE_CREDIT);
}

/** Credits of a delete, or (an estimate) of a mass update by ids: one for every hundred records begun. */
export function deleteCredits(records: number): number {
  return Math.ceil(records / RECORDS_PER_DELETE_CREDIT);
}

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
