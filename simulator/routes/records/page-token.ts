import { createHash } from 'node:crypto';
import type { VirtualClock } from '../../clock';
import { ApiError } from '../../http/api-error';
import type { ModifiedEntry } from '../../store/overlay';

const LIFE = 24 * 3_600_000;
/** Lists of records kept for tokens that hold on to the first page's; the oldest is forgotten. */
const KEPT_SNAPSHOTS = 50;

/** Position of a scan through the pages of a module. */
export interface PageState {
  /** The last record shown. */
  readonly after: ModifiedEntry;
  /** Records shown up to there. */
  readonly shown: number;
  /** The number of the next page. */
  readonly page: number;
  /** The number of the list that was kept at the first page; 0 for a place in the live data. */
  readonly snapshot: number;
}

/**
 * Page tokens of Get Records. A token carries its state and a digest of the user and of every parameter it is bound
 * to, so the simulator keeps nothing and a restart does not lose a scan. Only scans of snapshots are remembered.
 */
export class PageTokens {
  readonly #snapshots = new Map<number, readonly number[]>();
  #nextSnapshot = 1;
  readonly clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  /** A token and when it expires, in milliseconds since 1970. */
  issue(state: PageState, binding: string): { token: string; expires: number } {
    const expires = this.clock.now() + LIFE;
    const { after, shown, page, snapshot } = state;
    const content = JSON.stringify([after.modified, after.row, shown, page, expires, snapshot]);
    const token = Buffer.from(`${digest(content, binding)}${content}`).toString('base64url');
    return { token, expires };
  }

  /** @throws ApiError TOKEN_BOUND_DATA_MISMATCH for a token of other parameters, EXPIRED_VALUE after 24 hours */
  read(token: string, binding: string): PageState {
    const text = Buffer.from(token, 'base64url').toString('utf8');
    const content = text.slice(16);
    if (digest(content, binding) !== text.slice(0, 16)) {
      throw new ApiError(400, 'TOKEN_BOUND_DATA_MISMATCH', 'Please check whether the input values are correct', {
        param_name: 'page_token',
      });
    }
    const [modified = 0, row = 0, shown = 0, page = 0, expires = 0, snapshot = 0] = JSON.parse(content) as number[];
    if (expires <= this.clock.now()) throw pageTokenExpired();
    return { after: { modified, row }, shown, page, snapshot };
  }

  /** Keeps the list of records of a scan and gives its number. */
  keep(rows: readonly number[]): number {
    const number = this.#nextSnapshot++;
    this.#snapshots.set(number, rows);
    const [oldest] = this.#snapshots.keys();
    if (this.#snapshots.size > KEPT_SNAPSHOTS && oldest !== undefined) this.#snapshots.delete(oldest);
    return number;
  }

  /** A list that was kept. @throws ApiError EXPIRED_VALUE when it was forgotten */
  snapshot(number: number): readonly number[] {
    const rows = this.#snapshots.get(number);
    if (!rows) throw pageTokenExpired();
    return rows;
  }

  reset(): void {
    this.#snapshots.clear();
  }
}

/** Refusal of a page token after its 24 hours. */
export function pageTokenExpired(): ApiError {
  const details = { api_name: 'page_token', json_path: '$.query.page_token' };
  return new ApiError(400, 'EXPIRED_VALUE', 'Page token expired', details);
}

function digest(content: string, binding: string): string {
  return createHash('sha256').update(binding).update('\0').update(content).digest('hex').slice(0, 16);
}
