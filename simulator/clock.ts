interface Alarm {
  at: number;
  run: () => void;
}

const MAX_TIMEOUT = 2_000_000_000;

/**
 * Time of the simulated organization. Follows real time until somebody advances, sets or freezes it; token
 * expiry, credits, jobs and `Modified_Time` all read this clock and none reads the machine's.
 */
export class VirtualClock {
  #offset = 0;
  #frozenAt: number | undefined;
  #alarms: Alarm[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** Milliseconds since 1970. */
  now(): number {
    return this.#frozenAt ?? Date.now() + this.#offset;
  }

  /** Whole seconds since 1970: the resolution of every time the CRM writes. */
  seconds(): number {
    return Math.floor(this.now() / 1000);
  }

  get frozen(): boolean {
    return this.#frozenAt !== undefined;
  }

  set(milliseconds: number): void {
    if (this.#frozenAt === undefined) this.#offset = milliseconds - Date.now();
    else this.#frozenAt = milliseconds;
    this.#ring();
  }

  advance(milliseconds: number): void {
    this.set(this.now() + milliseconds);
  }

  freeze(): void {
    this.#frozenAt ??= this.now();
    this.#arm();
  }

  /** Lets time run on from where it stands. */
  resume(): void {
    if (this.#frozenAt === undefined) return;
    this.#offset = this.#frozenAt - Date.now();
    this.#frozenAt = undefined;
    this.#arm();
  }

  /** Back to the machine's time. */
  reset(): void {
    this.#frozenAt = undefined;
    this.#offset = 0;
    this.#ring();
  }

  /** Runs something once the clock has reached an instant, whether time passes or is moved. */
  at(milliseconds: number, run: () => void): void {
    this.#alarms.push({ at: milliseconds, run });
    this.#arm();
  }

  /** Drops all alarms; the process can end. */
  stop(): void {
    this.#alarms = [];
    clearTimeout(this.#timer);
  }

  #ring(): void {
    const now = this.now();
    const due = this.#alarms.filter((alarm) => alarm.at <= now).sort((a, b) => a.at - b.at);
    this.#alarms = this.#alarms.filter((alarm) => alarm.at > now);
    for (const alarm of due) alarm.run();
    this.#arm();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const first = this.#alarms.reduce((least, alarm) => Math.min(least, alarm.at), Infinity);
    const wait = first - this.now();
    if (first === Infinity || (this.frozen && wait > 0)) return;
    this.#timer = setTimeout(() => this.#ring(), Math.min(Math.max(wait, 0), MAX_TIMEOUT));
    this.#timer.unref();
  }
}
