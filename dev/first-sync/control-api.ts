import { AuthStatus, type Connection } from '../../src/api/connections/schemas';
import { API_PREFIX, sessionPath } from '../../src/api/paths';
import { SessionAnswer, SessionPage, type Session } from '../../src/api/sessions/schemas';
import { ApiClient } from '../../src/cli/client/api-client';

export type { Session };

/** Client of the control API with the calls of `npm start`. */
export class ControlApi {
  readonly #client: ApiClient;

  constructor(baseUrl: string, apiKey: string) {
    this.#client = new ApiClient({ baseUrl, apiKey }, { forPeople: true });
  }

  /** The connection that the environment describes. */
  async connection(): Promise<Connection> {
    return (await this.#client.get(`${API_PREFIX}/auth/status`, { schema: AuthStatus })).connection;
  }

  async startFullSync(module: string): Promise<Session> {
    return (await this.#client.post(`${API_PREFIX}/syncs/full`, { schema: SessionAnswer, body: { module } })).session;
  }

  async session(id: string): Promise<Session> {
    return (await this.#client.get(sessionPath(id), { schema: SessionAnswer })).session;
  }

  /** Newest full sync of the module, in any status. */
  async latestFullSync(module: string): Promise<Session | undefined> {
    const query = { module, sessionType: 'full_sync', limit: 1 };
    const page = await this.#client.get(`${API_PREFIX}/sessions`, { schema: SessionPage, query });
    return page.sessions[0];
  }
}
