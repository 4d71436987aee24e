import type { Knex } from 'knex';
import type { Config } from '../config';
import { CreditBroker } from '../connection/broker/broker';
import { ZohoTransports, type TransportSettings } from '../connection/transports';
import { parseKeyRing, type KeyRing } from '../db/postgres/encryption';
import { createDatabase } from '../db/postgres/knex';
import type { CallPriority } from '../domain/credits/priorities';
import type { Reach } from '../domain/reach';
import type { Logger } from '../logger';
import { createTemporalClient, type TemporalClient } from '../temporal/client';
import { type DisposalStack, openTogether } from './disposal-stack';

/** Database connections of the credit broker: a call to Zoho never waits for one behind a load. */
export const BROKER_POOL = 2;

export interface ResourceOptions {
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Database connections that the process may hold beside those of the broker. */
  readonly pool: number;
  /** Priority of calls to Zoho that name none. */
  readonly defaultPriority: CallPriority;
  /** Gets what the database pools report outside of any call. */
  readonly logger: Logger;
  /** Observes every call of a connection. */
  readonly observe?: TransportSettings['observe'];
  /** False reads the connection's row for each token, so that a new grant counts at once. @default true */
  readonly cacheTokens?: boolean;
}

/** Resources that every process of the engine works with. */
export interface Resources {
  readonly knex: Knex;
  /** Transports whose calls pass the credit broker. */
  readonly zoho: ZohoTransports;
  readonly temporal: TemporalClient;
  /** Hosts that may be called although their addresses are not public. */
  readonly reach: Reach;
  /** Parses the key ring on each call. @throws KeyRingInvalid when PULSE_ENCRYPTION_KEYS holds none */
  readonly keyRing: () => KeyRing;
  /** Waits for calls in flight, gives their slots back and closes every connection, in reverse order of opening. */
  close(): Promise<void>;
}

/**
 * Wires database, credit broker, Zoho transports and Temporal client. Nothing connects before its first use.
 * @throws Error when Temporal's own configuration cannot be read; nothing stays open then
 */
export async function openResources(config: Config, options: ResourceOptions): Promise<Resources> {
  return openTogether(async (stack) => wireResources(stack, config, options));
}

function wireResources(stack: DisposalStack, config: Config, options: ResourceOptions): Resources {
  const { applicationName, defaultPriority, logger, observe, cacheTokens } = options;
  const warn = (reason: string): void => logger.warn({ reason }, 'The database pool reports a problem.');
  const pool = (name: string, poolMax: number): Knex =>
    stack.adopt(createDatabase(config.DATABASE_URL, { poolMax, applicationName: name, warn }), (knex) =>
      knex.destroy(),
    );
  const knex = pool(applicationName, options.pool);
  const broker = stack.adopt(new CreditBroker(pool('pulse-broker', BROKER_POOL), { defaultPriority }), (opened) =>
    opened.close(),
  );
  const keyRing = (): KeyRing => parseKeyRing(config.PULSE_ENCRYPTION_KEYS);
  const reach = { allowLoopback: config.ZOHO_ALLOW_LOOPBACK, privateHosts: config.PULSE_PRIVATE_HOSTS };
  const transports = new ZohoTransports({
    ...reach,
    knex,
    keyRing,
    timeoutMs: config.ZOHO_TIMEOUT_MS,
    confirmGrantAfterMs: config.ZOHO_CONFIRM_GRANT_MS,
    cacheTokens,
    broker,
    observe,
  });
  const zoho = stack.adopt(transports, (opened) => opened.close());
  const temporal = stack.adopt(
    createTemporalClient({ address: config.TEMPORAL_ADDRESS, namespace: config.TEMPORAL_NAMESPACE }),
    ({ connection }) => connection.close(),
  );
  return { knex, zoho, temporal, reach, keyRing, close: () => stack.close() };
}
