import { ApiError, invalidData, paramMissing, unparsable } from '../http/api-error';
import { type Exchange, isObject, json, jsonBody, NO_CONTENT, type Reply } from '../http/exchange';
import type { Channel, Watched } from '../notifications/channel';
import { apiUrlOf, eventsOf, mandatory, readChannel, readChannelId, readEvents } from '../notifications/watch-request';
import type { Simulation } from '../simulation';
import { readSwitch, type SwitchValues } from '../switches';
import { integerParameter, MAX_PER_PAGE, nameList } from './parameters';

const MAX_CHANNELS = 50;
const SUBSCRIBED = 'Successfully subscribed for actions-watch of the given module';
const UPDATED = 'Successfully updated the subscribe details';
const REMOVED = 'Successfully removed the subscribe details';
const UNSUBSCRIBED = 'Successfully un-subscribed from actions-watch';

type Input = Readonly<Record<string, unknown>>;
type Item = Readonly<Record<string, unknown>>;

/** `POST /actions/watch` (Enable Notifications): a channel that exists is subscribed anew. */
export function enableNotifications(simulation: Simulation, exchange: Exchange): Reply {
  const apiUrl = apiUrlOf(simulation, exchange);
  const items = entries(exchange).map((input, place) =>
    attempt(() => {
      const channel = readChannel(simulation, input, place, apiUrl);
      simulation.notifications.channels.put(channel);
      return subscribed(simulation, channel, SUBSCRIBED);
    }),
  );
  return positional(items, 201);
}

/** `PUT /actions/watch` (Update Details of Notifications): the whole channel is replaced. */
export function updateNotifications(simulation: Simulation, exchange: Exchange): Reply {
  const apiUrl = apiUrlOf(simulation, exchange);
  const items = entries(exchange).map((input, place) =>
    attempt(() => {
      existing(simulation, input, place);
      const channel = readChannel(simulation, input, place, apiUrl);
      simulation.notifications.channels.put(channel);
      return subscribed(simulation, channel, UPDATED);
    }),
  );
  return positional(items, 200);
}

/**
 * `PATCH /actions/watch` (Update Specific Information of Notifications, Disable Specific Notifications): keys that are
 * left out stay; with `_delete_events` the events named are taken away.
 */
export function patchNotifications(simulation: Simulation, exchange: Exchange): Reply {
  const items = entries(exchange, readSwitch(simulation, 'notificationPatchWrapper')).map((input, place) =>
    attempt(() => {
      const before = existing(simulation, input, place);
      return input['_delete_events'] === true
        ? deleteEvents(simulation, before, input, place)
        : patch(simulation, before, input, place, apiUrlOf(simulation, exchange));
    }),
  );
  return positional(items, 200);
}

/** `GET /actions/watch` (Get Details of Notifications): one element a channel and module. */
export function getNotifications(simulation: Simulation, { query }: Exchange): Reply {
  const perPage = integerParameter(query, 'per_page', MAX_PER_PAGE, MAX_PER_PAGE);
  const page = integerParameter(query, 'page', 1);
  const wanted = query.get('channel_id');
  const module = query.get('module')?.toLowerCase();
  const all = simulation.notifications.channels
    .list()
    .filter((channel) => wanted === null || channel.id === wanted)
    .flatMap((channel) => channel.watched.map((watched) => ({ channel, watched })))
    .filter(({ watched }) => module === undefined || watched.module.toLowerCase() === module);
  const shown = all.slice((page - 1) * perPage, page * perPage);
  if (shown.length === 0) return NO_CONTENT;
  const info = { per_page: perPage, page, count: shown.length, more_records: all.length > page * perPage };
  return json(200, { watch: shown.map((entry) => watchDocument(simulation, entry.channel, entry.watched)), info });
}

/** `DELETE /actions/watch?channel_ids=` (Disable Notifications). */
export function disableNotifications(simulation: Simulation, { query }: Exchange): Reply {
  const ids = nameList(query.get('channel_ids'));
  if (ids.length === 0) throw paramMissing('channel_ids');
  if (ids.some((id) => !/^\d{1,19}$/.test(id))) throw invalidData('invalid data', { param_name: 'channel_ids' });
  const items = ids.map((id) =>
    attempt(() => {
      const channel = simulation.notifications.channels.get(id);
      if (!channel) throw notSubscribed(id);
      simulation.notifications.channels.remove(id);
      const [first] = channel.watched;
      return success({ ...(first && resource(channel, first)), channel_id: id }, UNSUBSCRIBED);
    }),
  );
  return positional(items, 200);
}

