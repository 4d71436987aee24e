import type { CellValue } from '../data/cell';
import type { Column } from '../data/column';

/** The records of a module, of which some were written since they were generated. */
interface WrittenRecords {
  readonly module: { column(apiName: string): Column | undefined };
  readonly overlay: { readonly records: ReadonlyMap<number, unknown> };
  value(row: number, column: Column): CellValue;
}

const NO_ROWS: ReadonlySet<number> = new Set();

/** Finds written rows by the value of a field. A field is indexed from the first time somebody looks for it. */
export class WrittenValues {
  readonly #indexes = new Map<string, Map<CellValue, Set<number>>>();
  readonly store: WrittenRecords;

  constructor(store: WrittenRecords) {
    this.store = store;
  }

  /** The written rows that have a value in a field now. */
  rows(apiName: string, value: CellValue): ReadonlySet<number> {
    return this.#index(apiName).get(value) ?? NO_ROWS;
  }

  /** To be called after a row was written. */
  add(row: number): void {
    for (const [name, index] of this.#indexes) this.#put(index, name, row);
  }

  /** To be called before a written row changes or goes. */
  remove(row: number): void {
    for (const [name, index] of this.#indexes) {
      const value = this.#value(name, row);
      const rows = index.get(value);
      rows?.delete(row);
      if (rows?.size === 0) index.delete(value);
    }
  }

  /** Forgets a field, or all of them. */
  clear(apiName?: string): void {
    if (apiName === undefined) this.#indexes.clear();
    else this.#indexes.delete(apiName);
  }

  #index(apiName: string): Map<CellValue, Set<number>> {
    let index = this.#indexes.get(apiName);
    if (!index) {
      index = new Map();
      this.#indexes.set(apiName, index);
      for (const row of this.store.overlay.records.keys()) this.#put(index, apiName, row);
    }
    return index;
  }

  #put(index: Map<CellValue, Set<number>>, name: string, row: number): void {
    const value = this.#value(name, row);
    if (value === null || typeof value === 'object') return;
    const rows = index.get(value);
    if (rows) rows.add(row);
    else index.set(value, new Set([row]));
  }

  #value(apiName: string, row: number): CellValue {
    const column = this.store.module.column(apiName);
    return column ? this.store.value(row, column) : null;
  }
}
