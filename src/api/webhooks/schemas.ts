import { z } from 'zod';
import { CHANNEL_STATES } from '../../domain/notifications/channel-states';

const timestamp = z.iso.datetime().meta({ description: 'UTC.' });

export const Channel = z
  .strictObject({
    id: z.uuid(),
    connection: z.string(),
    module: z.string(),
    state: z.enum(CHANNEL_STATES),
    reason: z.string().nullable().meta({ description: 'Why it is in this state, and what to do.' }),
    notifyBase: z.string().nullable().meta({ description: 'Where Zoho sends to, without the secret part.' }),
    subscribedAt: timestamp.nullable(),
    expiresAt: timestamp.nullable(),
    renewAt: timestamp.nullable().meta({ description: 'When it is renewed, or asked for again after a refusal.' }),
    lastNotificationAt: timestamp.nullable(),
    received: z.int().min(0).meta({ description: 'Notifications since it was made.' }),
    missed: z
      .int()
      .min(0)
      .meta({ description: 'Changes that incremental syncs found although Zoho should have told of them.' }),
  })
  .meta({ id: 'Channel', description: "The channel through which Zoho tells of a module's changes." });
export type Channel = z.infer<typeof Channel>;

export const ChannelAnswer = z
  .strictObject({ channel: Channel })
  .meta({ id: 'ChannelAnswer', description: 'A channel.' });

export const ChannelList = z
  .strictObject({ channels: z.array(Channel) })
  .meta({ id: 'ChannelList', description: 'Channels, one a module at most.' });
