import { type Exchange, isObject, jsonBody } from '../http/exchange';
import { priceOfDelete, priceOfWrite } from '../limits/prices';
import { nameList } from '../routes/parameters';

const HEAVY_RECORDS = 10;

/** Credits of an insert, update or upsert. */
export function writeCredits(exchange: Exchange): number {
  return priceOfWrite(recordCount(exchange));
}

/** Credits of a delete. */
export function deleteCredits({ query }: Exchange): number {
  return priceOfDelete(nameList(query.get('ids')).length);
}

/** Calls with more than ten records count against the sub-concurrency. */
export function isHeavyWrite(exchange: Exchange): boolean {
  return recordCount(exchange) > HEAVY_RECORDS;
}

function recordCount(exchange: Exchange): number {
  const body = jsonBody(exchange);
  return isObject(body) && Array.isArray(body['data']) ? body['data'].length : 0;
}
