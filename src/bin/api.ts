import { loadConfig } from '../config';
import { createLogger } from '../logger';
import { startApi } from '../runtime/start-api';
import { stopReason } from '../runtime/stop-reason';

/** Process of the control API: serves until SIGTERM or SIGINT, then lets requests in flight end. */
async function main(): Promise<void> {
  const config = loadConfig();
  const logger = createLogger('pulse-api', config.PULSE_LOG_LEVEL);
  const api = await startApi(config, logger);
  logger.info({ url: api.url }, 'control API is listening');
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    api.close().then(
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

main().catch((error: unknown) => {
  process.stderr.write(`The control API cannot start: ${stopReason(error)}\n`);
  process.exit(1);
});
