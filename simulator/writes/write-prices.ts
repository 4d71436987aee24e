import { type Exchange, isObject, jsonBody } from '../http/exchange';
import { nameList } from '../routes/parameters';

const RECORDS_PER_CREDIT = 10;
const DELETIONS_PER_CREDIT = 100;
const HEAVY_RECORDS = 10;

/** One credit for ten records. */
export function writeCredits(exchange: Exchange): number {
  return Math.max(1, Math.ceil(recordCount(exchange) / RECORDS_PER_CREDIT));
}

/** One credit for a hundred records. */
export function deleteCredits({ query }: Exchange): number {
  return Math.max(1, Math.ceil(nameList(query.get('ids')).length / DELETIONS_PER_CREDIT));
}

/** Calls with more than ten records count against the sub-concurrency. */
export function isHeavyWrite(exchange: Exchange): boolean {
  return recordCount(exchange) > HEAVY_RECORDS;
}

function recordCount(exchange: Exchange): number {
  const body = jsonBody(exchange);
  return isObject(body) && Array.isArray(body['data']) ? body['data'].length : 0;
}
