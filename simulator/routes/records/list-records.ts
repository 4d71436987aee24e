import type { Column } from '../../data/column';
import { ApiError, invalidData, patternNotMatched } from '../../http/api-error';
import { type Exchange, header, NO_CONTENT, type Reply } from '../../http/exchange';
import { compileCondition, type RowTest } from '../../query/evaluate';
import type { Simulation } from '../../simulation';
import type { Converted } from '../../store/module-store';
import { rowsById, rowsByModified } from '../../store/ordered-rows';
import { DELETED } from '../../store/overlay';
import type { OpenModule } from '../../store/records';
import { rowsByColumn } from '../../store/sorted-rows';
import { readSwitch } from '../../switches';
import { rulesOf, type VersionRules } from '../../versions';
import { findView } from '../../views/custom-views';
import {
  convertedParameter,
  fieldsParameter,
  integerParameter,
  MAX_PER_PAGE,
  modifiedFrom,
  nameList,
  optionalFields,
} from '../parameters';
import type { PageState, PageTokens } from './page-token';

const ROWS_BY_PAGE_NUMBER = 2_000;
const MAX_IDS = 100;
const SORTS = ['id', 'Created_Time', 'Modified_Time'] as const;

interface ListQuery {
  readonly columns: readonly Column[];
  readonly perPage: number;
  readonly sortBy: string;
  readonly descending: boolean;
  readonly converted: Converted;
  readonly modifiedFrom: number | undefined;
  /** The filter of a custom view. */
  readonly test?: RowTest;
}

interface Page {
  readonly rows: readonly number[];
  readonly more: boolean;
  readonly snapshot?: number;
}

/** A page without records of a list that says it has more. */
const MORE_TO_COME: Page = { rows: [], more: true };

/** `GET /{module}` (Get Records). */
export function listRecords(simulation: Simulation, exchange: Exchange): Reply {
  const opened = simulation.records.open(exchange.params['module'] ?? '');
  const { query } = exchange;
  const rules = rulesOf(exchange.params['version']);
  const list = readQuery(simulation, opened, exchange, rules);
  const ids = nameList(query.get('ids'));
  if (ids.length > 0) return listByIds(opened, list, ids);

  const tokens = simulation.pages;
  const binding = bindingOf(opened, exchange);
  const hasTokens = !(rules.mayPageWithoutEnd && readSwitch(simulation, 'endlessV2Pages'));
  const start = startOf(simulation, query, list.perPage, binding, hasTokens);
  const snapshots = hasTokens && readSwitch(simulation, 'pageTokens') === 'snapshot';
  const isEmpty = query.has('page_token') && readSwitch(simulation, 'pagesAfterFirst') === 'empty';
  const page = isEmpty
    ? MORE_TO_COME
    : snapshots
      ? readSnapshot(tokens, opened, list, start)
      : readPage(opened, list, start);
  if (page.rows.length === 0 && !page.more) return { status: list.modifiedFrom === undefined ? 204 : 304 };
  if (!hasTokens) {
    return { status: 200, json: opened.writer.list(page.rows, list.columns, numberedInfo(list, start, page)) };
  }
  const shown = start.shown + (snapshots ? list.perPage : page.rows.length);
  const isNamed = page.more && readSwitch(simulation, 'pageTokensGiven');
  const next = isNamed ? tokens.issue(stateAfter(opened, start, page, shown), binding) : undefined;
  const info = tokenInfo(simulation, list, start, page, next);
  return { status: 200, json: opened.writer.list(page.rows, list.columns, info) };
}

/** Position behind a page, for the token of the next one. */
function stateAfter({ store }: OpenModule, start: Start, { rows, snapshot = 0 }: Page, shown: number): PageState {
  const row = rows.at(-1) ?? 0;
  return { after: { modified: store.modifiedAt(row), row }, shown, page: start.page + 1, snapshot };
}

/** `info` of a version that knows page numbers only. */
function numberedInfo(list: ListQuery, start: Start, { rows, more }: Page): object {
  return { per_page: list.perPage, count: rows.length, page: start.page, more_records: more };
}

