/**
 * Credits of the calls that cost other than one (Zoho's documentation: API Limits), both as calls are charged and as
 * `__apis` lists them. Prices that Zoho leaves open are switches.
 */
export const PRICES = {
  createBulkRead: 50,
  createBulkWrite: 500,
  deletedRecords: 2,
  customView: 3,
} as const;

const RECORDS_PER_CREDIT = 10;
const DELETIONS_PER_CREDIT = 100;

/** One credit for every ten records begun. */
export function priceOfWrite(records: number): number {
  return Math.max(1, Math.ceil(records / RECORDS_PER_CREDIT));
}

/** One credit for every hundred records begun. */
export function priceOfDelete(records: number): number {
  return Math.max(1, Math.ceil(records / DELETIONS_PER_CREDIT));
}

/** One credit for a LIMIT of up to 200 rows, two up to 1,000, three above. */
export function priceOfQuery(limit: number): number {
  return limit <= 200 ? 1 : limit <= 1_000 ? 2 : 3;
}
