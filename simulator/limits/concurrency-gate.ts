/** Simultaneous heavy calls of one application, the same in every edition (API Limits). */
const HEAVY_CONCURRENCY = 10;

interface Running {
  all: number;
  heavy: number;
}

/** Counts calls in flight by application and refuses those above the edition's number. */
export class ConcurrencyGate {
  readonly #running = new Map<string, Running>();
  maximumSeen = 0;
  maximumHeavySeen = 0;
  refused = 0;
  readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Takes a place; the function given back frees it. Undefined when there is none. */
  enter(clientId: string, heavy: boolean): (() => void) | undefined {
    const running = this.#running.get(clientId) ?? { all: 0, heavy: 0 };
    this.#running.set(clientId, running);
    if (running.all >= this.limit || (heavy && running.heavy >= HEAVY_CONCURRENCY)) {
      this.refused++;
      return undefined;
    }
    running.all++;
    if (heavy) running.heavy++;
    this.maximumSeen = Math.max(this.maximumSeen, running.all);
    this.maximumHeavySeen = Math.max(this.maximumHeavySeen, running.heavy);
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      running.all--;
      if (heavy) running.heavy--;
    };
  }

  reset(): void {
    this.maximumSeen = 0;
    this.maximumHeavySeen = 0;
    this.refused = 0;
  }
}