/**
 * `info` of a version with page tokens.
 *
 * @param next the token of the next page, if there is one.
 */
function tokenInfo(
  { catalog }: Simulation,
  list: ListQuery,
  start: Start,
  { rows, more }: Page,
  next: ReturnType<PageTokens['issue']> | undefined,
): object {
  return {
    per_page: list.perPage,
    next_page_token: next?.token ?? null,
    count: rows.length,
    sort_by: list.sortBy,
    page: start.page,
    previous_page_token: null,
    page_token_expiry: next ? catalog.zone.format(Math.floor(next.expires / 1000)) : null,
    sort_order: list.descending ? 'desc' : 'asc',
    more_records: more,
  };
}

function readQuery(simulation: Simulation, opened: OpenModule, exchange: Exchange, rules: VersionRules): ListQuery {
  const { query } = exchange;
  const read = rules.fieldsRequired ? fieldsParameter : optionalFields;
  const columns = read(opened.module, query, {
    most: rules.maxFields,
    unknown: readSwitch(simulation, 'unknownFields'),
  });
  const test = viewTest(simulation, opened, query);
  const sortBy = query.get('sort_by') ?? 'id';
  const sorts: readonly string[] = opened.module.hasModifiedTime ? SORTS : ['id', 'Created_Time'];
  const sortable = sorts.includes(sortBy) || (rules.sortsByAnyField && opened.module.column(sortBy) !== undefined);
  if (!sortable) {
    throw invalidData('invalid data', { param_name: 'sort_by', supported_values: sorts });
  }
  const sortOrder = query.get('sort_order') ?? 'desc';
  if (sortOrder !== 'asc' && sortOrder !== 'desc') {
    throw invalidData('invalid data', { param_name: 'sort_order', supported_values: ['asc', 'desc'] });
  }
  const isHeeded = readSwitch(simulation, 'sortHeeded');
  return {
    columns,
    perPage: integerParameter(query, 'per_page', MAX_PER_PAGE, MAX_PER_PAGE),
    sortBy: isHeeded ? sortBy : 'id',
    descending: !isHeeded || sortOrder === 'desc',
    converted: convertedParameter(query),
    modifiedFrom: opened.module.hasModifiedTime
      ? modifiedFrom(exchange, readSwitch(simulation, 'modifiedSinceInclusive'))
      : undefined,
    ...(test && { test }),
  };
}

/** The filter of `cvid`, which does not go together with `sort_by`. */
function viewTest(simulation: Simulation, opened: OpenModule, query: URLSearchParams): RowTest | undefined {
  const id = query.get('cvid');
  if (id === null) return undefined;
  if (query.has('sort_by')) throw ambiguous('cvid', 'sort_by');
  const { condition } = findView(simulation, opened.module, id);
  return condition && compileCondition(simulation.records, opened, condition);
}

function ambiguous(...names: readonly string[]): ApiError {
  return new ApiError(400, 'AMBIGUITY_DURING_PROCESSING', 'ambiguity while processing the request', {
    ambiguity_due_to: names.map((name) => ({ param_name: name })),
  });
}

function listByIds(opened: OpenModule, list: ListQuery, ids: readonly string[]): Reply {
  if (ids.length > MAX_IDS) {
    throw new ApiError(400, 'LIMIT_EXCEEDED', 'Record count exceeded', { limit: MAX_IDS, param_name: 'ids' });
  }
  if (ids.some((id) => !/^\d{1,19}$/.test(id))) throw patternNotMatched('ids');
  const rows = [...new Set(ids)]
    .map((id) => opened.store.liveRow(id))
    .filter((row) => row !== undefined)
    .filter((row) => list.test?.(row) ?? true)
    .filter((row) => list.modifiedFrom === undefined || opened.store.modifiedAt(row) >= list.modifiedFrom);
  if (rows.length === 0) return NO_CONTENT;
  const info = { per_page: list.perPage, count: rows.length, page: 1, more_records: false };
  return { status: 200, json: opened.writer.list(rows, list.columns, info) };
}

