import { z } from 'zod';
import { API_PREFIX, sessionPath } from '../../src/api/paths';
import { SessionAnswer, SessionPage, type Session } from '../../src/api/schemas';

export type { Session };

const REQUEST_TIMEOUT_MS = 15_000;
const Problem = z.object({ title: z.string().optional(), detail: z.string().optional() });

/** The control API as a client sees it: only what `npm start` needs. */
export class ControlApi {
  constructor(
    private readonly baseUrl: string,
    private readonly apiKey: string,
  ) {}

  async startFullSync(module: string): Promise<Session> {
    return SessionAnswer.parse(await this.#call('POST', `${API_PREFIX}/syncs/full`, { module })).session;
  }

  async session(id: string): Promise<Session> {
    return SessionAnswer.parse(await this.#call('GET', sessionPath(id))).session;
  }

  /** The module's newest full sync, whatever became of it. */
  async latestFullSync(module: string): Promise<Session | undefined> {
    const query = new URLSearchParams({ module, sessionType: 'full_sync', limit: '1' });
    const page = SessionPage.parse(await this.#call('GET', `${API_PREFIX}/sessions?${query.toString()}`));
    return page.sessions[0];
  }

  /** @throws Error with the API's own explanation. */
  async #call(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.apiKey}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (response.ok) return answer;
    const problem = Problem.safeParse(answer).data;
    throw new Error(
      `${method} ${path}: ${response.status} ${problem?.detail ?? problem?.title ?? response.statusText}`,
    );
  }
}
