import type { CellValue } from '../data/cell';
import type { Column } from '../data/column';
import { rowsById } from '../store/ordered-rows';
import type { OpenModule } from '../store/records';

/** The fields Zoho checks for duplicates when none are named (Upsert Records). */
export function systemCheckField({ module }: OpenModule): string {
  return module.apiName === 'Leads' || module.apiName === 'Contacts' ? 'Email' : module.plan.displayField;
}

/** The existing record with the lowest id that has this value in this field. */
export function findByValue({ module, store }: OpenModule, column: Column, value: CellValue): number | undefined {
  if (value === null || typeof value === 'object') return undefined;
  const has = (row: number): boolean =>
    store.liveRow(module.idOf(row)) !== undefined && store.value(row, column) === value;
  const written = [...store.written.rows(column.field.apiName, value)];
  const generated = column.find ? column.find(String(value)) : firstRow(module.rows, has);
  const rows = generated !== undefined && generated < module.rows && has(generated) ? [...written, generated] : written;
  return rows.length === 0 ? undefined : rows.reduce((least, row) => Math.min(least, row));
}

/** Every existing record that has this value in this field, by id. Looks at all of them where any might. */
export function rowsByValue(opened: OpenModule, column: Column, value: CellValue): number[] {
  const { store } = opened;
  if (value === null || typeof value === 'object') return [];
  return [...rowsById(store)].filter((row) => store.value(row, column) === value);
}

function firstRow(end: number, test: (row: number) => boolean): number | undefined {
  for (let row = 0; row < end; row++) if (test(row)) return row;
  return undefined;
}
