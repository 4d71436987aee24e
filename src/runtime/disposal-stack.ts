type Close = () => unknown;

/**
 * Closes resources in reverse order of opening, each of them even if others fail to close. A substitute for
 * `AsyncDisposableStack`, which Node 20 lacks.
 */
export class DisposalStack {
  readonly #closers: Close[] = [];

  /** Registers how to close a resource, and returns the resource. */
  adopt<T>(resource: T, close: (resource: T) => unknown): T {
    this.defer(() => close(resource));
    return resource;
  }

  /** Registers a step of {@link close}; it may return a promise. */
  defer(close: Close): void {
    this.#closers.push(close);
  }

  /**
   * Runs each registered step once, the last one first. A second call has nothing left to do.
   * @throws the failure of the only step that failed, or an AggregateError of several
   */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.#closers.pop(); close; close = this.#closers.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 1) throw new AggregateError(failures, `${failures.length} resources did not close.`);
    if (failures.length === 1) throw failures[0];
  }
}

/**
 * Opens several resources or none: when opening fails, everything registered so far is closed again.
 * @throws the failure of opening; an AggregateError with the same message if closing failed, too
 */
export async function openTogether<T>(open: (stack: DisposalStack) => Promise<T>): Promise<T> {
  const stack = new DisposalStack();
  try {
    return await open(stack);
  } catch (error) {
    await stack.close().catch((closing: unknown) => {
      throw new AggregateError([error, closing], error instanceof Error ? error.message : String(error));
    });
    throw error;
  }
}
