const FIRST_CREATED = Date.UTC(2019, 5, 1) / 1000;
const LAST_CREATED = Date.UTC(2025, 11, 1) / 1000;
/** Seconds from the creation of a row to its last edit: at the first row, and what the whole table adds to it. */
const FIRST_EDIT_LAG = 2 * 86_400;
const EDIT_LAG_GROWTH = 20 * 86_400;
/** Of each 16 rows the first three share one second: the ties a keyset has to survive. */
const TIE_BLOCK = 16;
const TIE_ROWS = 3;

/**
 * When generated rows were created and modified. Both times never fall as the row number rises, so "modified since T"
 * is a binary search and the order by id is also the order by time.
 */
export class Timeline {
  readonly #createdStep: number;
  readonly #modifiedStep: number;
  readonly rows: number;

  constructor(rows: number) {
    this.rows = rows;
    const steps = Math.max(rows, 1);
    this.#createdStep = (LAST_CREATED - FIRST_CREATED) / steps;
    this.#modifiedStep = this.#createdStep + EDIT_LAG_GROWTH / steps;
  }

  /** Seconds since 1970. */
  createdAt(row: number): number {
    return FIRST_CREATED + Math.floor(tied(row) * this.#createdStep);
  }

  /** Seconds since 1970. */
  modifiedAt(row: number): number {
    return FIRST_CREATED + FIRST_EDIT_LAG + Math.floor(tied(row) * this.#modifiedStep);
  }

  /** The first row modified at or after an instant; the number of rows when there is none. */
  firstModifiedFrom(seconds: number): number {
    let low = 0;
    let high = this.rows;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.modifiedAt(middle) < seconds) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function tied(row: number): number {
  const place = row % TIE_BLOCK;
  return place < TIE_ROWS ? row - place : row;
}
