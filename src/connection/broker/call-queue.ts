import type { Knex } from 'knex';
import { admitCalls, type CallRelease, type CallRequest, type Decision } from '../../db/credits/admit-calls';

/** The end of a wait in the queue. */
export type QueueDecision = Decision | { ticket: number; outcome: 'timed_out' };

type WaitEnd = QueueDecision | { ticket: number; outcome: 'aborted' };

export interface QueueOptions {
  /** The process that holds the lease, as a uuid. */
  owner: string;
  /** The calls of a process that died end after this. */
  leaseMs: number;
  /** A call that names no other time gives up when it was not admitted within this one. */
  giveUpAfterMs: number;
}

interface WaitingCall {
  givesUpAt: number;
  resolve: (end: WaitEnd) => void;
  reject: (error: unknown) => void;
}

/** Pause between exchanges while calls wait, in milliseconds: short at first, then growing. */
const FIRST_PAUSE_MS = 4;
const MAX_PAUSE_MS = 40;
const PAUSE_GROWTH = 1.5;
/** Pause after a failed exchange, before the releases are sent again. */
const RETRY_MS = 1_000;
const STOPPING = 'The process is stopping.';

/**
 * The calls of this process to one connection, waiting and admitted. Requests and releases that arrive during a round
 * trip are sent with the next one: a busy process batches, back-to-back calls cost one round trip.
 */
export class CallQueue {
  readonly #waiting = new Map<number, WaitingCall>();
  #requests: CallRequest[] = [];
  #releases: CallRelease[] = [];
  #admitted = 0;
  #lastTicket = 0;
  #pauseMs = FIRST_PAUSE_MS;
  #exchanging: Promise<void> | undefined;
  #soon: NodeJS.Immediate | undefined;
  #later: NodeJS.Timeout | undefined;
  #isClosed = false;
  readonly #knex: Knex;
  readonly #connectionId: string;
  readonly #options: QueueOptions;

  constructor(knex: Knex, connectionId: string, options: QueueOptions) {
    this.#knex = knex;
    this.#connectionId = connectionId;
    this.#options = options;
  }

  /**
   * Queues a call and waits for the decision.
   * @param giveUpAfterMs longest wait
   * @throws the signal's reason; the error of a database that cannot be reached
   */
  async acquire(
    call: Omit<CallRequest, 'ticket'>,
    signal: AbortSignal | undefined,
    giveUpAfterMs = this.#options.giveUpAfterMs,
  ): Promise<QueueDecision> {
    signal?.throwIfAborted();
    if (this.#isClosed) throw new Error(STOPPING);
    this.#lastTicket += 1;
    const ticket = this.#lastTicket;
    this.#requests.push({ ticket, ...call });
    this.#wake();
    let onAbort: () => void = () => undefined;
    const wait = new Promise<WaitEnd>((resolve, reject) => {
      this.#waiting.set(ticket, { givesUpAt: performance.now() + giveUpAfterMs, resolve, reject });
      onAbort = () => {
        if (!this.#waiting.delete(ticket)) return;
        this.#withdraw(ticket);
        resolve({ ticket, outcome: 'aborted' });
      };
    });
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const end = await wait;
      if (end.outcome !== 'aborted') return end;
      throw signal?.reason;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Releases the slot of an admitted call. */
  release(release: CallRelease): void {
    this.#admitted -= 1;
    this.#addRelease(release);
  }

  /** Sends the last releases. Calls that still wait fail. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#exchanging;
    this.#stopTimers();
    this.#failWaiting(new Error(STOPPING));
    if (this.#releases.length > 0) await this.#exchange();
    this.#stopTimers();
  }

  /** An exchange sends releases before requests, so a call whose request was not sent yet must not be sent at all. */
  #withdraw(ticket: number): void {
    const unsent = this.#requests.findIndex((request) => request.ticket === ticket);
    if (unsent === -1) this.#addRelease({ ticket, sent: false });
    else this.#requests.splice(unsent, 1);
  }

  #addRelease(release: CallRelease): void {
    this.#releases.push(release);
    this.#wake();
  }

  /** Waits for the end of this round of the event loop, so that a call after another one goes with its release. */
  #wake(): void {
    if (this.#exchanging || this.#isClosed) return;
    this.#soon ??= setImmediate(() => this.#start());
  }

  #start(): void {
    this.#stopTimers();
    this.#exchanging = this.#exchange().finally(() => {
      this.#exchanging = undefined;
      this.#schedule();
    });
  }

  async #exchange(): Promise<void> {
    const { owner, leaseMs } = this.#options;
    const requests = this.#requests.splice(0);
    const releases = this.#releases.splice(0);
    try {
      const exchange = { connectionId: this.#connectionId, owner, leaseMs, releases, requests };
      for (const decision of await admitCalls(this.#knex, exchange)) this.#resolve(decision);
      this.#timeOutWaiting();
      this.#pauseMs = Math.min(MAX_PAUSE_MS, this.#pauseMs * PAUSE_GROWTH);
    } catch (error) {
      this.#releases.unshift(...releases);
      this.#failWaiting(error);
      this.#pauseMs = RETRY_MS;
    }
  }

  #resolve(decision: Decision): void {
    const call = this.#waiting.get(decision.ticket);
    if (!call) return;
    this.#waiting.delete(decision.ticket);
    if (decision.outcome === 'admitted') this.#admitted += 1;
    this.#pauseMs = FIRST_PAUSE_MS;
    call.resolve(decision);
  }

  #timeOutWaiting(): void {
    const now = performance.now();
    for (const [ticket, { givesUpAt, resolve }] of this.#waiting) {
      if (givesUpAt > now) continue;
      this.#waiting.delete(ticket);
      this.#releases.push({ ticket, sent: false, keepsDeadline: true });
      resolve({ ticket, outcome: 'timed_out' });
    }
  }

  /** The statement may have committed although its reply was lost, so every slot it may have granted is released. */
  #failWaiting(error: unknown): void {
    this.#requests = [];
    for (const [ticket, { reject }] of this.#waiting) {
      this.#releases.push({ ticket, sent: false });
      reject(error);
    }
    this.#waiting.clear();
  }

  #schedule(): void {
    if (this.#isClosed) return;
    const hasFailed = this.#pauseMs === RETRY_MS;
    if (this.#requests.length > 0 || (this.#releases.length > 0 && !hasFailed)) return this.#wake();
    const isIdle = this.#waiting.size === 0 && this.#releases.length === 0;
    if (isIdle && this.#admitted <= 0) return;
    this.#later = setTimeout(() => this.#start(), isIdle ? this.#options.leaseMs / 3 : this.#pauseMs);
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
