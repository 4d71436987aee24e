import { Command } from 'commander';
import { ConnectionAnswer, ConnectionList } from '../../api/connections/schemas';
import { API_PREFIX, connectionPath } from '../../api/paths';
import { show, type CliContext } from '../context';
import { wholeNumber } from '../input/option-values';
import { connectionDetails, connectionTable } from '../output/connection-text';

interface NightOptions {
  nightlyAt?: string;
  timeZone?: string;
  parallelism?: number;
}

/** Stands for the organization's own zone. */
const ZONE_OF_ORGANIZATION = 'organization';

/** `pulse connections …`: the Zoho orgs, and when their nights begin. */
export function connectionsCommand(context: CliContext): Command {
  const connections = new Command('connections').description(
    'look at the Zoho orgs, say when their nights begin, remove one',
  );
  connections
    .command('list')
    .description('list them by name')
    .action(async () => {
      const list = await context.api.get(`${API_PREFIX}/connections`, { schema: ConnectionList });
      show(context, list.connections, connectionTable);
    });
  connections
    .command('show')
    .description('show a connection')
    .argument('<name>')
    .action(async (name: string) => {
      const { connection } = await context.api.get(connectionPath(name), { schema: ConnectionAnswer });
      show(context, connection, connectionDetails);
    });
  connections
    .command('set')
    .description('say when the night of a connection begins')
    .argument('<name>')
    .option('--nightly-at <time>', 'time of day, e.g. 02:00')
    .option('--time-zone <zone>', `zone of that time, e.g. Europe/Berlin; ${ZONE_OF_ORGANIZATION}: that of the org`)
    .option('--parallelism <modules>', 'modules that the night syncs at a time', wholeNumber)
    .action(async (name: string, { nightlyAt, timeZone, parallelism: nightlyParallelism }: NightOptions) => {
      const scheduleTimeZone = timeZone === ZONE_OF_ORGANIZATION ? null : timeZone;
      const { connection } = await context.api.call('PATCH', connectionPath(name), {
        schema: ConnectionAnswer,
        body: { nightlyAt, scheduleTimeZone, nightlyParallelism },
      });
      show(context, connection, connectionDetails);
    });
  connections
    .command('remove')
    .description('remove a disconnected org for good: its tables are dropped, and all that is known of it is deleted')
    .argument('<name>')
    .requiredOption('--confirm <name>', 'its name once more')
    .action(async (name: string, query: { confirm: string }) => {
      const { connection } = await context.api.call('DELETE', connectionPath(name), {
        schema: ConnectionAnswer,
        query,
      });
      show(context, connection, connectionDetails);
    });
  return connections;
}
