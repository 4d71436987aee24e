import type { CallOutcome, Permit } from '../../zoho/http/call-limiter';

/** Calls of a batch that one admission covers. */
export const CALLS_PER_BATCH = 20;
/** A batch holds its slot no longer than this, in milliseconds. */
const MAX_HOLD_MS = 2_000;
/** The next call of a batch comes within this time, or not at all. */
const IDLE_MS = 250;

/** The end of a batch. */
export interface BatchOutcome extends CallOutcome {
  /** Calls that were paid and not made. */
  unsent: number;
}

/**
 * One slot for several calls after each other, paid beforehand. It is released when all were made, when Zoho answers
 * something that every process must learn, when it was held for its maximum time, or when the next call does not come.
 */
export class BatchPermit {
  readonly #openedAt = performance.now();
  #callsLeft = CALLS_PER_BATCH;
  #idle: NodeJS.Timeout | undefined;
  #isReleased = false;
  readonly #creditsPerCall: number;
  readonly #onRelease: (outcome: BatchOutcome) => void;

  constructor(creditsPerCall: number, onRelease: (outcome: BatchOutcome) => void) {
    this.#creditsPerCall = creditsPerCall;
    this.#onRelease = onRelease;
  }

  /** The permit of the next call. Only before the release, and while no other call of the batch is running. */
  next(): Permit {
    clearTimeout(this.#idle);
    this.#callsLeft -= 1;
    return { credits: this.#creditsPerCall, release: (outcome) => this.#afterCall(outcome) };
  }

  /** Releases the slot, unless that has happened. */
  close(): void {
    clearTimeout(this.#idle);
    if (!this.#isReleased) this.#release({});
  }

  #afterCall(outcome: CallOutcome): void {
    if (this.#isReleased) return;
    const isUsedUp = this.#callsLeft === 0 || performance.now() - this.#openedAt > MAX_HOLD_MS;
    if (isUsedUp || outcome.status !== 200 || outcome.creditsRemaining !== undefined) return this.#release(outcome);
    this.#idle = setTimeout(() => this.#release({}), IDLE_MS);
    this.#idle.unref();
  }

  #release(outcome: CallOutcome): void {
    this.#isReleased = true;
    this.#onRelease({ ...outcome, unsent: this.#callsLeft });
  }
}
