import { Command } from 'commander';
import { API_PREFIX } from '../../api/paths';
import { Readiness } from '../../api/system/schemas';
import { CliError, EXIT_CODES } from '../client/errors';
import { show, type CliContext } from '../context';
import { formatPairs } from '../output/table';

/** `pulse health`: whether the API answers, and whether what it needs is there. */
export function healthCommand(context: CliContext): Command {
  return new Command('health')
    .description('show whether the API, PostgreSQL, its migrations and Temporal are there')
    .action(async () => {
      const readiness = await context.api.get(`${API_PREFIX}/ready`, { schema: Readiness });
      show(context, readiness, ({ checks }) => formatPairs([['api', 'ok'], ...Object.entries(checks)]));
      if (readiness.status === 'ready') return;
      const missing = Object.entries(readiness.checks).filter(([, check]) => check !== 'ok');
      throw new CliError(EXIT_CODES.failed, `Not ready: ${missing.map(([part]) => part).join(', ')}.`);
    });
}
