import { ApiError } from '../../http/api-error';
import { type Exchange, isObject, json, jsonBody, NO_CONTENT, type Reply } from '../../http/exchange';
import { priceOfQuery } from '../../limits/prices';
import { comparisonsOf } from '../../query/condition';
import { type CoqlQuery, parseCoql } from '../../query/coql-parser';
import { runCoql } from '../../query/coql-run';
import type { Simulation } from '../../simulation';
import { readSwitch } from '../../switches';
import { rulesOf } from '../../versions';

/** `POST /coql` (Get Records through a COQL Query). */
export function queryRecords(simulation: Simulation, exchange: Exchange): Reply {
  const query = parseCoql(selectQuery(exchange));
  checkLimits(simulation, exchange, query);
  const { data, more } = runCoql(simulation.records, query, readSwitch(simulation, 'coqlLookups'));
  return data.length === 0 ? NO_CONTENT : json(200, { data, info: { count: data.length, more_records: more } });
}

/** The limits of the version and of the switches, whichever is lower. @throws ApiError LIMIT_EXCEEDED */
function checkLimits(simulation: Simulation, exchange: Exchange, query: CoqlQuery): void {
  const rules = rulesOf(exchange.params['version']);
  const rows = Math.min(rules.coqlRowsPerCall, readSwitch(simulation, 'coqlRowsPerCall'));
  const columns = Math.min(rules.coqlSelectColumns, readSwitch(simulation, 'coqlSelectColumns'));
  const values = Math.max(...comparisonsOf(query.condition).map(({ operands }) => operands.length));
  const exceeded = (limit: number, clause: string): ApiError =>
    new ApiError(400, 'LIMIT_EXCEEDED', 'limit exceeded', { limit, clause });
  if (query.limit > rows) throw exceeded(rows, 'limit');
  if (query.columns.length > columns) throw exceeded(columns, 'select');
  if (query.offset + query.limit > rules.coqlReach) throw exceeded(rules.coqlReach, 'offset');
  if (values > rules.coqlValuesPerIn) throw exceeded(rules.coqlValuesPerIn, 'where');
}

/** Credits of a query; one that cannot be parsed costs the least. */
export function coqlCredits(exchange: Exchange): number {
  try {
    return priceOfQuery(parseCoql(selectQuery(exchange)).limit);
  } catch {
    return priceOfQuery(0);
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
