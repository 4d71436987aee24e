import { Agent } from 'undici';
import type { Reach } from '../domain/reach';
import { guardedConnector, type Resolver } from '../zoho/http/guarded-connector';

const GIVE_UP_MS = 10_000;
/** Bytes of an answer that are read to keep the connection; nobody looks at them. */
const MOST_READ = 16 * 1024;

/** Sends messages to URLs that callers gave. Goes through no proxy, follows no redirect and repeats nothing. */
export class CallerClient {
  readonly #agent: Agent;

  /** @param reach hosts that may be called although their addresses are not public */
  constructor(reach: Reach, resolve?: Resolver) {
    this.#agent = new Agent({ connect: guardedConnector(GIVE_UP_MS, reach, resolve) });
  }

  /**
   * Posts a JSON text.
   * @returns the HTTP status of the answer
   * @throws AddressNotAllowed, or an error of the network; the signal's reason when it is aborted
   */
  async post(url: string, headers: Record<string, string>, body: string, signal: AbortSignal): Promise<number> {
    const { origin, pathname, search } = new URL(url);
    const answer = await this.#agent.request({
      origin,
      path: pathname + search,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(GIVE_UP_MS)]),
    });
    await answer.body.dump({ limit: MOST_READ });
    return answer.statusCode;
  }

  /** Waits for messages under way, then closes the connections. */
  async close(): Promise<void> {
    await this.#agent.close();
  }
}
