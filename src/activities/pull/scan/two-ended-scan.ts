import type { CopyPage } from '../../../db/mirror/copy/copy-page';
import type { ScanEnd } from '../../../domain/runs/chunk-numbers';

interface UnreadRows extends CopyPage {
  /** Id of the last row that was kept, null if none was. */
  reached: string | null;
  /** The rest of the page has been read from the other end. */
  isLast: boolean;
}

/**
 * Progress of two scans of one list, one from each end of the ids. Each keeps what the other has not read, and when they
 * meet every record has been read. Ids are decimal numbers; a longer one is larger.
 */
export class TwoEndedScan {
  readonly #reached: Record<ScanEnd, string | null> = { lowest: null, highest: null };
  readonly #exhausted = new Set<ScanEnd>();
  #isAborted = false;

  /** Notes that everything from this end up to an id has been read; null: nothing. */
  advance(end: ScanEnd, id: string | null): void {
    this.#reached[end] = id;
  }

  /** Completes the scan because one of its ends has failed; the other one need not continue. */
  abort(): void {
    this.#isAborted = true;
  }

  /** Notes that page tokens reach no further from this end. */
  exhaust(end: ScanEnd): void {
    this.#exhausted.add(end);
  }

  /** True when page tokens reach what is left from neither end. */
  get isExhausted(): boolean {
    return this.#exhausted.size === 2 && !this.isComplete;
  }

  /** Whether the ids of a page come in the order of the scan, and lead on. Without that, the ends cannot meet. */
  isInOrder(end: ScanEnd, ids: readonly string[]): boolean {
    const direction = end === 'lowest' ? 1 : -1;
    const [last] = ids.slice(-1);
    const reached = this.#reached[end];
    const leadsOn = last === undefined || reached === null || direction * compareIds(last, reached) > 0;
    return leadsOn && ids.every((id, index) => index === 0 || direction * compareIds(id, ids[index - 1] ?? '') > 0);
  }

  /** True when nothing is left to read between the two. */
  get isComplete(): boolean {
    const { lowest, highest } = this.#reached;
    return this.#isAborted || (lowest !== null && highest !== null && compareIds(lowest, highest) >= 0);
  }

  /**
   * Keeps the rows of a page that have not been read from the other end. If some have been, the scan is complete.
   * @param inOrder the rows come in the order of the scan, so that the last one tells about all
   */
  keepUnread(end: ScanEnd, page: CopyPage, inOrder = false): UnreadRows {
    const direction = end === 'lowest' ? 1 : -1;
    const border = this.#reached[end === 'lowest' ? 'highest' : 'lowest'];
    const isKept = (id: string) => border === null || direction * compareIds(id, border) < 0;
    if (inOrder && page.lastId !== null && isKept(page.lastId)) {
      this.advance(end, page.lastId);
      return { ...page, reached: page.lastId, isLast: false };
    }
    const kept: Buffer[] = [];
    let reached: string | null = null;
    for (const { id, row } of page.eachRow()) {
      if (!isKept(id)) continue;
      kept.push(row);
      if (reached === null || direction * compareIds(id, reached) > 0) reached = id;
    }
    const isLast = kept.length < page.rows;
    this.advance(end, isLast ? border : (reached ?? this.#reached[end]));
    return { ...(isLast ? page.reducedTo(kept) : page), reached, isLast };
  }
}

function compareIds(id: string, other: string): number {
  return id.length - other.length || (id < other ? -1 : Number(id > other));
}
