import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Knex } from 'knex';
import { version } from '../../package.json';
import { createApp } from '../api/app';
import { API_PREFIX, CALLBACK_PATH } from '../api/paths';
import { loadConfig, type Config } from '../config';
import { CreditBroker } from '../connection/broker/broker';
import type { Organizations } from '../connection/call';
import type { ConnectSettings } from '../connection/settings';
import { ZohoTransports } from '../connection/transports';
import { ensureConnection } from '../db/connections/connections';
import { type KeyRing, parseKeyRing } from '../db/postgres/encryption';
import { createDatabase } from '../db/postgres/knex';
import { pendingMigrations } from '../db/postgres/migrate';
import { toDatabaseError } from '../db/postgres/pg-errors';
import { createLogger, type Logger } from '../logger';
import { createTemporalClient } from '../temporal/client';
import { createOperationControl } from '../temporal/control/operation-control';
import { createSyncControl } from '../temporal/control/sync-control';
import { accountsUrlOf, isDataCenterName } from '../zoho/http/data-centers';

/** Name of the connection that the environment describes. */
const CONNECTION = 'crm';
/** Requests in flight get this long to end once the process is told to stop. */
const DRAIN_MS = 10_000;

export interface RunningServer {
  /** Base URL, with the port that was really taken. */
  readonly url: string;
  /** Lets requests in flight end, then frees everything. */
  close(): Promise<void>;
}

/**
 * Wires the control API together and serves it.
 * @throws Error one sentence on what is missing: migrations, a key ring, a usable data center, a free port
 */
export async function startServer(config: Config, logger: Logger): Promise<RunningServer> {
  const knex = createDatabase(config.DATABASE_URL, {
    poolMax: config.PULSE_DATABASE_POOL,
    applicationName: 'pulse-api',
  });
  const brokerKnex = createDatabase(config.DATABASE_URL, { poolMax: 2, applicationName: 'pulse-broker' });
  const broker = new CreditBroker(brokerKnex, { defaultPriority: 'people' });
  const zoho = new ZohoTransports({
    knex,
    keyRing: keyRingOf(config),
    timeoutMs: config.ZOHO_TIMEOUT_MS,
    broker,
    cacheTokens: false,
  });
  const temporal = createTemporalClient({ address: config.TEMPORAL_ADDRESS, namespace: config.TEMPORAL_NAMESPACE });
  try {
    await assertMigrated(knex);
    await ensureConfiguredConnection(knex, config, logger);
    const app = createApp({
      knex,
      control: createSyncControl(temporal),
      operations: createOperationControl(temporal),
      logger,
      connect: connectSettings(config, { knex, logger, zoho }),
      temporalUi: { url: config.TEMPORAL_UI_URL, namespace: temporal.namespace },
      version,
    });
    const server = createServer(app);
    const url = await listen(server, config.PULSE_API_HOST, config.PULSE_API_PORT);
    return {
      url,
      close: async () => {
        await drain(server);
        await temporal.connection.close();
        await zoho.close();
        await broker.close();
        await brokerKnex.destroy();
        await knex.destroy();
      },
    };
  } catch (error) {
    await temporal.connection.close();
    await brokerKnex.destroy();
    await knex.destroy();
    throw error;
  }
}

async function assertMigrated(knex: Knex): Promise<void> {
  const pending = await pendingMigrations(knex);
  if (pending.length > 0) throw new Error(`The database lacks ${pending.join(', ')}: run the migrations first.`);
}

/** Zoho's rule for redirect URIs lets plain HTTP pass for localhost only. */
function connectSettings(config: Config, organizations: Organizations): ConnectSettings {
  return {
    knex: organizations.knex,
    organizations,
    keyRing: keyRingOf(config),
    redirectUri: config.ZOHO_REDIRECT_URI || `http://localhost:${config.PULSE_API_PORT}${API_PREFIX}${CALLBACK_PATH}`,
    timeoutMs: config.ZOHO_TIMEOUT_MS,
    accountsUrlOf: (dataCenter) => config.ZOHO_ACCOUNTS_URL || accountsUrlOf(dataCenter),
  };
}

/** Without keys the API serves all that needs no secret. */
function keyRingOf(config: Config): () => KeyRing {
  return () => parseKeyRing(config.PULSE_ENCRYPTION_KEYS);
}

/** Without credentials the API still serves what is in the database. */
async function ensureConfiguredConnection(knex: Knex, config: Config, logger: Logger): Promise<void> {
  if (config.ZOHO_CLIENT_ID === '' || config.ZOHO_CLIENT_SECRET === '') {
    logger.warn('ZOHO_CLIENT_ID and ZOHO_CLIENT_SECRET are not set: no connection was made from the environment.');
    return;
  }
  const dataCenter = config.ZOHO_DATA_CENTER;
  if (!isDataCenterName(dataCenter)) throw new Error(`ZOHO_DATA_CENTER: "${dataCenter}" is no data center of Zoho.`);
  await ensureConnection(knex, parseKeyRing(config.PULSE_ENCRYPTION_KEYS), {
    name: CONNECTION,
    dataCenter,
    accountsUrl: config.ZOHO_ACCOUNTS_URL || accountsUrlOf(dataCenter),
    clientId: config.ZOHO_CLIENT_ID,
    clientSecret: config.ZOHO_CLIENT_SECRET,
    refreshToken: config.ZOHO_REFRESH_TOKEN,
    accessToken: config.ZOHO_ACCESS_TOKEN,
  });
}

async function listen(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { address, family, port: taken } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`;
}

async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const limit = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearTimeout(limit);
}

async function main(): Promise<void> {
  const config = loadConfig();
  const logger = createLogger('pulse-api', config.PULSE_LOG_LEVEL);
  const server = await startServer(config, logger);
  logger.info({ url: server.url }, 'control API is listening');
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.fatal({ err: error }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    const told = toDatabaseError(error) ?? error;
    process.stderr.write(`The control API cannot start: ${told instanceof Error ? told.message : String(told)}\n`);
    process.exit(1);
  });
}
