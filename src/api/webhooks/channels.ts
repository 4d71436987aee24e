import { z } from 'zod';
import { findChannel, listChannels, renewSoon, type ListedChannel } from '../../db/notifications/notification-channels';
import { connectionFilter } from '../http/parameters';
import { Problem } from '../http/problem';
import { defineRoute } from '../http/route';
import { type Channel, ChannelAnswer, ChannelList } from './schemas';

export const listChannelsRoute = defineRoute({
  method: 'get',
  path: '/webhooks/channels',
  operationId: 'listChannels',
  summary: 'List the channels through which Zoho tells of changes',
  tag: 'Webhooks',
  access: 'viewer',
  connection: 'filter',
  query: z.strictObject({ connection: connectionFilter }),
  answers: { 200: { description: 'The channels.', schema: ChannelList } },
  problems: [],
  async handle({ connection }, { knex }) {
    return { status: 200, body: { channels: (await listChannels(knex, connection?.id)).map(presentChannel) } };
  },
});

export const renewChannelRoute = defineRoute({
  method: 'post',
  path: '/webhooks/channels/{id}/renew',
  operationId: 'renewChannel',
  summary: 'Renew a channel soon',
  description:
    'Within a minute a worker renews it, or asks for it again if Zoho refused it. Channels are renewed by themselves after half of their life.',
  tag: 'Webhooks',
  access: 'admin',
  params: z.strictObject({ id: z.uuid().meta({ description: 'Id of the channel.' }) }),
  answers: { 202: { description: 'It is renewed soon.', schema: ChannelAnswer } },
  problems: ['channel_not_found'],
  audit: { action: 'webhook.channel.renew', target: ({ params }) => params.id },
  async handle({ params }, { knex }) {
    await renewSoon(knex, params.id);
    const channel = await findChannel(knex, params.id);
    if (!channel) throw new Problem('channel_not_found', `There is no channel ${params.id}.`);
    return { status: 202, body: { channel: presentChannel(channel) } };
  },
});

function presentChannel({
  received,
  missed,
  expiresAt,
  renewAt,
  subscribedAt,
  lastNotificationAt,
  ...rest
}: ListedChannel): Channel {
  return {
    ...rest,
    received: Number(received),
    missed: Number(missed),
    expiresAt: iso(expiresAt),
    renewAt: iso(renewAt),
    subscribedAt: iso(subscribedAt),
    lastNotificationAt: iso(lastNotificationAt),
  };
}

function iso(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}
