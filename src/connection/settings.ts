import type { Knex } from 'knex';
import type { KeyRing } from '../db/postgres/encryption';
import type { Reach } from '../domain/reach';
import type { DataCenterName } from '../zoho/http/data-centers';
import type { Organizations } from './call';

/** Settings and dependencies for connecting organizations. */
export interface ConnectSettings extends Reach {
  readonly knex: Knex;
  /** @throws KeyRingInvalid when the process was given none */
  readonly keyRing: () => KeyRing;
  /** The callback URL, as registered for the client at Zoho. */
  readonly redirectUri: string;
  /** Give-up time of a call to Zoho, in milliseconds. */
  readonly timeoutMs: number;
  readonly organizations: Organizations;
  /** The accounts server a new connection begins with: the data center's, or the simulator's. */
  readonly accountsUrlOf: (dataCenter: DataCenterName) => string;
}
