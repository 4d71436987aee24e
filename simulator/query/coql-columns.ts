import { type CellValue, isReference } from '../data/cell';
import { ApiError, type ErrorDetails } from '../http/api-error';
import type { OpenModule, Records } from '../store/records';
import { converterOf } from './evaluate';
import { resolvePath, type ResolvedPath } from './field-path';

export type ShownValue = CellValue | { readonly id: string };

export function invalidQuery(message: string, details: ErrorDetails): ApiError {
  return new ApiError(400, 'INVALID_QUERY', message, details);
}

/** @throws ApiError INVALID_QUERY for a column that does not exist */
export function columnOf(records: Records, opened: OpenModule, path: string): ResolvedPath {
  const resolved = resolvePath(records, opened, path);
  if (!resolved)
    throw invalidQuery('column given seems to be invalid', { column_name: path, reason: 'column not found' });
  return resolved;
}

/** @throws ApiError DUPLICATE_DATA */
export function checkDuplicates(paths: readonly string[]): void {
  const repeated = paths.find((path, place) => paths.indexOf(path) !== place);
  if (repeated !== undefined) throw new ApiError(400, 'DUPLICATE_DATA', 'duplicate data', { column_name: repeated });
}

/** Lookups come with their id only: the name is not promised here. */
export function shown(value: CellValue): ShownValue {
  return isReference(value) ? { id: value.id } : value;
}

export type Key = string | number | bigint | boolean | undefined;

/** Sort key of a value; undefined for an empty one. */
export function keyOf({ dataType }: ResolvedPath, cell: CellValue): Key {
  return cell === null || typeof cell === 'object' ? undefined : converterOf(dataType)(String(cell));
}

/** Empty values come first. */
export function compareKeys(a: Key, b: Key): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
