/** A count of both sides at the end of a pass of a catch-up, and what the pass had moved before. */
export interface PassCount {
  /** Rows that Zoho counts more than the mirror and its quarantine have. */
  difference: number;
  /** Rows that came to the mirror, and rows that left it. */
  created: number;
  deleted: number;
  /** Records that are in quarantine only. */
  unmirrored: number;
}

/** Counts in a row that have to be explained. */
const MIN_EXPLAINED = 2;

/**
 * Counts of the passes of one catch-up. Those of a module that is worked in differ in every pass, though nothing is
 * missing: what is created after a pass has read is in Zoho's count, and in the mirror after the next pass. So a count is
 * explained by what the passes around it moved. Where nothing moves, the difference has to be none. A loss that is
 * smaller than the traffic of every pass is not seen; the next full sync compares every row.
 */
export class CountTrail {
  #before: PassCount | undefined;
  #passes = 0;
  #explained = 0;

  /** Notes a pass. @returns whether the counts of the passes before it are explained */
  note(count: PassCount): boolean {
    const before = this.#before;
    const arrived = Math.max(0, count.unmirrored - (before?.unmirrored ?? count.unmirrored));
    const moved = { ...count, created: count.created + arrived };
    if (before) this.#explained = this.#isExplained(before, moved) ? this.#explained + 1 : 0;
    this.#before = moved;
    this.#passes += 1;
    return this.#explained >= MIN_EXPLAINED;
  }

  /** Zoho's counter may lag behind its lists by what a pass has found, if it is not the first, which reads from long ago. */
  #isExplained({ difference, created, deleted }: PassCount, next: PassCount): boolean {
    const lag = this.#passes > 1 ? { created, deleted } : { created: 0, deleted: 0 };
    return difference >= -(next.deleted + lag.created) && difference <= next.created + lag.deleted;
  }
}
