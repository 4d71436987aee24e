import { z } from 'zod';
import { LIMITS } from '../../domain/zoho-limits';
import type { CallLabel } from '../errors/errors';
import { type Refusal, refusalOf } from '../errors/refusal';
import { decode, flag, listOf, optionalText } from '../http/decode';
import { checkCount, checkPaging } from '../http/request-limits';
import { errorOfItem } from '../http/response';
import type { CallOptions, ZohoRequest, ZohoTransport } from '../http/transport';
import {
  type ChannelRenewal,
  channelToWire,
  checkChannel,
  checkChannelIds,
  checkEvents,
  type NotificationChannel,
} from './notification-channel';

export interface SubscribedModule {
  /** API name. */
  module: string;
  /** The expiry that holds. */
  channelExpiry: string | null;
}

/** Outcome for one channel. */
export type ChannelOutcome = { status: 'success'; modules: SubscribedModule[] } | Refusal;

/** One module of a channel, as Zoho has it. */
export interface ListedChannel {
  channelId: string;
  module: string | null;
  events: string[];
  notifyUrl: string | null;
  channelExpiry: string | null;
  notifyOnRelatedAction: boolean;
}

const WATCH_PATH = '/crm/v8/actions/watch';

const channelId = z.union([z.string(), z.number().refine(Number.isSafeInteger).transform(String)]);
const Event = z
  .object({ resource_name: z.string(), channel_expiry: optionalText })
  .transform(({ resource_name, channel_expiry }): SubscribedModule => {
    return { module: resource_name, channelExpiry: channel_expiry };
  });
const Done = z.object({ details: z.object({ events: listOf(Event).catch([]) }).catch({ events: [] }) });
const Channel = z
  .object({
    channel_id: channelId,
    resource_name: optionalText,
    events: listOf(z.string()).catch([]),
    notify_url: optionalText,
    channel_expiry: optionalText,
    notify_on_related_action: flag,
  })
  .transform((channel): ListedChannel => ({
    channelId: channel.channel_id,
    module: channel.resource_name,
    events: channel.events,
    notifyUrl: channel.notify_url,
    channelExpiry: channel.channel_expiry,
    notifyOnRelatedAction: channel.notify_on_related_action,
  }));
const Channels = z.object({
  watch: listOf(Channel),
  info: z.object({ more_records: flag }).catch({ more_records: false }),
});

/**
 * Subscribes up to 50 channels (Zoho's documentation: Enable Notifications). Idempotent: the same channel id again
 * subscribes anew.
 *
 * @param zohoNow Zoho's clock, by which expiries are judged.
 * @returns one outcome for each channel, in order, with the expiry that holds.
 * @throws ZohoError `request_bug` before the call if it breaks a limit; the categories of every call.
 */
export async function watchChannels(
  transport: ZohoTransport,
  channels: readonly NotificationChannel[],
  zohoNow: Date,
  options?: CallOptions,
): Promise<ChannelOutcome[]> {
  const label = { operation: 'watch_channels' } as const;
  return send(transport, { ...label, method: 'POST', path: WATCH_PATH }, channels, zohoNow, options);
}

/**
 * Replaces all settings of up to 50 channels (Zoho's documentation: Update Notification Details).
 *
 * @returns as `watchChannels`; `not_found` NOT_SUBSCRIBED for a channel that has expired.
 * @throws ZohoError as `watchChannels`.
 */
export async function updateChannels(
  transport: ZohoTransport,
  channels: readonly NotificationChannel[],
  zohoNow: Date,
  options?: CallOptions,
): Promise<ChannelOutcome[]> {
  const label = { operation: 'update_channels' } as const;
  return send(transport, { ...label, method: 'PUT', path: WATCH_PATH }, channels, zohoNow, options);
}

/**
 * Gives up to 50 channels a later expiry (Zoho's documentation: Update Specific Information of Notifications).
 * Idempotent.
 *
 * @returns as `watchChannels`; `not_found` NOT_SUBSCRIBED for a channel that has expired, which must be watched anew.
 * @throws ZohoError as `watchChannels`.
 */
