import { ApiError, noPermission } from '../http/api-error';
import { rowsById, rowsByModified } from '../store/ordered-rows';
import type { OpenModule, Records } from '../store/records';
import { boundsOf } from './bounds';
import { comparisonsOf, type Condition } from './condition';
import {
  checkDuplicates,
  columnOf,
  compareKeys,
  invalidQuery,
  type Key,
  keyOf,
  type LookupForm,
  shown,
  type ShownValue,
} from './coql-columns';
import { groupRows } from './coql-groups';
import type { CoqlQuery } from './coql-parser';
import { isOfUsers, queryUsers } from './coql-users';
import { compileCondition, converterOf } from './evaluate';

const MAX_CRITERIA = 25;
const MAX_VALUES = 100;

/** The rows of a query and whether there are more. */
export interface CoqlResult {
  readonly data: readonly Record<string, ShownValue>[];
  readonly more: boolean;
}

/** Runs a query, of a module or of the users. @throws ApiError INVALID_QUERY, DUPLICATE_DATA, LIMIT_EXCEEDED, INVALID_MODULE, NO_PERMISSION */
export function runCoql(records: Records, query: CoqlQuery, form: LookupForm): CoqlResult {
  if (isOfUsers(query)) return queryUsers(records.catalog.users, query);
  const opened = records.find(query.module);
  if (!opened)
    throw new ApiError(400, 'INVALID_MODULE', 'the given module is not supported in api', { module: query.module });
  if (opened.module.plan.traits.forbidden) throw noPermission(`Crm_Implied_View_${opened.module.apiName}`);
  const columns = query.columns.map((path) => ({ path, resolved: columnOf(records, opened, path) }));
  checkDuplicates(query.columns);
  checkDuplicates(query.order.map(({ path }) => path));
  checkDuplicates(query.groupBy);
  checkCondition(records, opened, query.condition);

  const reach = query.offset + query.limit;
  if (query.aggregates.length > 0 || query.groupBy.length > 0) {
    const rows = matchingRows(records, opened, { ...query, order: [] }, Infinity);
    const groups = groupRows(records, opened, query, rows, form);
    return { data: groups.slice(query.offset, reach), more: groups.length > reach };
  }
  const rows = matchingRows(records, opened, query, reach + 1);
  const data = rows.slice(query.offset, reach).map((row) => {
    const record: Record<string, ShownValue> = {};
    for (const { path, resolved } of columns) record[path] = shown(resolved.value(row), form);
    record['id'] = opened.module.idOf(row);
    return record;
  });
  return { data, more: rows.length > reach };
}

function checkCondition(records: Records, opened: OpenModule, condition: Condition): void {
  const comparisons = comparisonsOf(condition);
  if (comparisons.length > MAX_CRITERIA) {
    throw new ApiError(400, 'LIMIT_EXCEEDED', 'limit exceeded', { limit: MAX_CRITERIA, clause: 'where' });
  }
  for (const { path, comparison, operands } of comparisons) {
    const { dataType } = columnOf(records, opened, path);
    if (dataType === 'textarea')
      throw invalidQuery('data type not supported', { column_name: path, data_type: dataType });
    if (operands.length > MAX_VALUES)
      throw invalidQuery('invalid query formed', { column_name: path, limit: MAX_VALUES });
    if (dataType === 'boolean' && comparison !== 'equal' && !comparison.endsWith('empty')) {
      throw invalidQuery('invalid query formed', { column_name: path, operator: comparison });
    }
    if (operands.some((operand) => converterOf(dataType)(operand) === undefined)) {
      throw invalidQuery('value given seems to be invalid for the column', {
        column_name: path,
        expected_data_type: dataType,
      });
    }
  }
}

function matchingRows(records: Records, opened: OpenModule, query: CoqlQuery, wanted: number): number[] {
  const test = compileCondition(records, opened, query.condition);
  const bounds = boundsOf(opened.module, query.condition);
  const scan = scanOf(query);
  const { store } = opened;
  const byModified = scan?.by === 'modified';
  const options = { ...bounds, descending: scan?.descending ?? false };
  const found: number[] = [];
  for (const row of byModified ? rowsByModified(store, options) : rowsById(store, options)) {
    if (byModified && !options.descending && store.modifiedAt(row) > (bounds.modifiedUntil ?? Infinity)) break;
    if (store.isConverted(row) || !test(row)) continue;
    found.push(row);
    if (scan && found.length === wanted) break;
  }
  return scan ? found : sorted(records, opened, query, found);
}

/** The ready-made order a query asks for; undefined when rows have to be collected and sorted. */
function scanOf({ order }: CoqlQuery): { by: 'id' | 'modified'; descending: boolean } | undefined {
  const [first, second, third] = order;
  if (!first) return { by: 'id', descending: false };
  const isId = (path: string): boolean => path.toLowerCase() === 'id' || path === 'Created_Time';
  if (isId(first.path) && !second) return { by: 'id', descending: first.descending };
  if (first.path !== 'Modified_Time' || third) return undefined;
  if (second && (second.path.toLowerCase() !== 'id' || second.descending !== first.descending)) return undefined;
  return { by: 'modified', descending: first.descending };
}

function sorted(records: Records, opened: OpenModule, { order }: CoqlQuery, rows: readonly number[]): number[] {
  const keyed = rows.map((row) => ({ row, keys: [] as Key[] }));
  for (const { path } of order) {
    const column = columnOf(records, opened, path);
    for (const entry of keyed) entry.keys.push(keyOf(column, column.value(entry.row)));
  }
  keyed.sort((a, b) => {
    for (const [place, { descending }] of order.entries()) {
      const difference = compareKeys(a.keys[place], b.keys[place]);
      if (difference !== 0) return descending ? -difference : difference;
    }
    return a.row - b.row;
  });
  return keyed.map(({ row }) => row);
}
