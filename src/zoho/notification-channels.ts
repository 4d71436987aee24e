import { z } from 'zod';
import { decode, flag, optionalText } from './decode';
import { type CallLabel, requestBug } from './errors';
import { errorOfItem } from './positional-items';
import { type Refusal, refusalOf } from './refusal';
import { checkCount, checkPaging, MAX_CHANNELS_PER_CALL, MAX_EVENTS_PER_CHANNEL } from './request-limits';
import type { CallOptions, ZohoRequest, ZohoTransport } from './transport';

export interface NotificationChannel {
  /** Chosen by us, unique for the connection: a decimal string of at most 19 digits. */
  channelId: string;
  /** `{module}.{create|edit|delete|all}`, 1 to 50. */
  events: readonly string[];
  /** Must answer over the internet; at most 255 characters. */
  notifyUrl: string;
  /** Comes back in every notification, which Zoho does not sign: a secret of at most 50 characters. */
  token: string;
  /**
   * ISO 8601 with offset, at most seven days ahead by Zoho's clock. Zoho shortens a later time to one hour in silence:
   * believe the expiry in the outcome.
   */
  channelExpiry: string;
  /** Whether notifications say which fields changed and to what. */
  returnAffectedFieldValues?: boolean | undefined;
  /** Whether changes of related records notify too; false unless asked for. */
  notifyOnRelatedAction?: boolean | undefined;
}

/** What of a channel is renewed; what is left out stays. */
export type ChannelRenewal = Pick<NotificationChannel, 'channelId' | 'channelExpiry'> &
  Partial<Pick<NotificationChannel, 'events' | 'notifyUrl' | 'token'>>;

export interface SubscribedModule {
  /** API name. */
  module: string;
  /** The expiry that holds. */
  channelExpiry: string | null;
}

/** What became of one channel. */
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
const MAX_NOTIFY_URL = 255;
const MAX_TOKEN = 50;
const MAX_LIFETIME_MS = 7 * 24 * 3_600_000;
const EVENT = /^\w+\.(create|edit|delete|all)$/;
const CHANNEL_ID = /^\d{1,19}$/;
const WITH_OFFSET = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/;

const channelId = z.union([z.string(), z.number().refine(Number.isSafeInteger).transform(String)]);
const Event = z
  .object({ resource_name: z.string(), channel_expiry: optionalText })
  .transform(({ resource_name, channel_expiry }): SubscribedModule => {
    return { module: resource_name, channelExpiry: channel_expiry };
  });
const Done = z.object({ details: z.object({ events: z.array(Event).catch([]) }).catch({ events: [] }) });
const Channel = z
  .object({
    channel_id: channelId,
    resource_name: optionalText,
    events: z.array(z.string()).catch([]),
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
  watch: z.array(Channel),
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
 * Gives up to 50 channels a later expiry (Zoho's documentation: Update Specific Information of Notifications). Idempotent.
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
  checkCount(label, channelIds.length, MAX_CHANNELS_PER_CALL, 'channels');
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
 * One page of the channels of this client, an entry for each module (Zoho's documentation: Get Notification Details). The
 * secret tokens are not handed on.
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
  checkCount(request, channels.length, MAX_CHANNELS_PER_CALL, 'channels');
  checkChannelIds(
    request,
    channels.map((channel) => channel.channelId),
  );
  for (const channel of channels) checkChannel(request, channel, zohoNow);
  const filled = { ...request, body: { watch: channels.map(toWire) } };
  return transport.items(filled, { key: 'watch', count: channels.length }, options, (items, { status }) =>
    items.map((item) => outcomeOf(request, status, item)),
  );
}

function outcomeOf(label: CallLabel, status: number, item: unknown): ChannelOutcome {
  const error = errorOfItem(label, status, item);
  if (error) return refusalOf(error);
  return { status: 'success', modules: decode(Done, item, label, status).details.events };
}

function toWire(channel: ChannelRenewal & Partial<NotificationChannel>): object {
  return {
    channel_id: channel.channelId,
    events: channel.events,
    notify_url: channel.notifyUrl,
    token: channel.token,
    channel_expiry: channel.channelExpiry,
    return_affected_field_values: channel.returnAffectedFieldValues,
    // Zoho notifies parents of their children's changes unless told not to; a renewal leaves what was set.
    notify_on_related_action: channel.notifyOnRelatedAction ?? (channel.notifyUrl === undefined ? undefined : false),
  };
}

function checkChannel(label: CallLabel, channel: ChannelRenewal, zohoNow: Date): void {
  const { events, notifyUrl, token, channelExpiry } = channel;
  if (events) checkEvents(label, events);
  if (notifyUrl !== undefined && (notifyUrl.length > MAX_NOTIFY_URL || !isHttp(notifyUrl))) {
    throw requestBug(label, `the notify URL is no HTTP address of at most ${MAX_NOTIFY_URL} characters`);
  }
  if (token !== undefined && (token === '' || token.length > MAX_TOKEN)) {
    throw requestBug(label, `the token does not have 1 to ${MAX_TOKEN} characters`);
  }
  if (!WITH_OFFSET.test(channelExpiry))
    throw requestBug(label, 'the expiry is no time in whole seconds with an offset');
  const lifetime = Date.parse(channelExpiry) - zohoNow.getTime();
  if (!(lifetime > 0 && lifetime <= MAX_LIFETIME_MS)) {
    throw requestBug(label, 'the expiry is not within the seven days that a channel can live');
  }
}

function checkEvents(label: CallLabel, events: readonly string[]): void {
  checkCount(label, events.length, MAX_EVENTS_PER_CHANNEL, 'events');
  const wrong = events.findIndex((event) => !EVENT.test(event));
  if (wrong >= 0) throw requestBug(label, `event ${wrong + 1} is not a module with create, edit, delete or all`);
}

function checkChannelIds(label: CallLabel, channelIds: readonly string[]): void {
  if (!channelIds.every((id) => CHANNEL_ID.test(id))) {
    throw requestBug(label, 'a channel id is not a string of at most 19 digits');
  }
  if (new Set(channelIds).size < channelIds.length) throw requestBug(label, 'a channel is named twice');
}

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}
