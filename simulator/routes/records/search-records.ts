import { ApiError } from '../../http/api-error';
import { type Exchange, json, NO_CONTENT, type Reply } from '../../http/exchange';
import { boundsOf } from '../../query/bounds';
import { comparisonsOf, type Condition } from '../../query/condition';
import { resolvePath } from '../../query/field-path';
import { parseSearchCriteria } from '../../query/search-criteria';
import type { Simulation } from '../../simulation';
import { rowsById } from '../../store/ordered-rows';
import type { OpenModule, Records } from '../../store/records';
import { readSwitch } from '../../switches';
import { findView } from '../../views/custom-views';
import { convertedParameter, integerParameter, MAX_PER_PAGE, optionalFields } from '../parameters';

const MAX_RESULTS = 2_000;
/** In order of priority when several are sent. */
const FILTERS = ['criteria', 'email', 'phone', 'word'] as const;

/** `GET /{module}/search` (Search Records), newest first. */
export function searchRecords(simulation: Simulation, { params, query }: Exchange): Reply {
  const opened = simulation.records.open(params['module'] ?? '');
  const condition = filterOf(simulation, opened, query);
  if (!condition) {
    const message = 'One of the expected parameter is missing';
    throw new ApiError(400, 'EXPECTED_PARAM_MISSING', message, { param_names: FILTERS });
  }
  const perPage = integerParameter(query, 'per_page', MAX_PER_PAGE, MAX_PER_PAGE);
  const page = integerParameter(query, 'page', 1);
  if (page * perPage > MAX_RESULTS) {
    throw new ApiError(400, 'LIMIT_REACHED', 'maximum response iteration limit reached', {
      limit: String(MAX_RESULTS),
    });
  }
  const converted = convertedParameter(query);
  const columns = optionalFields(opened.module, query, { unknown: readSwitch(simulation, 'unknownFields') });
  const rows: number[] = [];
  for (const row of matching(simulation, opened, condition, true)) {
    if (!opened.store.shows(row, converted)) continue;
    rows.push(row);
    if (rows.length > page * perPage) break;
  }
  const shown = rows.slice((page - 1) * perPage, page * perPage);
  if (shown.length === 0) return NO_CONTENT;
  const info = { per_page: perPage, count: shown.length, page, more_records: rows.length > page * perPage };
  return { status: 200, json: opened.writer.document(shown, columns, info) };
}

/** `GET /{module}/actions/count` (Get Record Count). */
export function countRecords(simulation: Simulation, { params, query }: Exchange): Reply {
  const opened = simulation.records.open(params['module'] ?? '');
  const { store } = opened;
  const searched = filterOf(simulation, opened, query);
  const cvid = query.get('cvid');
  if (searched && cvid !== null) {
    const message = 'Please use either Cvid or Search Params. Combination of both the params is not allowed';
    throw new ApiError(400, 'AMBIGUITY_DURING_PROCESSING', message, {
      ambiguity_due_to: [{ param_name: 'cvid' }, { param_name: FILTERS.find((name) => query.has(name)) }],
    });
  }
  const condition = cvid === null ? searched : findView(simulation, opened.module, cvid).condition;
  const converted = convertedParameter(query);
  const unfiltered = opened.module.apiName !== 'Leads' && converted !== 'true';
  if (!condition && unfiltered) return json(200, { count: store.liveCount });
  let count = 0;
  for (const row of condition ? matching(simulation, opened, condition, false) : rowsById(store)) {
    if (store.shows(row, converted)) count++;
  }
  return json(200, { count });
}

function* matching(
  { records, searchIndex }: Simulation,
  opened: OpenModule,
  condition: Condition,
  descending: boolean,
): Generator<number> {
  const test = searchIndex.compile(records, opened, condition);
  const { modifiedFrom, firstRow } = boundsOf(opened.module, condition);
  for (const row of rowsById(opened.store, { descending, modifiedFrom, firstRow })) if (test(row)) yield row;
}

/** The condition of the filter parameter with the highest priority. */
function filterOf(simulation: Simulation, opened: OpenModule, query: URLSearchParams): Condition | undefined {
  const criteria = query.get('criteria');
  if (criteria !== null) return criteriaOf(simulation, opened, criteria);
  const email = query.get('email');
  if (email !== null) return anyOf(opened, ['email'], 'equal', email);
  const phone = query.get('phone');
  if (phone !== null) return anyOf(opened, ['phone'], 'equal', phone);
  const word = query.get('word');
  return word === null ? undefined : anyOf(opened, ['text', 'email', 'phone', 'website', 'picklist'], 'contains', word);
}

function criteriaOf(simulation: Simulation, opened: OpenModule, text: string): Condition {
  const { records } = simulation;
  const condition = parseSearchCriteria(records, opened, text);
  const limit = readSwitch(simulation, 'searchMaxCriteria');
  if (comparisonsOf(condition).length > limit) {
    const message = `no of criterium that can be given exceed the limit ${limit}`;
    throw new ApiError(400, 'CRITERIA_LIMIT_EXCEEDED', message, { limit });
  }
  return readSwitch(simulation, 'searchEquals') === 'contains' ? loosened(records, opened, condition) : condition;
}

/** Equality of texts as containment. */
function loosened(records: Records, opened: OpenModule, condition: Condition): Condition {
  if ('all' in condition) return { all: condition.all.map((part) => loosened(records, opened, part)) };
  if ('any' in condition) return { any: condition.any.map((part) => loosened(records, opened, part)) };
  const isText = ['text', 'email', 'phone', 'website'].includes(
    resolvePath(records, opened, condition.path)?.dataType ?? '',
  );
  return isText && condition.comparison === 'equal' ? { ...condition, comparison: 'contains' } : condition;
}

function anyOf(
  { module }: OpenModule,
  types: readonly string[],
  comparison: 'equal' | 'contains',
  value: string,
): Condition {
  const columns = module.columns.filter(({ field }) => types.includes(field.dataType));
  return { any: columns.map(({ field }) => ({ path: field.apiName, comparison, operands: [value] })) };
}