/** The elements of `watch`, or one element that stands bare. */
function entries(exchange: Exchange, wrapper: SwitchValues['notificationPatchWrapper'] = 'watch'): Input[] {
  const body = jsonBody(exchange);
  if (!isObject(body)) throw unparsable();
  const { watch } = body;
  if (wrapper === 'bare' || (wrapper === 'either' && watch === undefined && 'channel_id' in body)) return [body];
  const details = { api_name: 'watch', json_path: '$.watch' };
  if (watch === undefined) throw mandatory(details);
  if (!Array.isArray(watch) || !watch.every(isObject)) {
    throw invalidData('invalid data', { expected_data_type: 'jsonarray', ...details });
  }
  if (watch.length === 0 || watch.length > MAX_CHANNELS) {
    throw invalidData('invalid data', { range: { from: 1, to: MAX_CHANNELS }, ...details });
  }
  return watch;
}

function existing({ notifications }: Simulation, input: Input, place: number): Channel {
  const path = { api_name: 'channel_id', json_path: `$.watch[${place}].channel_id` };
  const id = readChannelId(input['channel_id'], path);
  const channel = notifications.channels.get(id);
  if (!channel) throw notSubscribed(id);
  return channel;
}

function patch(simulation: Simulation, before: Channel, input: Input, place: number, apiUrl: string): Item {
  const channel = readChannel(simulation, input, place, apiUrl, before);
  simulation.notifications.channels.put(channel);
  return subscribed(simulation, channel, UPDATED);
}

function deleteEvents(simulation: Simulation, before: Channel, input: Input, place: number): Item {
  const path = { api_name: 'events', json_path: `$.watch[${place}].events` };
  const removed = new Set(readEvents(input['events'], path).flatMap(singleEvents));
  const left = before.events.flatMap(singleEvents).filter((event) => !removed.has(event));
  const { channels } = simulation.notifications;
  if (left.length === 0) channels.remove(before.id);
  else channels.put(readChannel(simulation, { channel_id: before.id, events: left }, place, before.apiUrl, before));
  const [first] = before.watched;
  return success({ ...(first && resource(before, first)), channel_id: before.id }, REMOVED);
}

/** `Deals.all` one by one. */
function singleEvents(event: string): string[] {
  const [module = '', action = ''] = event.split('.');
  const actions = eventsOf(action);
  return actions.map((single) => `${module}.${single}`);
}

function attempt(act: () => Item): Item {
  try {
    return act();
  } catch (error) {
    if (error instanceof ApiError) return error.envelope();
    throw error;
  }
}

/** `allOk` when every element succeeded, 202 when none did, 207 between. */
function positional(items: readonly Item[], allOk: 200 | 201): Reply {
  const failed = items.filter((item) => item['status'] === 'error').length;
  return json(failed === 0 ? allOk : failed === items.length ? 202 : 207, { watch: items });
}

function notSubscribed(id: string): ApiError {
  return new ApiError(400, 'NOT_SUBSCRIBED', 'the given channel id is not subscribed', { channel_id: id });
}

function success(details: Item, message: string): Item {
  return { code: 'SUCCESS', details, message, status: 'success' };
}

function subscribed(simulation: Simulation, channel: Channel, message: string): Item {
  const events = channel.watched.map((watched) => ({
    channel_expiry: expiryOf(simulation, channel),
    ...resource(channel, watched),
    resource_name: watched.module,
    channel_id: channel.id,
    ...(channel.condition && { notification_condition: channel.condition }),
  }));
  return success({ events }, message);
}

function resource({ apiUrl }: Channel, { module, moduleId }: Watched): Item {
  return { resource_uri: `${apiUrl}/${module}`, resource_id: moduleId };
}

function expiryOf({ catalog }: Simulation, channel: Channel): string {
  return catalog.zone.format(Math.floor(channel.expires / 1000));
}

function watchDocument(simulation: Simulation, channel: Channel, watched: Watched): Item {
  const events = channel.events.filter((event) => event.split('.')[0]?.toLowerCase() === watched.module.toLowerCase());
  return {
    notify_on_related_action: channel.notifyOnRelatedAction,
    return_affected_field_values: channel.returnAffectedFieldValues,
    channel_expiry: expiryOf(simulation, channel),
    ...resource(channel, watched),
    resource_name: watched.module,
    notify_url: channel.notifyUrl,
    channel_id: channel.id,
    events,
    token: channel.token,
    ...(channel.condition && { notification_condition: channel.condition }),
  };
}
