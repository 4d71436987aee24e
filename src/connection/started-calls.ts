/** Calls of one piece of work: none of them outlives it. */
export class StartedCalls {
  readonly #unsettled = new Set<Promise<unknown>>();
  readonly #ending = new AbortController();
  /** Aborts with the caller's signal, and when the work has ended. */
  readonly signal: AbortSignal;

  constructor(signal: AbortSignal | undefined) {
    this.signal = signal ? AbortSignal.any([signal, this.#ending.signal]) : this.#ending.signal;
  }

  add(call: Promise<unknown>): void {
    this.#unsettled.add(call);
    const remove = () => this.#unsettled.delete(call);
    call.then(remove, remove);
  }

  /** Aborts the calls in flight that carry the signal, and waits until every call has been reported. */
  async end(): Promise<void> {
    this.#ending.abort(new Error('The work that made this call has ended.'));
    await Promise.allSettled(this.#unsettled);
  }
}