/** Request that a page token is bound to: the user, the module, every parameter but the position, and the header. */
function bindingOf(opened: OpenModule, exchange: Exchange): string {
  const bound = [...exchange.query].filter(([name]) => name !== 'page' && name !== 'page_token');
  const since = header(exchange, 'if-modified-since') ?? '';
  return JSON.stringify([opened.module.apiName, exchange.token?.refreshToken, since, bound.sort()]);
}

type Start = Omit<PageState, 'after'> & { readonly after?: PageState['after']; readonly skip: number };

function startOf(
  simulation: Simulation,
  query: URLSearchParams,
  perPage: number,
  binding: string,
  hasTokens: boolean,
): Start {
  const token = hasTokens ? query.get('page_token') : null;
  if (token !== null && query.has('page')) {
    throw ambiguous('page', 'page_token');
  }
  if (token !== null) {
    const state = simulation.pages.read(token, binding);
    if (readSwitch(simulation, 'pagesAfterFirst') === 'first') return { shown: 0, page: 1, skip: 0, snapshot: 0 };
    const reach = readSwitch(simulation, 'listReach');
    if (state.shown >= reach) {
      const message = `You can only get the first ${reach} records. Use the Bulk Read API for more`;
      throw new ApiError(400, 'PAGINATION_LIMIT_EXCEEDED', message, { param_name: 'page_token' });
    }
    return { ...state, skip: 0 };
  }
  const page = integerParameter(query, 'page', 1);
  if (hasTokens && page * perPage > ROWS_BY_PAGE_NUMBER) {
    const message = 'You can only get the first 2000 records without using page_token param';
    throw new ApiError(400, 'DISCRETE_PAGINATION_LIMIT_EXCEEDED', message, { limit: ROWS_BY_PAGE_NUMBER });
  }
  return { shown: (page - 1) * perPage, page, skip: (page - 1) * perPage, snapshot: 0 };
}

/** A page of the list that the first page kept; what was deleted since is left out. */
function readSnapshot(tokens: PageTokens, opened: OpenModule, list: ListQuery, start: Start): Page {
  const { store } = opened;
  const kept = start.snapshot > 0 ? tokens.snapshot(start.snapshot) : [...matchingRows(opened, list, start)];
  const end = start.shown + list.perPage;
  const more = end < kept.length;
  const snapshot = start.snapshot > 0 || !more ? start.snapshot : tokens.keep(kept);
  return { rows: kept.slice(start.shown, end).filter((row) => store.state(row) !== DELETED), more, snapshot };
}

function readPage(opened: OpenModule, list: ListQuery, start: Start): Page {
  const rows: number[] = [];
  let toSkip = start.skip;
  for (const row of matchingRows(opened, list, start)) {
    if (toSkip > 0) toSkip--;
    else if (rows.length === list.perPage) return { rows, more: true };
    else rows.push(row);
  }
  return { rows, more: false };
}

/** The rows a list shows, in its order. */
function* matchingRows({ module, store }: OpenModule, list: ListQuery, start: Start): Generator<number> {
  const scan = {
    descending: list.descending,
    modifiedFrom: list.modifiedFrom,
    ...(start.after && { after: start.after }),
  };
  const other = isSort(list.sortBy) ? undefined : module.column(list.sortBy);
  const ordered = other
    ? rowsByColumn(store, other, list.descending)
    : list.sortBy === 'Modified_Time'
      ? rowsByModified(store, scan)
      : rowsById(store, scan);
  for (const row of ordered) {
    if (!store.shows(row, list.converted) || (list.test && !list.test(row))) continue;
    if (other && list.modifiedFrom !== undefined && store.modifiedAt(row) < list.modifiedFrom) continue;
    yield row;
  }
}

function isSort(text: string): boolean {
  return (SORTS as readonly string[]).includes(text);
}
