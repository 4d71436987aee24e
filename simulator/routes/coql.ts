import { ApiError } from '../http/api-error';
import { type Exchange, isObject, json, jsonBody, NO_CONTENT, type Reply } from '../http/exchange';
import { parseCoql } from '../query/coql-parser';
import { runCoql } from '../query/coql-run';
import type { Simulation } from '../simulation';

/** `POST /coql` (Get Records through a COQL Query). */
export function queryRecords({ records }: Simulation, exchange: Exchange): Reply {
  const { data, more } = runCoql(records, parseCoql(selectQuery(exchange)));
  return data.length === 0 ? NO_CONTENT : json(200, { data, info: { count: data.length, more_records: more } });
}

/** One credit for up to 200 rows asked for, two up to 1,000, three above. */
export function coqlCredits(exchange: Exchange): number {
  try {
    const { limit } = parseCoql(selectQuery(exchange));
    return limit <= 200 ? 1 : limit <= 1_000 ? 2 : 3;
  } catch {
    return 1;
  }
}

function selectQuery(exchange: Exchange): string {
  const body = jsonBody(exchange);
  const query = isObject(body) ? body['select_query'] : undefined;
  if (typeof query !== 'string') {
    throw new ApiError(400, 'MANDATORY_NOT_FOUND', 'required field not found', { api_name: 'select_query' });
  }
  return query;
}
