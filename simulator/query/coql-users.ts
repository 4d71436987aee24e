import type { User } from '../data/users';
import { comparisonsOf } from './condition';
import { compareKeys, invalidQuery, keyOf, type ShownValue } from './coql-columns';
import type { CoqlQuery } from './coql-parser';
import { combineTests, compareRows, type RowTest } from './evaluate';
import type { ResolvedPath } from './field-path';

const COLUMNS = ['first_name', 'last_name', 'full_name', 'email'] as const;

/** Whether a query is about the people of the organization, who are no module. */
export function isOfUsers({ module }: CoqlQuery): boolean {
  return module.toLowerCase() === 'users';
}

/**
 * Runs a query from `users` (COQL Joins): names, e-mail addresses and ids.
 * @throws ApiError INVALID_QUERY for another column, groups and aggregates
 */
export function queryUsers(users: readonly User[], query: CoqlQuery) {
  if (query.aggregates.length > 0 || query.groupBy.length > 0) {
    throw invalidQuery('invalid query formed', { clause: 'group by' });
  }
  const columns = query.columns.map((path) => ({ path, column: columnOf(users, path) }));
  const order = query.order.map(({ path, descending }) => ({ column: columnOf(users, path), descending }));
  for (const { path } of comparisonsOf(query.condition)) columnOf(users, path);
  const test: RowTest = combineTests(query.condition, (comparing) =>
    compareRows(columnOf(users, comparing.path), comparing),
  );
  const rows = users.map((_, row) => row).filter(test);
  rows.sort((a, b) => {
    for (const { column, descending } of order) {
      const difference = compareKeys(keyOf(column, column.value(a)), keyOf(column, column.value(b)));
      if (difference !== 0) return descending ? -difference : difference;
    }
    return a - b;
  });
  const reach = query.offset + query.limit;
  const data = rows.slice(query.offset, reach).map((row) => {
    const shown: Record<string, ShownValue> = {};
    for (const { path, column } of columns) shown[path] = column.value(row);
    return { ...shown, id: users[row]?.id ?? null };
  });
  return { data, more: rows.length > reach };
}

function columnOf(users: readonly User[], path: string): ResolvedPath {
  if (path.toLowerCase() === 'id') return { dataType: 'id', value: (row) => users[row]?.id ?? null };
  const name = COLUMNS.find((candidate) => candidate === path);
  if (!name) throw invalidQuery('column given seems to be invalid', { column_name: path, reason: 'column not found' });
  return { dataType: 'text', value: (row) => users[row]?.[name === 'full_name' ? 'name' : name] ?? null };
}
