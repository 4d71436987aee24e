import { coqlCredits, LIMITS } from '../../domain/zoho-limits';
import { type CallLabel, requestBug } from '../errors/errors';
import type { CallOptions, ZohoTransport } from '../http/transport';
import { readRecordPage, type RecordPage } from '../records/record-page';
import { coqlName, coqlWhere } from './coql-where';
import type { RecordCriteria } from './criteria';

/** In characters. Zoho names no limit; a query of 25 conditions with 100 values each seldom comes near. */
const MAX_LENGTH = 100_000;

const SOURCE = /\bfrom\s+(\w+)/i;

export const AGGREGATE_FUNCTIONS = ['COUNT', 'SUM', 'AVG', 'MIN', 'MAX'] as const;
export type AggregateFunction = (typeof AGGREGATE_FUNCTIONS)[number];

export interface CoqlAggregate {
  aggregate: AggregateFunction;
  /** API name. */
  field: string;
  /** The key of the value in the answer. */
  as: string;
}

export interface CoqlOrder {
  field: string;
  /** `asc` without it. */
  order?: 'asc' | 'desc' | undefined;
}

/**
 * A query in Zoho's query language; field names may be paths such as `Account_Name.Account_Name`, flat keys in the
 * answer.
 */
export interface CoqlQuery {
  /** 1 to 50 columns unless `maxColumns` says otherwise. `id` comes back anyway, except with aggregates. */
  select: readonly (string | CoqlAggregate)[];
  /** API name of the module. */
  from: string;
  /** Every record without it. */
  where?: RecordCriteria | undefined;
  /** At most 4; with it, every column is one of these or an aggregate. */
  groupBy?: readonly string[] | undefined;
  /** At most 10; ascending by id without it. */
  orderBy?: readonly CoqlOrder[] | undefined;
  /** 1 to 2,000, 200 without it: 1 credit up to 200, 2 up to 1,000, 3 above. */
  limit?: number | undefined;
  /** `offset` and `limit` reach 100,000 rows together; beyond, use `keysetPages`. */
  offset?: number | undefined;
}

/**
 * The text of a query. Values are quoted, names checked, conditions bracketed in pairs.
 *
 * @param maxColumns for organizations known to take more columns than documented.
 * @throws ZohoError `request_bug` for what breaks a limit of COQL, a name that is none, or a condition COQL has not.
 */
export function coqlText(query: CoqlQuery, maxColumns: number = LIMITS.coql.columns): string {
  const label: CallLabel = { operation: 'query_records', module: query.from };
  const { groupBy = [], orderBy = [], limit = LIMITS.coql.rowsWithoutLimit, offset = 0 } = query;
  checkModule(query.from);
  checkCounts(label, query, maxColumns);
  checkPage(label, limit, offset);
  const columns = query.select.map((column) => columnText(label, column));
  const groups = groupBy.map((field) => coqlName(label, field));
  const orders = orderBy.map(({ field, order }) => ({ name: coqlName(label, field), order }));
  checkRepeated(label, columns, 'column');
  checkRepeated(label, columnKeys(query), 'answered');
  checkRepeated(label, groups, 'GROUP BY');
  checkRepeated(
    label,
    orders.map(({ name }) => name),
    'ORDER BY',
  );
  const text = [
    `select ${columns.join(', ')} from ${query.from}`,
    `where ${query.where ? coqlWhere(label, query.where) : 'id is not null'}`,
    ...(groups.length > 0 ? [`group by ${groups.join(', ')}`] : []),
    ...(orders.length > 0
      ? [`order by ${orders.map(({ name, order }) => `${name} ${order === 'desc' ? 'desc' : 'asc'}`).join(', ')}`]
      : []),
    `limit ${offset}, ${limit}`,
  ].join(' ');
  if (text.length > MAX_LENGTH) {
    throw requestBug(label, `the query has ${text.length} characters, and ${MAX_LENGTH} are sent at most`);
  }
  return text;
}

/**
 * One page of a typed query (Zoho's documentation: COQL). 1 to 3 credits by its limit.
 *
 * @returns bytes as of a list call; lookups come as `{"id"}`, their name is not promised.
 * @throws ZohoError `request_bug` before the call, and the categories of `queryRecords`.
 */
export async function selectRecords(
  transport: ZohoTransport,
  query: CoqlQuery & { maxColumns?: number | undefined },
  options?: CallOptions,
): Promise<RecordPage> {
  return queryRecords(transport, coqlText(query, query.maxColumns), options);
}

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

function columnText(label: CallLabel, column: string | CoqlAggregate): string {
  if (typeof column === 'string') return coqlName(label, column);
  const { aggregate, field, as } = column;
  if (!AGGREGATE_FUNCTIONS.includes(aggregate)) throw requestBug(label, 'COQL does not know this aggregate');
  if (!/^[A-Za-z]\w{0,49}$/.test(as)) throw requestBug(label, `the alias for ${aggregate} of a column is not a name`);
  return `${aggregate}(${coqlName(label, field)}) as ${as}`;
}

function columnKeys({ select }: CoqlQuery): string[] {
  return select.map((column) => (typeof column === 'string' ? column : column.as));
}

/** The name of the module is not quoted in the query, and goes into the message of every other error. */
function checkModule(module: string): void {
  if (/^[A-Za-z]\w{0,99}$/.test(module)) return;
  throw requestBug({ operation: 'query_records' }, 'the name of the module is not an API name');
}

function checkCounts(label: CallLabel, query: CoqlQuery, maxColumns: number): void {
  const { select, groupBy = [], orderBy = [] } = query;
  const aggregates = select.filter((column) => typeof column !== 'string');
  const plain = select.filter((column) => typeof column === 'string');
  if (select.length === 0) throw requestBug(label, 'no column is named, and Zoho wants at least one');
  for (const [what, count, most] of [
    ['columns are', select.length, maxColumns],
    ['aggregates are', aggregates.length, LIMITS.coql.aggregates],
    ['fields of GROUP BY are', groupBy.length, LIMITS.coql.groupBy],
    ['fields of ORDER BY are', orderBy.length, LIMITS.coql.orderBy],
  ] as const) {
    if (count > most) throw requestBug(label, `${count} ${what} named, and Zoho takes ${most}`);
  }
  if (groupBy.length === 0 && aggregates.length > 0 && plain.length > 0) {
    throw requestBug(label, 'a column stands beside aggregates without a GROUP BY');
  }
  if (groupBy.length === 0 && aggregates.some(({ aggregate }) => aggregate === 'COUNT')) {
    throw requestBug(label, 'COUNT needs a GROUP BY: use countRecords for a number without groups');
  }
  if (groupBy.length > 0 && plain.some((column) => !groupBy.includes(column))) {
    throw requestBug(label, 'a column is neither an aggregate nor in GROUP BY');
  }
}

function checkPage(label: CallLabel, limit: number, offset: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMITS.coql.rows) {
    throw requestBug(label, `a limit of ${limit} rows is given, and Zoho takes 1 to ${LIMITS.coql.rows}`);
  }
  if (!Number.isInteger(offset) || offset < 0 || offset + limit > LIMITS.coql.reach) {
    throw requestBug(label, `offset and limit reach past ${LIMITS.coql.reach} rows, where only keyset paging goes`);
  }
}

/** Zoho answers DUPLICATE_DATA. */
function checkRepeated(label: CallLabel, names: readonly string[], where: string): void {
  if (new Set(names).size < names.length) throw requestBug(label, `a ${where} field is named twice`);
}
