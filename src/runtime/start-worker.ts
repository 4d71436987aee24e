import { NativeConnection } from '@temporalio/worker';
import { version } from '../../package.json';
import { CallerClient } from '../activities/caller-client';
import type { ActivityDependencies } from '../activities/dependencies';
import { Spool } from '../activities/spool';
import type { Config } from '../config';
import { bulkWriteCallbackUrl, notificationUrl } from '../connection/callback-urls';
import { bindConnections } from '../db/connections/key-rotation';
import { open, type KeyRing } from '../db/postgres/encryption';
import { createDatabase } from '../db/postgres/knex';
import type { Logger } from '../logger';
import { connectOptionsOf } from '../temporal/client';
import { createApprovalCommands } from '../temporal/runs/approval-commands';
import { startColumnFill } from '../temporal/runs/column-fill';
import { startComparison } from '../temporal/runs/due-comparison';
import { createIngestionCommands } from '../temporal/runs/ingestion-commands';
import { startMissedNight } from '../temporal/runs/missed-night';
import { describeWorkflow } from '../temporal/runs/workflow-state';
import { pauseSchedulesOf, unpauseSchedulesOf } from '../temporal/schedules/connection-schedules';
import { SyncSchedules } from '../temporal/schedules/sync-schedules';
import { assertMigrated } from './assert-migrated';
import { assertRoom } from './database-room';
import { openTogether } from './disposal-stack';
import { endFormerRuns } from './end-former-runs';
import { HousekeepingWatch } from './housekeeping-watch';
import { poolFor, type Places } from './places';
import { BROKER_POOL, openResources, type Resources } from './resources';
import { createWorkerMetrics, serveMetrics } from './worker-metrics';
import { createWorkers } from './workers';

/** Database connections of the housekeeping, which nothing else holds, and the time in milliseconds of one of its statements. */
const MAINTENANCE_POOL = 3;
const MAINTENANCE_STATEMENT_MS = 25_000;

/** Places for what is one statement or a few. */
const CORE_PLACES = 8;

export interface RunningWorker {
  /** Runs workflows and activities until a signal ends the process. @throws Error when a worker breaks down */
  run(): Promise<void>;
  /** Frees everything; call it when {@link run} has ended, or instead of it. */
  close(): Promise<void>;
}

/**
 * Wires the workers of all task queues. A start that fails leaves nothing open.
 * @throws Error when Temporal is not reachable, a key ring is missing, the database has too few connections, the spool folder is not ours, or the port of the metrics is taken
 */
export async function startWorker(config: Config, logger: Logger): Promise<RunningWorker> {
  return openTogether(async (stack) => {
    const places = placesOf(config);
    const pool = poolFor(places, config.PULSE_DATABASE_POOL);
    const metrics = createWorkerMetrics();
    const resources = await openResources(config, {
      applicationName: 'pulse-worker',
      pool,
      defaultPriority: 'full',
      logger,
      observe: metrics.observe,
    });
    stack.defer(() => resources.close());
    await assertRoom(resources.knex, pool + BROKER_POOL + MAINTENANCE_POOL);
    await assertMigrated(resources.knex);
    const ring = resources.keyRing();
    await bindConnections(resources.knex, ring);
    const spool = stack.adopt(await Spool.open(config.PULSE_SPOOL_DIR), (opened) => opened.close());
    const maintenanceKnex = stack.adopt(
      createDatabase(config.DATABASE_URL, {
        poolMax: MAINTENANCE_POOL,
        applicationName: 'pulse-housekeeping',
        limitMs: MAINTENANCE_STATEMENT_MS,
        warn: (reason) => logger.warn({ reason }, 'The database pool of the housekeeping reports a problem.'),
      }),
      (opened) => opened.destroy(),
    );
    const callers = stack.adopt(new CallerClient(resources.reach), (opened) => opened.close());
    const { PULSE_WORKER_METRICS_HOST: host, PULSE_WORKER_METRICS_PORT: port } = config;
    if (port !== undefined) {
      const server = stack.adopt(await serveMetrics(metrics.registry, host, port), (opened) => opened.close());
      logger.info({ url: server.url }, 'metrics are served');
    }
    const { namespace, ...connectOptions } = connectOptionsOf({
      address: config.TEMPORAL_ADDRESS,
      namespace: config.TEMPORAL_NAMESPACE,
    });
    const connection = stack.adopt(await NativeConnection.connect(connectOptions), (opened) => opened.close());
    // Asked of Temporal first: the SDK leaves a thread behind when a worker finds no namespace.
    const { temporal, knex } = resources;
    await endFormerRuns(temporal, knex, logger);
    await stack.adopt(new HousekeepingWatch({ temporal, knex, logger, version }), (watch) => watch.close()).start();
    const workers = await createWorkers({
      connection,
      namespace,
      dependencies: activityDependencies(config, resources, { ring, spool, callers, maintenanceKnex, logger }),
      places,
    });
    stack.defer(() => workers.close());
    logger.info({ address: connectOptions.address, namespace }, 'The worker is ready.');
    return { run: () => workers.run(), close: () => stack.close() };
  });
}

function placesOf(config: Config): Places {
  return {
    core: CORE_PLACES,
    calls: config.PULSE_API_CONCURRENCY,
    scans: config.PULSE_SCAN_CONCURRENCY,
    loads: config.PULSE_LOAD_CONCURRENCY,
  };
}

function activityDependencies(
  config: Config,
  { knex, zoho, temporal }: Resources,
  {
    ring,
    ...parts
  }: { ring: KeyRing } & Pick<ActivityDependencies, 'spool' | 'callers' | 'maintenanceKnex' | 'logger'>,
): ActivityDependencies {
  return {
    knex,
    zoho,
    ...parts,
    scanLegMs: config.PULSE_SCAN_LEG_SECONDS * 1_000,
    retention: {
      sentDays: config.PULSE_KEEP_SENT_DAYS,
      deletedDays: config.PULSE_KEEP_DELETED_DAYS,
      logDays: config.PULSE_KEEP_LOG_DAYS,
      historyDays: config.PULSE_KEEP_HISTORY_DAYS,
      fenceDays: config.PULSE_KEEP_TOMBSTONES_DAYS,
      runDays: config.PULSE_KEEP_RUNS_DAYS,
      ledgerDays: config.PULSE_KEEP_LEDGER_DAYS,
    },
    bulkWriteCallbackUrl: (id, file, secret) => bulkWriteCallbackUrl(config.PULSE_PUBLIC_URL, id, file, secret),
    notificationUrl: (secretPath) =>
      config.PULSE_NOTIFICATIONS ? notificationUrl(config.PULSE_PUBLIC_URL, secretPath) : undefined,
    openSecret: (purpose, sealed) => open(ring, purpose, sealed),
    workflowState: (workflowId) => describeWorkflow(temporal.client, workflowId),
    syncSchedules: new SyncSchedules(temporal),
    startMissedNight: (night) => startMissedNight(temporal, night),
    startComparison: (due) => startComparison(temporal, due),
    startColumnFill: (fill) => startColumnFill(temporal, fill),
    ingestion: createIngestionCommands(temporal),
    approvals: createApprovalCommands(temporal),
    schedules: {
      pause: (connectionId, why) => pauseSchedulesOf(temporal.client, connectionId, why),
      unpause: (connectionId, why) => unpauseSchedulesOf(temporal.client, connectionId, why),
    },
  };
}
