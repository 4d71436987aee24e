import type { VirtualClock } from '../clock';
import { hash32, saltOf } from '../data/hash';
import type { SwitchBoard } from '../switches';
import { DeliveryPlan, type DeliveryFault, type DeliverySource } from './delivery-plan';

const KEPT_ENTRIES = 1_000;
/** Messages on their way at once; above it the newest is lost, as with any overrun queue. */
const MAX_PENDING = 10_000;
const HOLD_MS = 1_000;
/** Notifications this close to each other lose their order where it is not kept. */
const SHUFFLED_MS = 100;
const TIMEOUT_MS = 10_000;

/** A message to a client's URL. */
export interface Message {
  readonly source: DeliverySource;
  /** Channel id of a notification, job id of a callback. */
  readonly subject: string;
  readonly url: string;
  readonly body: unknown;
}

/** Outcome of a message: the HTTP status of the answer, or why there was none. */
export interface DeliveryEntry {
  /** Milliseconds since 1970, virtual. */
  readonly at: number;
  readonly source: DeliverySource;
  readonly subject: string;
  readonly url: string;
  readonly body: unknown;
  readonly fault?: DeliveryFault;
  readonly status?: number;
  readonly outcome: 'delivered' | 'dropped' | 'failed' | 'overrun';
}

export interface DeliveryReport {
  readonly counts: Readonly<Record<DeliveryEntry['outcome'], number>>;
  readonly pending: number;
  /** The last 1,000, oldest first. */
  readonly recent: readonly DeliveryEntry[];
}

/**
 * Sends messages over HTTP, one after another to the same subject unless their order is not kept. Zoho promises neither delivery nor order
 * (Notifications), so rules can drop, double, delay and reorder.
 */
export class Deliveries {
  readonly plan: DeliveryPlan;
  readonly #tails = new Map<string, Promise<void>>();
  #held: Message[] = [];
  #shuffling: Message[] = [];
  #recent: DeliveryEntry[] = [];
  #counts = noCounts();
  #pending = 0;
  #ended = new AbortController();
  readonly clock: VirtualClock;
  readonly seed: number;
  readonly switches: SwitchBoard;

  constructor(clock: VirtualClock, seed: number, switches: SwitchBoard) {
    this.clock = clock;
    this.seed = seed;
    this.switches = switches;
    this.plan = new DeliveryPlan(seed);
  }

  /** Sends a notification, in order or not. */
  notify(message: Message): void {
    if (this.switches.read('notificationOrder') === 'kept') this.send(message);
    else if (this.#shuffling.push(message) === 1) this.#later(SHUFFLED_MS, () => this.#sendShuffled());
  }

  send(message: Message): void {
    const rule = this.plan.strike(message.source, message.subject);
    switch (rule?.kind) {
      case 'drop':
        this.#note(message, { outcome: 'dropped', fault: 'drop' });
        return;
      case 'delay':
        this.#later(rule.delayMs ?? HOLD_MS, () => this.#post(message, 'delay'));
        return;
      case 'reorder':
        this.#held.push(message);
        this.#later(rule.delayMs ?? HOLD_MS, () => this.#release([message]));
        return;
      case 'duplicate':
        this.#post(message, 'duplicate');
        break;
      default:
    }
    this.#post(message, rule?.kind);
    this.#release(this.#held);
  }

  /** Sends the callback at the end of a job: unsigned, a hint and never a promise. */
  sendCallback(message: Message): void {
    const delay = this.switches.read('callbackDelayMs');
    const copies = this.switches.read('callbackCopies');
    const send = (): void => {
      for (let copy = 0; copy < copies; copy++) this.send(message);
    };
    if (delay > 0) this.#later(delay, send);
    else send();
  }

  report(): DeliveryReport {
    return { counts: { ...this.#counts }, pending: this.#pending, recent: this.#recent.slice(-KEPT_ENTRIES) };
  }

  clearLog(): void {
    this.#recent = [];
    this.#counts = noCounts();
  }

  /** Gives up what is on its way, and forgets rules and log. */
  reset(): void {
    this.#ended.abort();
    this.#ended = new AbortController();
    this.#held = [];
    this.#shuffling = [];
    this.#tails.clear();
    this.plan.clear();
    this.clearLog();
  }

  #later(milliseconds: number, run: () => void): void {
    const { signal } = this.#ended;
    this.#pending++;
    this.clock.at(this.clock.now() + milliseconds, () => {
      this.#pending--;
      if (!signal.aborted) run();
    });
  }

  #sendShuffled(): void {
    const salt = saltOf(this.seed, 'order of notifications');
    const messages = this.#shuffling.map((message, place) => ({ message, rank: hash32(salt, place) }));
    this.#shuffling = [];
    for (const { message } of messages.sort((a, b) => a.rank - b.rank)) this.send(message);
  }

  /** Sends those of the messages that are still held back. */
  #release(messages: readonly Message[]): void {
    const due = this.#held.filter((message) => messages.includes(message));
    this.#held = this.#held.filter((message) => !due.includes(message));
    for (const message of due) this.#post(message, 'reorder');
  }

  #post(message: Message, fault: DeliveryFault | undefined): void {
    if (this.#pending >= MAX_PENDING) {
      this.#note(message, { outcome: 'overrun' });
      return;
    }
    this.#pending++;
    const { signal } = this.#ended;
    const waits = message.source !== 'notification' || this.switches.read('notificationOrder') === 'kept';
    const before = (waits && this.#tails.get(message.subject)) || Promise.resolve();
    const tail = before.then(() => this.#attempt(message, fault, signal));
    this.#tails.set(message.subject, tail);
    void tail.then(() => {
      this.#pending--;
      if (this.#tails.get(message.subject) === tail) this.#tails.delete(message.subject);
    });
  }

  async #attempt(message: Message, fault: DeliveryFault | undefined, ended: AbortSignal): Promise<void> {
    const attempts = message.source === 'notification' ? this.switches.read('notificationAttempts') : 1;
    for (let attempt = 0; attempt < attempts && !ended.aborted; attempt++) {
      const status = await this.#request(message, ended);
      if (ended.aborted) return;
      const outcome = status === undefined ? 'failed' : 'delivered';
      this.#note(message, { outcome, ...(status !== undefined && { status }), ...(fault && { fault }) });
      if (status !== undefined && status >= 200 && status < 300) return;
    }
  }

  /** The HTTP status that answered; undefined when nothing did. */
  #request(message: Message, ended: AbortSignal): Promise<number | undefined> {
    return fetch(message.url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(message.body),
      redirect: 'manual',
      signal: AbortSignal.any([ended, AbortSignal.timeout(TIMEOUT_MS)]),
    }).then(
      async (response) => {
        await response.body?.cancel();
        return response.status;
      },
      () => undefined,
    );
  }

  #note(message: Message, result: Pick<DeliveryEntry, 'outcome' | 'status' | 'fault'>): void {
    this.#counts[result.outcome]++;
    this.#recent.push({ at: this.clock.now(), ...message, ...result });
    if (this.#recent.length > KEPT_ENTRIES * 2) this.#recent = this.#recent.slice(-KEPT_ENTRIES);
  }
}

function noCounts(): Record<DeliveryEntry['outcome'], number> {
  return { delivered: 0, dropped: 0, failed: 0, overrun: 0 };
}
