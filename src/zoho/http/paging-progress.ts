import { createHash } from 'node:crypto';
import { ZohoError, type CallLabel } from '../errors/errors';

/** Pages that may come again before a list is given up: one may, where the data moves under the scan. */
const MAX_REPEATED_PAGES = 2;
/** Pages without a record that may come one after another, each with the promise of more. */
const MAX_EMPTY_PAGES = 3;

/**
 * Progress of a scan through the pages of one list. Whether there are more pages is Zoho's word alone: a list that
 * repeats itself would be read for ever, for a credit or more a page. Memory does not grow with the list.
 */
export class PagingProgress {
  readonly #label: CallLabel;
  #pages = new Repetition();
  #tokens = new Repetition();
  #repeatedPages = 0;
  #emptyPages = 0;

  constructor(label: CallLabel) {
    this.#label = label;
  }

  /**
   * Notes a page after which Zoho says that there are more.
   * @param ids of its items, in their order
   * @param nextToken of the next page; undefined where pages have numbers
   * @throws ZohoError `endless_list` when the list goes round in circles
   */
  note(ids: readonly string[], nextToken?: string | null): void {
    this.#emptyPages = ids.length === 0 ? this.#emptyPages + 1 : 0;
    if (this.#emptyPages === MAX_EMPTY_PAGES) {
      throw this.#endless(`${MAX_EMPTY_PAGES} pages in a row have no record, and Zoho says that there are more`);
    }
    const isPageKnown = ids.length > 0 && this.#pages.includes(digestOf(ids));
    const isTokenKnown = typeof nextToken === 'string' && this.#tokens.includes(nextToken);
    if (!isPageKnown && !isTokenKnown) return;
    this.#repeatedPages += 1;
    if (this.#repeatedPages < MAX_REPEATED_PAGES) return;
    throw this.#endless(
      isPageKnown
        ? 'pages with the same records come again and again, and Zoho says that there are more'
        : 'the page token leads to itself, and Zoho says that there are more records',
    );
  }

  /** Forgets the pages: the scan has come further by other means than the list itself. */
  restart(): void {
    this.#pages = new Repetition();
    this.#tokens = new Repetition();
    this.#repeatedPages = 0;
    this.#emptyPages = 0;
  }

  #endless(reason: string): ZohoError {
    return new ZohoError({ ...this.#label, category: 'endless_list', code: 'PAGES_WITHOUT_END', reason });
  }
}

/**
 * Finds out that a sequence has begun to repeat itself, however long the part is that repeats: one value is kept, and
 * replaced after 1, 2, 4, ... others (Brent's algorithm).
 */
class Repetition {
  #kept: string | undefined;
  #sinceKept = 0;
  #until = 1;

  /** Whether a value is the one that is kept. */
  includes(value: string): boolean {
    if (value === this.#kept) return true;
    this.#sinceKept += 1;
    if (this.#sinceKept >= this.#until) {
      this.#kept = value;
      this.#sinceKept = 0;
      this.#until *= 2;
    }
    return false;
  }
}

function digestOf(ids: readonly string[]): string {
  return createHash('sha1').update(ids.join()).digest('base64');
}
