import type { CellValue } from '../data/cell';

/** State of a row since it was generated. */
export const PRISTINE = 0;
export const CHANGED = 1;
export const DELETED = 2;
export type RowState = typeof PRISTINE | typeof CHANGED | typeof DELETED;

/** The values of a row that differ from the generated ones; all of them for an inserted row. */
export interface OverlayRecord {
  readonly values: Readonly<Record<string, CellValue>>;
  /** Seconds since 1970. */
  readonly modified: number;
}

export interface ModifiedEntry {
  readonly modified: number;
  readonly row: number;
}

const SPARE_ROWS = 4_096;

/**
 * The rows of one module that are not as generated. One byte a row says whether there is anything to look up, so a
 * scan over pristine rows pays an array read; the byte array is shared with the worker thread as it is.
 */
export class Overlay {
  #states: Uint8Array | undefined;
  #records = new Map<number, OverlayRecord>();
  /** Changed rows by (modified, row); may hold entries that a later change made stale. */
  #log: ModifiedEntry[] = [];
  readonly generatedRows: number;

  constructor(generatedRows: number) {
    this.generatedRows = generatedRows;
  }

  /** The state of every row; undefined while nothing was ever written. */
  get states(): Uint8Array | undefined {
    return this.#states;
  }

  get records(): ReadonlyMap<number, OverlayRecord> {
    return this.#records;
  }

  state(row: number): RowState {
    return (this.#states?.[row] ?? PRISTINE) as RowState;
  }

  put(row: number, record: OverlayRecord): void {
    const before = this.#records.get(row);
    this.#records.set(row, record);
    this.#mark(row, CHANGED);
    if (before?.modified !== record.modified) this.#insertIntoLog({ modified: record.modified, row });
  }

  remove(row: number): void {
    this.#records.delete(row);
    this.#mark(row, DELETED);
  }

  /** Makes a row as generated again. */
  forget(row: number): void {
    this.#records.delete(row);
    if (this.#states) this.#mark(row, PRISTINE);
  }

  clear(): void {
    this.#states = undefined;
    this.#records.clear();
    this.#log = [];
  }

  /** Takes over the states and records of another overlay. */
  adopt(states: Uint8Array | undefined, records: ReadonlyMap<number, OverlayRecord>): void {
    this.#states = states;
    this.#records = new Map(records);
    this.#log = [...records].map(([row, { modified }]) => ({ modified, row })).sort(compareEntries);
  }

  /** Changed rows in the order of (modified, row), without stale entries. */
  modifiedLog(): readonly ModifiedEntry[] {
    if (this.#log.length !== this.#records.size) {
      this.#log = this.#log.filter((entry, place, log) => {
        const previous = log[place - 1];
        const repeated = previous !== undefined && compareEntries(previous, entry) === 0;
        return !repeated && this.#records.get(entry.row)?.modified === entry.modified;
      });
    }
    return this.#log;
  }

  #mark(row: number, state: RowState): void {
    if (!this.#states || row >= this.#states.length) {
      const grown = new Uint8Array(
        new SharedArrayBuffer(Math.max(this.generatedRows, Math.ceil(row * 1.5)) + SPARE_ROWS),
      );
      if (this.#states) grown.set(this.#states);
      this.#states = grown;
    }
    this.#states[row] = state;
  }

  #insertIntoLog(entry: ModifiedEntry): void {
    const place = firstEntryAfter(this.#log, entry);
    if (place === this.#log.length) this.#log.push(entry);
    else this.#log.splice(place, 0, entry);
  }
}

/** Orders by modification, then by row. */
export function compareEntries(a: ModifiedEntry, b: ModifiedEntry): number {
  return a.modified - b.modified || a.row - b.row;
}

/** The place of the first entry greater than the given one in a sorted log. */
export function firstEntryAfter(log: readonly ModifiedEntry[], entry: ModifiedEntry): number {
  let low = 0;
  let high = log.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = log[middle];
    if (found && compareEntries(found, entry) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