export async function renewChannels(
  transport: ZohoTransport,
  renewals: readonly ChannelRenewal[],
  zohoNow: Date,
  options?: CallOptions,
): Promise<ChannelOutcome[]> {
  const label = { operation: 'renew_channels' } as const;
  return send(transport, { ...label, method: 'PATCH', path: WATCH_PATH }, renewals, zohoNow, options);
}

/**
 * Takes single events off a channel (Zoho's documentation: Delete Specific Information of Notifications).
 *
 * @throws ZohoError as `watchChannels`.
 */
export async function removeEvents(
  transport: ZohoTransport,
  channel: Pick<NotificationChannel, 'channelId' | 'events'>,
  options?: CallOptions,
): Promise<ChannelOutcome> {
  const label = { operation: 'remove_events' } as const;
  checkChannelIds(label, [channel.channelId]);
  checkEvents(label, channel.events);
  const watch = [{ channel_id: channel.channelId, events: channel.events, _delete_events: true }];
  const request = { ...label, method: 'PATCH', path: WATCH_PATH, body: { watch } } as const;
  return transport.items(request, { key: 'watch', count: 1 }, options, ([item], { status }) =>
    outcomeOf(label, status, item),
  );
}

/**
 * Ends up to 50 channels with all their events (Zoho's documentation: Disable Notifications).
 *
 * @returns outcomes in Zoho's order and number, which need not be those of the channels; NOT_SUBSCRIBED is as good as
 *   done.
 * @throws ZohoError `not_found` NOT_SUBSCRIBED if Zoho knows none of them; otherwise as `watchChannels`.
 */
export async function disableChannels(
  transport: ZohoTransport,
  channelIds: readonly string[],
  options?: CallOptions,
): Promise<ChannelOutcome[]> {
  const label = { operation: 'disable_channels' } as const;
  checkCount(label, channelIds.length, LIMITS.notifications.channelsPerCall, 'channels');
  checkChannelIds(label, channelIds);
  const request = {
    ...label,
    method: 'DELETE',
    path: WATCH_PATH,
    query: { channel_ids: channelIds.join(',') },
  } as const;
  return transport.items(request, { key: 'watch' }, options, (items, { status }) =>
    items.map((item) => outcomeOf(label, status, item)),
  );
}

/**
 * One page of the channels of this client, an entry for each module (Zoho's documentation: Get Notification Details).
 * The secret tokens are not handed on.
 */
export async function listChannels(
  transport: ZohoTransport,
  query: {
    channelId?: string | undefined;
    module?: string | undefined;
    page?: number | undefined;
    /** 1 to 200. */
    perPage?: number | undefined;
  } = {},
  options?: CallOptions,
): Promise<{ channels: ListedChannel[]; moreRecords: boolean; serverTime: Date }> {
  const label = { operation: 'list_channels' } as const;
  checkPaging(label, query);
  const request = {
    ...label,
    path: WATCH_PATH,
    query: { channel_id: query.channelId, module: query.module, page: query.page, per_page: query.perPage },
  };
  return transport.json(request, options, (value, { status, serverTime }) => {
    if (value === undefined) return { channels: [], moreRecords: false, serverTime };
    const { watch, info } = decode(Channels, value, label, status);
    return { channels: watch, moreRecords: info.more_records, serverTime };
  });
}

async function send(
  transport: ZohoTransport,
  request: ZohoRequest,
  channels: readonly ChannelRenewal[],
  zohoNow: Date,
  options: CallOptions | undefined,
): Promise<ChannelOutcome[]> {
  checkCount(request, channels.length, LIMITS.notifications.channelsPerCall, 'channels');
  checkChannelIds(
    request,
    channels.map((channel) => channel.channelId),
  );
  for (const channel of channels) checkChannel(request, channel, zohoNow);
  const filled = { ...request, body: { watch: channels.map(channelToWire) } };
  return transport.items(filled, { key: 'watch', count: channels.length }, options, (items, { status }) =>
    items.map((item) => outcomeOf(request, status, item)),
  );
}

function outcomeOf(label: CallLabel, status: number, item: unknown): ChannelOutcome {
  const error = errorOfItem(label, status, item);
  if (error) return refusalOf(error);
  return { status: 'success', modules: decode(Done, item, label, status).details.events };
}
