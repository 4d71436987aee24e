import { Command } from 'commander';
import { API_PREFIX } from '../../api/paths';
import {
  QuarantineAnswer,
  QuarantineDetailsEnvelope,
  QuarantinePage,
  type QuarantineEntryAnswer,
} from '../../api/quarantine/schemas';
import { addPagingOptions, listPages, type PagingOptions } from '../client/list-pages';
import { show, type CliContext } from '../context';
import { quarantineDetails, quarantineTable } from '../output/quarantine-text';

interface ListOptions extends PagingOptions {
  module?: string;
  status?: string;
  connection?: string;
}

const ACTIONS = {
  ignore: 'count a record without asking for it again, until it changes',
  retry: 'ask for a record again now',
  reopen: 'ask for an ignored record again',
} as const;

/** `pulse quarantine …`: records that do not fit the mirror. */
export function quarantineCommand(context: CliContext): Command {
  const path = `${API_PREFIX}/quarantine`;
  const quarantine = new Command('quarantine').description('look at records that do not fit the mirror');
  addPagingOptions(quarantine.command('list'))
    .description('list them with the columns that refuse a value')
    .option('--module <name>', 'only of this module')
    .option('--status <statuses>', 'open, ignored, closed, separated by commas (default: open,ignored)')
    .option('--connection <name>', 'only of this Zoho org (default: PULSE_CONNECTION, then all)')
    .action(async (options: ListOptions) => {
      const showRows = (rows: QuarantineEntryAnswer[]) => show(context, rows, quarantineTable);
      await listPages(context, path, QuarantinePage, { ...options }, (page) => page.entries, showRows);
    });
  quarantine
    .command('show')
    .description('say why a record does not fit, since when, and what to do')
    .argument('<module>')
    .argument('<record>', 'its id')
    .option('--connection <name>', 'Zoho org')
    .action(async (module: string, record: string, { connection }: { connection?: string }) => {
      const address = `${path}/${encodeURIComponent(module)}/${encodeURIComponent(record)}`;
      const { entry } = await context.api.get(address, { schema: QuarantineDetailsEnvelope, query: { connection } });
      show(context, entry, quarantineDetails);
    });
  for (const [name, description] of Object.entries(ACTIONS)) {
    quarantine
      .command(name)
      .description(description)
      .argument('<module>')
      .argument('<record>', 'its id')
      .option('--connection <name>', 'Zoho org')
      .option('--reason <text>', 'why, for the audit log')
      .action(
        async (module: string, record: string, { connection, reason }: { connection?: string; reason?: string }) => {
          const address = `${path}/${encodeURIComponent(module)}/${encodeURIComponent(record)}/${name}`;
          const { entry } = await context.api.post(address, {
            schema: QuarantineAnswer,
            query: { connection },
            body: { reason },
          });
          show(context, [entry], quarantineTable);
        },
      );
  }
  return quarantine;
}
