import { Command } from 'commander';
import { API_PREFIX } from '../../api/paths';
import { ChannelAnswer, ChannelList } from '../../api/webhooks/schemas';
import { show, type CliContext } from '../context';
import { channelTable } from '../output/channels-text';

const CHANNELS_PATH = `${API_PREFIX}/webhooks/channels`;

/** `pulse webhooks …`: the channels through which Zoho tells of changes. */
export function webhooksCommand(context: CliContext): Command {
  const webhooks = new Command('webhooks').description('look at the channels through which Zoho tells of changes');
  webhooks
    .command('list')
    .description('list the channels, one a module')
    .option('--connection <name>', 'only of this Zoho org (default: PULSE_CONNECTION, then all)')
    .action(async ({ connection }: { connection?: string }) => {
      const { channels } = await context.api.get(CHANNELS_PATH, { schema: ChannelList, query: { connection } });
      show(context, channels, channelTable);
    });
  webhooks
    .command('renew')
    .description('renew a channel within a minute, or ask for it again if Zoho refused it')
    .argument('<id>')
    .action(async (id: string) => {
      const path = `${CHANNELS_PATH}/${encodeURIComponent(id)}/renew`;
      const { channel } = await context.api.post(path, { schema: ChannelAnswer });
      show(context, channel, (one) => channelTable([one]));
    });
  return webhooks;
}
