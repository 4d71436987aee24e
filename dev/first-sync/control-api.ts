import { ConfigurationAnswer, ConfigurationPage } from '../../src/api/configurations/schemas';
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

  /**
   * Gives each module a configuration, as long as nobody has made any: what a person has decided stays.
   * @returns whether it did
   */
  async configure(modules: readonly string[]): Promise<boolean> {
    const path = `${API_PREFIX}/configurations`;
    const { configurations } = await this.#client.get(path, { schema: ConfigurationPage, query: { limit: 1 } });
    if (configurations.length > 0) return false;
    for (const moduleName of modules) {
      const body = { configName: moduleName.toLowerCase(), moduleName };
      await this.#client.post(path, { schema: ConfigurationAnswer, body });
    }
    return true;
  }

  /** Newest full sync of the module, in any status. */
  async latestFullSync(module: string): Promise<Session | undefined> {
    const query = { module, sessionType: 'full_sync', limit: 1 };
    const page = await this.#client.get(`${API_PREFIX}/sessions`, { schema: SessionPage, query });
    return page.sessions[0];
  }
}
