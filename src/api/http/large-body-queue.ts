import type { Request } from 'express';
import type { Principal, Route } from './route';

/** Bytes from which a body counts as large. */
const LARGE_BYTES = 1024 * 1024;

/**
 * Lets each API key have one large body in memory at a time; further ones stay where they come from. Small ones and
 * other keys do not wait.
 */
export class LargeBodyQueue {
  readonly #last = new Map<string, Promise<void>>();

  /** Runs work on a request when no other large one of its key is at work. */
  async run<T>(route: Route, request: Request, principal: Principal | undefined, work: () => Promise<T>): Promise<T> {
    if (principal === undefined || !mayBeLarge(route, request)) return work();
    const { id } = principal;
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
function mayBeLarge({ largestBody }: Route, { headers }: Request): boolean {
  if ((largestBody?.bytes ?? 0) <= LARGE_BYTES) return false;
  const length = Number(headers['content-length']);
  return (
    headers['content-encoding'] !== undefined || headers['transfer-encoding'] !== undefined || length > LARGE_BYTES
  );
}
