import type { Request } from 'express';

/** A request as far as the queue looks at it. */
interface QueuedRequest {
  readonly headers: Request['headers'];
  /** Largest body that its route takes, in bytes. */
  readonly mostBytes: number;
  /** Id of the API key; absent on open routes. */
  readonly keyId: string | undefined;
}

/** Bytes from which a body counts as large. */
const LARGE_BYTES = 1024 * 1024;

/**
 * Lets each API key have one large body in memory at a time; further ones stay where they come from. Small ones and
 * other keys do not wait.
 */
export class LargeBodyQueue {
  readonly #last = new Map<string, Promise<void>>();

  /** Runs work on a request when no other large one of its key is at work. */
  async run<T>(request: QueuedRequest, work: () => Promise<T>): Promise<T> {
    const { keyId: id } = request;
    if (id === undefined || !mayBeLarge(request)) return work();
    const before = this.#last.get(id);
    const result = (async () => {
      await before;
      return work();
    })();
    const end = result.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(id, end);
    try {
      return await result;
    } finally {
      if (this.#last.get(id) === end) this.#last.delete(id);
    }
  }
}

/** A body that is compressed, or does not say how long it is, may be as large as its route allows. */
function mayBeLarge({ mostBytes, headers }: QueuedRequest): boolean {
  if (mostBytes <= LARGE_BYTES) return false;
  const length = Number(headers['content-length']);
  return (
    headers['content-encoding'] !== undefined || headers['transfer-encoding'] !== undefined || length > LARGE_BYTES
  );
}
