import { loadConfig } from '../config';
import { toDatabaseError } from '../db/postgres/pg-errors';
import { createLogger } from '../logger';
import { startApi } from '../runtime/start-api';

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
  const reason = toDatabaseError(error) ?? error;
  process.stderr.write(`The control API cannot start: ${reason instanceof Error ? reason.message : String(reason)}\n`);
  process.exit(1);
});
