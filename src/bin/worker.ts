import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { bulkWriteCallbackUrl } from '../api/paths';
import { loadConfig } from '../config';
import { CreditBroker } from '../connection/broker/broker';
import { ZohoTransports } from '../connection/transports';
import { createWorkers } from '../create-workers';
import { open, parseKeyRing } from '../db/postgres/encryption';
import { createDatabase } from '../db/postgres/knex';
import { createLogger } from '../logger';
import { createTemporalClient } from '../temporal/client';
import { pauseSchedulesOf, unpauseSchedulesOf } from '../temporal/connection-schedules';
import { describeWorkflow } from '../temporal/control/workflow-state';
import { reconcileSchedules } from '../temporal/schedules';
import { createWorkerMetrics, serveMetrics } from '../worker-metrics';

/** The worker process: runs workflows and activities until it is told to stop. */
async function main(): Promise<void> {
  const config = loadConfig();
  const logger = createLogger('worker', config.PULSE_LOG_LEVEL);
  Runtime.install({
    logger: {
      log: (level, message, meta) =>
        logger[level === 'WARN' ? 'warn' : level === 'ERROR' ? 'error' : 'debug'](meta, message),
      trace: (message, meta) => logger.trace(meta, message),
      debug: (message, meta) => logger.debug(meta, message),
      info: (message, meta) => logger.info(meta, message),
      warn: (message, meta) => logger.warn(meta, message),
      error: (message, meta) => logger.error(meta, message),
    },
  });
  const knex = createDatabase(config.DATABASE_URL, {
    poolMax: config.PULSE_DATABASE_POOL,
    applicationName: 'pulse-worker',
  });
  const brokerKnex = createDatabase(config.DATABASE_URL, { poolMax: 2, applicationName: 'pulse-broker' });
  const broker = new CreditBroker(brokerKnex, { defaultPriority: 'full' });
  const metrics = createWorkerMetrics();
  const { PULSE_WORKER_METRICS_HOST: metricsHost, PULSE_WORKER_METRICS_PORT: metricsPort } = config;
  const metricsServer =
    metricsPort === undefined ? undefined : await serveMetrics(metrics.registry, metricsHost, metricsPort);
  if (metricsServer) logger.info({ url: metricsServer.url }, 'metrics are served');
  const ring = parseKeyRing(config.PULSE_ENCRYPTION_KEYS);
  const zoho = new ZohoTransports({
    knex,
    keyRing: () => ring,
    timeoutMs: config.ZOHO_TIMEOUT_MS,
    broker,
    observe: metrics.observe,
    confirmGrantAfterMs: config.ZOHO_CONFIRM_GRANT_MS,
  });
  const settings = { address: config.TEMPORAL_ADDRESS, namespace: config.TEMPORAL_NAMESPACE };
  const { connectionOptions, namespace = settings.namespace } = loadClientConnectConfig();
  const connection = await NativeConnection.connect({
    ...connectionOptions,
    address: connectionOptions.address ?? settings.address,
  });
  const temporal = createTemporalClient(settings);
  try {
    const workers = await createWorkers({
      connection,
      namespace,
      dependencies: {
        knex,
        zoho,
        logger,
        spoolDirectory: config.PULSE_SPOOL_DIR,
        bulkWriteCallbackUrl: (id, file, secret) => bulkWriteCallbackUrl(config.PULSE_PUBLIC_URL, id, file, secret),
        openSecret: (purpose, sealed) => open(ring, purpose, sealed),
        workflowState: (workflowId) => describeWorkflow(temporal.client, workflowId),
        schedules: {
          pause: (connectionId, why) => pauseSchedulesOf(temporal.client, connectionId, why),
          unpause: (connectionId, why) => unpauseSchedulesOf(temporal.client, connectionId, why),
        },
      },
      apiConcurrency: config.PULSE_API_CONCURRENCY,
      loadConcurrency: config.PULSE_LOAD_CONCURRENCY,
    });
    await reconcileSchedules(temporal.client);
    logger.info({ address: settings.address, namespace }, 'The worker is ready.');
    await Promise.all(workers.map((worker) => worker.run()));
  } finally {
    await metricsServer?.close();
    await connection.close();
    await temporal.connection.close();
    await zoho.close();
    await broker.close();
    await brokerKnex.destroy();
    await knex.destroy();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(
      `The worker stopped: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exit(1);
  },
);
