import { Runtime } from '@temporalio/worker';
import type { Logger } from '../logger';

/** Sends what Temporal's SDK logs to our logger. Once per process, before its first worker or connection. */
export function installTemporalLogger(logger: Logger): void {
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
}
