import type { CallLimiter } from '../zoho/http/call-limiter';
import type { CallObserver } from '../zoho/http/call-report';
import { type AccessToken, type TokenSource, ZohoTransport } from '../zoho/http/transport';
import { askOrganization } from './ask-organization';
import type { CreditBroker } from './broker/broker';
import { DatabaseTokenSource, type TokenSettings } from './token-source';

export interface TransportSettings extends TokenSettings {
  /** Admits the calls. Without it credits are not limited. */
  broker?: Pick<CreditBroker, 'limiter'> | undefined;
  /** Makes the observer of a connection's calls. */
  observe?: ((connectionId: string) => CallObserver) | undefined;
}

/** One transport per connection for the life of the process: its sockets stay open between calls. */
export class ZohoTransports {
  readonly #transports = new Map<string, ZohoTransport>();
  readonly #tokens = new Map<string, DatabaseTokenSource>();
  readonly #settings: TransportSettings;

  constructor(settings: TransportSettings) {
    this.#settings = settings;
  }

  transport(connectionId: string): ZohoTransport {
    const known = this.#transports.get(connectionId);
    if (known) return known;
    const { broker } = this.#settings;
    const transport = this.#create(connectionId, this.tokens(connectionId), broker?.limiter(connectionId));
    this.#transports.set(connectionId, transport);
    return transport;
  }

  /** Access tokens of a connection. One source for all callers: they wait for the same answer. */
  tokens(connectionId: string): DatabaseTokenSource {
    const known = this.#tokens.get(connectionId);
    if (known) return known;
    const { knex } = this.#settings;
    const tokens = new DatabaseTokenSource(connectionId, this.#settings, (token) =>
      askOrganization(knex, connectionId, this.withToken(connectionId, token)),
    );
    this.#tokens.set(connectionId, tokens);
    return tokens;
  }

  /**
   * Creates a transport for a token the connection has not stored yet; its caller closes it. The organization behind
   * the token may be another one, so the connection's account neither admits its calls nor pays for them.
   */
  withToken(connectionId: string, token: AccessToken): ZohoTransport {
    const tokens: TokenSource = {
      current: async () => token,
      accept: async () => undefined,
      reject: async (_token, refusal) => refusal,
    };
    return this.#create(connectionId, tokens, undefined);
  }

  /** Waits for the calls in flight, then closes the sockets. */
  async close(): Promise<void> {
    await Promise.all([...this.#transports.values()].map((transport) => transport.close()));
  }

  #create(connectionId: string, tokens: TokenSource, limiter: CallLimiter | undefined): ZohoTransport {
    const { timeoutMs, observe, privateHosts } = this.#settings;
    return new ZohoTransport({ tokens, timeoutMs, privateHosts, observer: observe?.(connectionId), limiter });
  }
}
