import { setTimeout as sleep } from 'node:timers/promises';
import type { CliContext } from '../context';
import { CliError, EXIT_CODES } from './errors';

const RETRY_MS = 1_000;
/** Longer than a restart or an upgrade of the API takes. */
const MAX_OUTAGE_MS = 10 * 60_000;

/**
 * Reads the state of something that is being waited for. What runs does not end when the API does, so an outage of up
 * to ten minutes is waited out, with a line on stderr when it begins and when it ends.
 * @throws whatever `read` throws for another reason, or at the end of that time
 */
export async function readPatiently<T>({ err }: CliContext, read: () => Promise<T>): Promise<T> {
  let failedSince: number | undefined;
  for (;;) {
    try {
      const answer = await read();
      if (failedSince !== undefined) err('The control API answers again.\n');
      return answer;
    } catch (error) {
      if (!(error instanceof CliError) || error.exitCode !== EXIT_CODES.notReachable) throw error;
      if (failedSince === undefined) err(`${error.message}\nStill waiting: the work is not affected.\n`);
      failedSince ??= Date.now();
      if (Date.now() - failedSince > MAX_OUTAGE_MS) throw error;
      await sleep(RETRY_MS);
    }
  }
}
