/** Bounds of one piece of reading; none for reading that goes on to its end. */
export interface LegBounds {
  /** Most calls for records. */
  readonly calls?: number;
  /** Time in milliseconds after which it ends. */
  readonly ms?: number;
}

/** Answer of an activity that has read a part of its work, which is committed: the rest is another activity. */
export interface Unfinished {
  readonly more: true;
}

export const UNFINISHED: Unfinished = { more: true };

/**
 * A piece of reading that goes on for long. It ends where what has been read is committed, so that the work of others,
 * who wait for the same places, has its turn. Every leg gets on: bounds are looked at between calls, never before one.
 */
export class Leg {
  /** Most calls for records. */
  readonly mostCalls: number;
  readonly #until: number;
  #calls = 0;

  constructor({ calls = Infinity, ms = Infinity }: LegBounds = {}) {
    this.mostCalls = calls;
    this.#until = performance.now() + ms;
  }

  /** Counts a call for records. */
  noteCall(): void {
    this.#calls += 1;
  }

  get isOver(): boolean {
    return this.#calls >= this.mostCalls || performance.now() >= this.#until;
  }
}
