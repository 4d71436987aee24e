import type { VirtualClock } from '../clock';

const WINDOW_MINUTES = 24 * 60;

/** Credits spent over the last 24 hours: what a call costs comes back a day after it (API Limits). */
export class CreditLedger {
  /** Credits by minute since 1970. */
  readonly #minutes = new Map<number, number>();
  #used = 0;
  readonly clock: VirtualClock;
  readonly allowance: number;

  constructor(clock: VirtualClock, allowance: number) {
    this.clock = clock;
    this.allowance = allowance;
  }

  /** Credits spent inside the window. */
  get used(): number {
    const oldest = this.#minute() - WINDOW_MINUTES;
    for (const [minute, credits] of this.#minutes) {
      if (minute > oldest) break;
      this.#used -= credits;
      this.#minutes.delete(minute);
    }
    return this.#used;
  }

  /** Takes the credits of a call; false, and nothing taken, when they are not there. */
  spend(credits: number): boolean {
    if (this.used + credits > this.allowance) return false;
    const minute = this.#minute();
    this.#minutes.set(minute, (this.#minutes.get(minute) ?? 0) + credits);
    this.#used += credits;
    return true;
  }

  /** Gives credits back that were spent at a time, in milliseconds since 1970; nothing when they came back by age. */
  refund(credits: number, at: number): void {
    const minute = Math.floor(at / 60_000);
    const spent = this.#minutes.get(minute);
    if (spent === undefined) return;
    const given = Math.min(spent, credits);
    this.#minutes.set(minute, spent - given);
    this.#used -= given;
  }

  /** Value of the response header for remaining credits; absent until half of the allowance is spent. */
  announcedRemainder(): number | undefined {
    const used = this.used;
    return used * 2 >= this.allowance ? this.allowance - used : undefined;
  }

  /** Sets the credits spent, for tests of what happens near the limit. */
  setUsed(credits: number): void {
    this.reset();
    this.#minutes.set(this.#minute(), credits);
    this.#used = credits;
  }

  reset(): void {
    this.#minutes.clear();
    this.#used = 0;
  }

  #minute(): number {
    return Math.floor(this.clock.now() / 60_000);
  }
}
