import { loadConfig } from '../config';
import { createLogger } from '../logger';
import { startWorker } from '../runtime/start-worker';
import { stopReason } from '../runtime/stop-reason';
import { installTemporalLogger } from '../runtime/temporal-logger';

/** Worker process: runs workflows and activities until SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const config = loadConfig();
  const logger = createLogger('worker', config.PULSE_LOG_LEVEL);
  installTemporalLogger(logger);
  const worker = await startWorker(config, logger);
  try {
    await worker.run();
  } catch (error) {
    logger.fatal({ err: error }, 'the worker broke down');
    throw error;
  } finally {
    await worker.close();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`The worker stopped: ${stopReason(error)}\n`);
    process.exit(1);
  },
);
