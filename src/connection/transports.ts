import type { Knex } from 'knex';
import type { KeyRing } from '../db/postgres/encryption';
import type { CallObserver } from '../zoho/http/observer';
import { ZohoTransport } from '../zoho/http/transport';
import type { CreditBroker } from './broker/credit-broker';
import { DatabaseTokenSource } from './database-token-source';

export interface ZohoConnectionOptions {
  /** How long a refused grant is doubted: see `DatabaseTokenSource`. */
  confirmGrantAfterMs?: number | undefined;
  /** Makes who hears of every call of a connection. */
  observe?: ((connectionId: string) => CallObserver) | undefined;
  /** Lets the calls in. Without it nobody counts credits. */
  broker?: Pick<CreditBroker, 'gate'> | undefined;
}

/** One transport per connection for the life of the worker: its sockets stay open between calls. */
export class ZohoConnections {
  readonly #transports = new Map<string, ZohoTransport>();
  readonly #knex: Knex;
  readonly #ring: KeyRing;
  readonly #timeoutMs: number;
  readonly #options: ZohoConnectionOptions;

  constructor(knex: Knex, ring: KeyRing, timeoutMs: number, options: ZohoConnectionOptions = {}) {
    this.#knex = knex;
    this.#ring = ring;
    this.#timeoutMs = timeoutMs;
    this.#options = options;
  }

  transport(connectionId: string): ZohoTransport {
    const known = this.#transports.get(connectionId);
    if (known) return known;
    const tokens = new DatabaseTokenSource(
      this.#knex,
      this.#ring,
      connectionId,
      this.#timeoutMs,
      this.#options.confirmGrantAfterMs,
    );
    const transport = new ZohoTransport({
      tokens,
      timeoutMs: this.#timeoutMs,
      observer: this.#options.observe?.(connectionId),
      gate: this.#options.broker?.gate(connectionId),
    });
    this.#transports.set(connectionId, transport);
    return transport;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#transports.values()].map((transport) => transport.close()));
  }
}
