import { type CellValue, displayText } from '../data/cell';
import type { Column } from '../data/column';
import { isNumericType } from '../data/data-type';
import type { ModuleStore } from './module-store';
import { rowsById } from './ordered-rows';

/** Existing rows by the values of any column, empty ones first, equal ones by id. Looks at every row of the module. */
export function rowsByColumn(store: ModuleStore, column: Column, descending: boolean): number[] {
  const numeric = isNumericType(column.field.dataType);
  const keyed = [...rowsById(store)].map((row) => ({ row, key: keyOf(store.value(row, column), numeric) }));
  const sign = descending ? -1 : 1;
  return keyed.sort((a, b) => sign * (compareKeys(a.key, b.key) || a.row - b.row)).map(({ row }) => row);
}

type Key = string | number | undefined;

function keyOf(value: CellValue, numeric: boolean): Key {
  if (value === null) return undefined;
  return numeric ? Number(value) : displayText(value);
}

function compareKeys(a: Key, b: Key): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return a < b ? -1 : a > b ? 1 : 0;
}
