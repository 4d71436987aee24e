import type { CallEnding, Permit } from '../../zoho/http/call-limiter';

/** Calls of a series that are let in with one asking, and how long their place is kept for them. */
export const CALLS_PER_ASKING = 20;
const KEPT_MS = 2_000;
/** The next call of a series comes soon, or not at all. */
const IDLE_MS = 250;

/** How a part of a series has ended. */
export interface SeriesEnding extends CallEnding {
  /** Calls that were paid and not made. */
  unsent: number;
}

/**
 * One place for several calls after each other, paid beforehand. It is given back when they are made, when Zoho says
 * something that all must know, when others have waited long enough, or when the next call does not come.
 */
export class CallSeriesPermit {
  readonly #openedAt = performance.now();
  #left = CALLS_PER_ASKING;
  #idle: NodeJS.Timeout | undefined;
  #isOver = false;
  readonly #creditsPerCall: number;
  readonly #giveBack: (ending: SeriesEnding) => void;

  constructor(creditsPerCall: number, giveBack: (ending: SeriesEnding) => void) {
    this.#creditsPerCall = creditsPerCall;
    this.#giveBack = giveBack;
  }

  /** The next call. Only while it is not over and no call of it is running. */
  next(): Permit {
    clearTimeout(this.#idle);
    this.#left -= 1;
    return { credits: this.#creditsPerCall, leave: (ending) => this.#ended(ending) };
  }

  /** Gives the place back, if that has not been done. */
  close(): void {
    clearTimeout(this.#idle);
    if (!this.#isOver) this.#end({});
  }

  #ended(ending: CallEnding): void {
    const isDone = this.#left === 0 || performance.now() - this.#openedAt > KEPT_MS;
    if (this.#isOver) return;
    if (isDone || ending.status !== 200 || ending.creditsRemaining !== undefined) return this.#end(ending);
    this.#idle = setTimeout(() => this.#end({}), IDLE_MS);
    this.#idle.unref();
  }

  #end(ending: CallEnding): void {
    this.#isOver = true;
    this.#giveBack({ ...ending, unsent: this.#left });
  }
}
