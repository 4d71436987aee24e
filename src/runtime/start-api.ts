import { createServer } from 'node:http';
import { version } from '../../package.json';
import { createApp } from '../api/app';
import { serveApp } from '../api/serve';
import { NotificationReceiver } from '../api/webhooks/notification-receiver';
import type { Config } from '../config';
import { consentCallbackUrl } from '../connection/callback-urls';
import type { ConnectSettings } from '../connection/settings';
import { bindConnections } from '../db/connections/key-rotation';
import type { Logger } from '../logger';
import { createApprovalCommands } from '../temporal/runs/approval-commands';
import { createIngestionCommands } from '../temporal/runs/ingestion-commands';
import { createOperationCommands } from '../temporal/runs/operation-commands';
import { createSyncCommands } from '../temporal/runs/sync-commands';
import { SyncSchedules } from '../temporal/schedules/sync-schedules';
import { accountsUrlOf } from '../zoho/http/data-centers';
import { assertMigrated } from './assert-migrated';
import { ensureConfiguredConnection } from './configured-connection';
import { assertRoom } from './database-room';
import { openTogether } from './disposal-stack';
import { drain, listen } from './listen';
import { BROKER_POOL, openResources, type Resources } from './resources';

/** Database connections of the API where none are configured. */
const POOL = 10;

/** Time that requests in flight get to end when the API closes. */
const DRAIN_MS = 10_000;

/** Time in milliseconds that a caller may take for the head of a request, and between looks for those that take longer. */
const SLOW_CALLERS = { headersTimeout: 10_000, connectionsCheckingInterval: 2_000 } as const;

export interface RunningApi {
  /** Base URL, with the port that was really taken. */
  readonly url: string;
  /** Lets requests in flight end, then frees everything. */
  close(): Promise<void>;
}

/**
 * Wires the control API and serves it. A start that fails leaves nothing open.
 * @throws Error one sentence on what is missing: migrations, a key ring, a usable data center, a free port
 */
export async function startApi(config: Config, logger: Logger): Promise<RunningApi> {
  return openTogether(async (stack) => {
    const pool = config.PULSE_DATABASE_POOL ?? POOL;
    const resources = await openResources(config, {
      applicationName: 'pulse-api',
      pool,
      defaultPriority: 'interactive',
      logger,
      cacheTokens: false,
    });
    stack.defer(() => resources.close());
    const { knex, temporal } = resources;
    await assertRoom(knex, pool + BROKER_POOL);
    await assertMigrated(knex);
    if (config.PULSE_ENCRYPTION_KEYS.length > 0) await bindConnections(knex, resources.keyRing());
    await ensureConfiguredConnection(knex, config, logger);
    const notifications = new NotificationReceiver({ knex, ingestion: createIngestionCommands(temporal), logger });
    const app = createApp({
      knex,
      commands: createSyncCommands(temporal),
      approvals: createApprovalCommands(temporal),
      notifications,
      operations: createOperationCommands(temporal),
      schedules: new SyncSchedules(temporal),
      logger,
      connect: connectSettings(config, resources, logger),
      temporalUi: { url: config.TEMPORAL_UI_URL, namespace: temporal.namespace },
      validateAnswers: config.PULSE_VALIDATE_ANSWERS,
      keylessPerMinute: config.PULSE_API_KEYLESS_PER_MINUTE,
      version,
    });
    const server = createServer({ keepAliveTimeout: config.PULSE_API_KEEP_ALIVE_SECONDS * 1_000, ...SLOW_CALLERS });
    serveApp(server, app);
    server.maxConnections = config.PULSE_API_MAX_CONNECTIONS;
    const url = await listen(server, config.PULSE_API_HOST, config.PULSE_API_PORT);
    stack.defer(() => drain(server, DRAIN_MS));
    stack.adopt(notifications.start(), (started) => started.close());
    return { url, close: () => stack.close() };
  });
}

/** Zoho's rule for redirect URIs lets plain HTTP pass for localhost only. */
function connectSettings(config: Config, { knex, zoho, keyRing, reach }: Resources, logger: Logger): ConnectSettings {
  return {
    ...reach,
    knex,
    organizations: { knex, zoho, logger },
    keyRing,
    redirectUri: config.ZOHO_REDIRECT_URI || consentCallbackUrl(`http://localhost:${config.PULSE_API_PORT}`),
    timeoutMs: config.ZOHO_TIMEOUT_MS,
    accountsUrlOf: (dataCenter) => config.ZOHO_ACCOUNTS_URL || accountsUrlOf(dataCenter),
  };
}
