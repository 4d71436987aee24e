import type { Knex } from 'knex';
import type { KeyRing } from '../db/encryption';
import { ZohoTransport, type CallObserver } from '../zoho';
import { DatabaseTokenSource } from './database-token-source';

/** One transport per connection for the life of the worker: its sockets stay open between calls. */
export class ZohoConnections {
  private readonly transports = new Map<string, ZohoTransport>();

  constructor(
    private readonly knex: Knex,
    private readonly ring: KeyRing,
    private readonly timeoutMs: number,
    /** Makes who hears of every call of a connection. */
    private readonly observe?: (connectionId: string) => CallObserver,
  ) {}

  transport(connectionId: string): ZohoTransport {
    const known = this.transports.get(connectionId);
    if (known) return known;
    const tokens = new DatabaseTokenSource(this.knex, this.ring, connectionId, this.timeoutMs);
    const transport = new ZohoTransport({
      tokens,
      timeoutMs: this.timeoutMs,
      observer: this.observe?.(connectionId),
    });
    this.transports.set(connectionId, transport);
    return transport;
  }

  async close(): Promise<void> {
    await Promise.all([...this.transports.values()].map((transport) => transport.close()));
  }
}
