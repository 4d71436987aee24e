import { type CellValue, isReference } from '../data/cell';
import { ApiError, type ErrorDetails } from '../http/api-error';
import type { OpenModule, Records } from '../store/records';
import { converterOf } from './evaluate';
import { resolvePath, type ResolvedPath } from './field-path';

export type ShownValue = CellValue | { readonly id: string };

/** Parts of a lookup that a query shows. */
export type LookupForm = 'id' | 'name';

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

/** A value as a query shows it; a lookup with its id only, as the name is not promised everywhere. */
export function shown(value: CellValue, form: LookupForm): ShownValue {
  if (!isReference(value)) return value;
  return form === 'id' ? { id: value.id } : { name: value.name, id: value.id };
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
