import { isBigintId } from '../../domain/records/bigint-id';
import { LIMITS } from '../../domain/zoho-limits';
import { type CallLabel, requestBug } from '../errors/errors';
import { checkCount } from '../http/request-limits';

/** Subscription to notifications of Zoho: events and target URL (Zoho's documentation: Enable Notifications). */
export interface NotificationChannel {
  /** Chosen by us, unique for the connection: a decimal string below 2^63. */
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
  /** True adds the changed fields and their new values to notifications. */
  returnAffectedFieldValues?: boolean | undefined;
  /** True includes changes of related records. @default false */
  notifyOnRelatedAction?: boolean | undefined;
}

/** Properties of a channel to renew; those left out stay. */
export type ChannelRenewal = Pick<NotificationChannel, 'channelId' | 'channelExpiry'> &
  Partial<Pick<NotificationChannel, 'events' | 'notifyUrl' | 'token'>>;

const EVENT = /^\w+\.(create|edit|delete|all)$/;
const WITH_OFFSET = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/;

/** Zoho's form of a channel, or of what of it is renewed. */
export function channelToWire(channel: ChannelRenewal & Partial<NotificationChannel>): object {
  return {
    channel_id: channel.channelId,
    events: channel.events,
    notify_url: channel.notifyUrl,
    token: channel.token,
    channel_expiry: channel.channelExpiry,
    return_affected_field_values: channel.returnAffectedFieldValues,
    // Zoho notifies parents of their children's changes by default; a renewal keeps the setting.
    notify_on_related_action: channel.notifyOnRelatedAction ?? (channel.notifyUrl === undefined ? undefined : false),
  };
}

/**
 * @param zohoNow Zoho's clock.
 * @throws ZohoError `request_bug` for a channel that Zoho would refuse, or cut short in silence.
 */
export function checkChannel(label: CallLabel, channel: ChannelRenewal, zohoNow: Date): void {
  const { events, notifyUrl, token, channelExpiry } = channel;
  if (events) checkEvents(label, events);
  if (notifyUrl !== undefined && (notifyUrl.length > LIMITS.notifications.urlLength || !isHttp(notifyUrl))) {
    throw requestBug(
      label,
      `the notify URL is no HTTP address of at most ${LIMITS.notifications.urlLength} characters`,
    );
  }
  if (token !== undefined && (token === '' || token.length > LIMITS.notifications.tokenLength)) {
    throw requestBug(label, `the token does not have 1 to ${LIMITS.notifications.tokenLength} characters`);
  }
  if (!WITH_OFFSET.test(channelExpiry))
    throw requestBug(label, 'the expiry is no time in whole seconds with an offset');
  const lifetime = Date.parse(channelExpiry) - zohoNow.getTime();
  if (!(lifetime > 0 && lifetime <= LIMITS.notifications.lifetimeMs)) {
    throw requestBug(label, 'the expiry is not within the seven days that a channel can live');
  }
}

/** @throws ZohoError `request_bug` unless there are 1 to 50 events of a known kind. */
export function checkEvents(label: CallLabel, events: readonly string[]): void {
  checkCount(label, events.length, LIMITS.notifications.eventsPerChannel, 'events');
  const wrong = events.findIndex((event) => !EVENT.test(event));
  if (wrong >= 0) throw requestBug(label, `event ${wrong + 1} is not a module with create, edit, delete or all`);
}

/** @throws ZohoError `request_bug` for an id that is no long, or that is there twice. */
export function checkChannelIds(label: CallLabel, channelIds: readonly string[]): void {
  if (!channelIds.every((id) => isBigintId(id))) {
    throw requestBug(label, 'a channel id is not a string of digits below 2^63');
  }
  if (new Set(channelIds).size < channelIds.length) throw requestBug(label, 'a channel is named twice');
}

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}
