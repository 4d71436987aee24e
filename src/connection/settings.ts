import type { Knex } from 'knex';
import type { KeyRing } from '../db/postgres/encryption';
import type { CallGate } from '../zoho/http/call-limiter';
import type { DataCenterName } from '../zoho/http/data-centers';

/** What connecting an organization works with. */
export interface ConnectSettings {
  readonly knex: Knex;
  /** @throws KeyRingInvalid when the process was given none */
  readonly keyRing: () => KeyRing;
  /** Where Zoho sends the browser back to, as registered for the client. */
  readonly redirectUri: string;
  /** Give-up time of a call to Zoho, in milliseconds. */
  readonly timeoutMs: number;
  /** Lets the calls to a connection's org in; without it nobody counts what other processes call. */
  readonly gateOf?: ((connectionId: string) => CallGate) | undefined;
  /** The accounts server a new connection begins with: the data center's, or the simulator's. */
  readonly accountsUrlOf: (dataCenter: DataCenterName) => string;
}
