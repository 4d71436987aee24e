import type { Knex } from 'knex';
import { type Arrival, type Departure, type Standing, takeTurn } from '../../db/credits/admit-calls';

/** How a wait in the line has ended. */
export type Admission = Standing | { ticket: number; outcome: 'waited' };

type Ending = Admission | { ticket: number; outcome: 'aborted' };

export interface LineOptions {
  /** The process, as a uuid. */
  holder: string;
  /** The calls of a process that is gone are over after this. */
  timeToLiveMs: number;
  /** The longest wait for a place. */
  longestWaitMs: number;
}

interface Waiting {
  since: number;
  settle: (ending: Ending) => void;
  fail: (error: unknown) => void;
}

/** While calls wait, the database is asked this often, in milliseconds: soon at first, then less often. */
const FIRST_PAUSE_MS = 4;
const MAX_PAUSE_MS = 40;
const PAUSE_GROWTH = 1.5;
/** A database that could not be reached is tried again after this, to hand in the calls that are over. */
const RETRY_MS = 1_000;
const STOPPING = 'The process is stopping.';

/**
 * The calls of this process to one connection: who waits, who is inside. Whatever happens while one turn is on its way
 * to the database goes with the next one, so that a busy process takes few turns and a call after a call takes one.
 */
export class CallLine {
  readonly #waiting = new Map<number, Waiting>();
  #arrivals: Arrival[] = [];
  #departures: Departure[] = [];
  #inside = 0;
  #tickets = 0;
  #pauseMs = FIRST_PAUSE_MS;
  #turn: Promise<void> | undefined;
  #soon: NodeJS.Immediate | undefined;
  #later: NodeJS.Timeout | undefined;
  #isClosed = false;
  readonly #knex: Knex;
  readonly #connectionId: string;
  readonly #options: LineOptions;

  constructor(knex: Knex, connectionId: string, options: LineOptions) {
    this.#knex = knex;
    this.#connectionId = connectionId;
    this.#options = options;
  }

  /**
   * Waits for a place.
   * @throws the signal's reason; the error of a database that cannot be asked
   */
  async join(call: Omit<Arrival, 'ticket'>, signal: AbortSignal | undefined): Promise<Admission> {
    signal?.throwIfAborted();
    if (this.#isClosed) throw new Error(STOPPING);
    this.#tickets += 1;
    const ticket = this.#tickets;
    this.#arrivals.push({ ticket, ...call });
    this.#wake();
    let onAbort: () => void = () => undefined;
    const admission = new Promise<Ending>((settle, fail) => {
      this.#waiting.set(ticket, { since: performance.now(), settle, fail });
      onAbort = () => {
        if (!this.#waiting.delete(ticket)) return;
        this.#withdraw(ticket);
        settle({ ticket, outcome: 'aborted' });
      };
    });
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const ending = await admission;
      if (ending.outcome !== 'aborted') return ending;
      throw signal?.reason;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Gives back the place of a call that was let in. */
  leave(departure: Departure): void {
    this.#inside -= 1;
    this.#depart(departure);
  }

  /** Hands in what is over. Calls that still wait fail. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#turn;
    this.#stopTimers();
    this.#dismiss(new Error(STOPPING));
    if (this.#departures.length > 0) await this.#takeTurn();
    this.#stopTimers();
  }

  /** A turn takes departures before arrivals, so a call that has not arrived yet must not arrive at all. */
  #withdraw(ticket: number): void {
    const coming = this.#arrivals.findIndex((arrival) => arrival.ticket === ticket);
    if (coming === -1) this.#depart({ ticket, sent: false });
    else this.#arrivals.splice(coming, 1);
  }

  #depart(departure: Departure): void {
    this.#departures.push(departure);
    this.#wake();
  }

  /** At the end of this round of the event loop: a call that follows upon another one goes with its departure. */
  #wake(): void {
    if (this.#turn || this.#isClosed) return;
    this.#soon ??= setImmediate(() => this.#start());
  }

  #start(): void {
    this.#stopTimers();
    this.#turn = this.#takeTurn().finally(() => {
      this.#turn = undefined;
      this.#plan();
    });
  }

  async #takeTurn(): Promise<void> {
    const { holder, timeToLiveMs } = this.#options;
    const arrivals = this.#arrivals.splice(0);
    const departures = this.#departures.splice(0);
    try {
      const turn = { connectionId: this.#connectionId, holder, timeToLiveMs, departures, arrivals };
      for (const standing of await takeTurn(this.#knex, turn)) this.#settle(standing);
      this.#giveUp();
      this.#pauseMs = Math.min(MAX_PAUSE_MS, this.#pauseMs * PAUSE_GROWTH);
    } catch (error) {
      this.#departures.unshift(...departures);
      this.#dismiss(error);
      this.#pauseMs = RETRY_MS;
    }
  }

  #settle(standing: Standing): void {
    const waiting = this.#waiting.get(standing.ticket);
    if (!waiting) return;
    this.#waiting.delete(standing.ticket);
    if (standing.outcome === 'running') this.#inside += 1;
    this.#pauseMs = FIRST_PAUSE_MS;
    waiting.settle(standing);
  }

  #giveUp(): void {
    const latest = performance.now() - this.#options.longestWaitMs;
    for (const [ticket, { since, settle }] of this.#waiting) {
      if (since > latest) continue;
      this.#waiting.delete(ticket);
      this.#departures.push({ ticket, sent: false, keepsPlace: true });
      settle({ ticket, outcome: 'waited' });
    }
  }

  /** The turn may have been taken although its answer is lost: whoever was let in leaves again. */
  #dismiss(error: unknown): void {
    this.#arrivals = [];
    for (const [ticket, { fail }] of this.#waiting) {
      this.#departures.push({ ticket, sent: false });
      fail(error);
    }
    this.#waiting.clear();
  }

  #plan(): void {
    if (this.#isClosed) return;
    const hasFailed = this.#pauseMs === RETRY_MS;
    if (this.#arrivals.length > 0 || (this.#departures.length > 0 && !hasFailed)) return this.#wake();
    const isIdle = this.#waiting.size === 0 && this.#departures.length === 0;
    if (isIdle && this.#inside <= 0) return;
    this.#later = setTimeout(() => this.#start(), isIdle ? this.#options.timeToLiveMs / 3 : this.#pauseMs);
    // Only a call that waits keeps the process alive.
    if (this.#waiting.size === 0) this.#later.unref();
  }

  #stopTimers(): void {
    clearImmediate(this.#soon);
    clearTimeout(this.#later);
    this.#soon = undefined;
    this.#later = undefined;
  }
}
