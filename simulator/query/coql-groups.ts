import type { CellValue } from '../data/cell';
import { isNumericType } from '../data/data-type';
import { ApiError } from '../http/api-error';
import type { OpenModule, Records } from '../store/records';
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
import type { AggregateFunction, CoqlQuery } from './coql-parser';
import type { ResolvedPath } from './field-path';

type Shown = Record<string, ShownValue>;

/**
 * One row for each group of a query with GROUP BY or aggregates, by the groups' values where nothing else is said.
 * Empty values are a group of their own and count in no aggregate.
 * @throws ApiError INVALID_QUERY for a column outside of GROUP BY, count without GROUP BY, and sums of texts;
 *   DUPLICATE_DATA, DUPLICATE_ALIAS
 */
export function groupRows(
  records: Records,
  opened: OpenModule,
  query: CoqlQuery,
  rows: readonly number[],
  form: LookupForm,
): Shown[] {
  checkGroups(query);
  const column = (path: string): ResolvedPath => columnOf(records, opened, path);
  const grouping = query.groupBy.map((path) => ({ path, column: column(path) }));
  const aggregates = query.aggregates.map((aggregate) => ({ ...aggregate, column: column(aggregate.path) }));
  for (const { function: name, path, column: summed } of aggregates) {
    if ((name === 'sum' || name === 'avg') && !isNumericType(summed.dataType)) {
      throw invalidQuery('data type not supported', { column_name: path, data_type: summed.dataType });
    }
  }
  const groups = new Map<string, number[]>();
  for (const row of rows) {
    const key = JSON.stringify(grouping.map((part) => shown(part.column.value(row), form)));
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  const result = [...groups.values()].map((members) => {
    const values = new Map<string, { shown: ShownValue; key: Key }>();
    for (const { path, column: grouped } of grouping) {
      const cell = grouped.value(members[0] ?? 0);
      values.set(path, { shown: shown(cell, form), key: keyOf(grouped, cell) });
    }
    for (const { key, function: name, column: summed } of aggregates) {
      const value = aggregate(name, summed, members);
      values.set(key, { shown: value, key: name === 'count' ? Number(value) : keyOf(summed, value) });
    }
    return values;
  });
  const order = query.order.length > 0 ? query.order : query.groupBy.map((path) => ({ path, descending: false }));
  const missing = order.find(({ path }) => result.some((values) => !values.has(path)));
  if (missing) throw invalidQuery('column given seems to be invalid', { column_name: missing.path });
  result.sort((a, b) => {
    for (const { path, descending } of order) {
      const difference = compareKeys(a.get(path)?.key, b.get(path)?.key);
      if (difference !== 0) return descending ? -difference : difference;
    }
    return 0;
  });
  const keys = [...query.columns, ...query.aggregates.map(({ key }) => key)];
  return result.map((values) => Object.fromEntries(keys.map((key) => [key, values.get(key)?.shown ?? null])));
}

function checkGroups({ columns, aggregates, groupBy }: CoqlQuery): void {
  checkDuplicates(aggregates.map(({ function: name, path }) => `${name}(${path})`));
  const keys = aggregates.map(({ key }) => key);
  const alias = keys.find((key, place) => keys.indexOf(key) !== place || columns.includes(key));
  if (alias !== undefined) throw new ApiError(400, 'DUPLICATE_ALIAS', 'duplicate alias', { alias });
  const stray = columns.find((path) => !groupBy.includes(path));
  if (stray !== undefined) throw invalidQuery('invalid query formed', { column_name: stray, clause: 'group by' });
  if (groupBy.length === 0 && aggregates.some(({ function: name }) => name === 'count')) {
    throw invalidQuery('invalid query formed', { reason: 'count needs group by', clause: 'group by' });
  }
}

function aggregate(name: AggregateFunction, column: ResolvedPath, rows: readonly number[]): CellValue {
  const cells = rows.map((row) => column.value(row)).filter((cell) => cell !== null);
  if (name === 'count') return cells.length;
  if (cells.length === 0) return null;
  if (name === 'sum' || name === 'avg') {
    const sum = cells.reduce<number>((total, cell) => total + Number(cell), 0);
    return name === 'sum' ? sum : sum / cells.length;
  }
  const sign = name === 'min' ? 1 : -1;
  return cells.reduce((best, cell) => (sign * compareKeys(keyOf(column, cell), keyOf(column, best)) < 0 ? cell : best));
}
