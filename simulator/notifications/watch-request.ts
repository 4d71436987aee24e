import { ApiError, invalidData, type ErrorDetails } from '../http/api-error';
import { type Exchange, isObject } from '../http/exchange';
import { idText } from '../http/json-numbers';
import type { Simulation } from '../simulation';
import type { OpenModule } from '../store/records';
import { readSwitch } from '../switches';
import { parseInstant } from '../zoned-time';
import { type Channel, type FieldSelection, RECORD_EVENTS, type RecordEvent, type Watched } from './channel';

const DEFAULT_LIFE_MS = 3_600_000;
const MAX_LIFE_MS = 7 * 86_400_000;
const MAX_URL = 255;
const MAX_EVENTS = 50;
const MAX_CONDITION_FIELDS = 10;
const MAX_GROUP = 2;

type Input = Readonly<Record<string, unknown>>;
/** Key of an element, as errors name it. */
type KeyDetails = Readonly<{ api_name: string; json_path: string }>;

/** Host and version of a call: what `resource_uri` begins with. */
export function apiUrlOf(simulation: Simulation, { origin, params }: Exchange): string {
  const isOwn = readSwitch(simulation, 'notificationResourceUri') === 'own';
  return isOwn ? `${simulation.origin}/crm/v8` : `${origin}/crm/${params['version'] ?? 'v8'}`;
}

/**
 * Reads one element of `watch` (Enable, Update Notifications).
 *
 * @param apiUrl host and version of the call
 * @param before what keys that are left out are taken from: the channel that PATCH changes
 * @throws ApiError MANDATORY_NOT_FOUND, INVALID_DATA and the like, with the path of the key
 */
export function readChannel(
  simulation: Simulation,
  input: Input,
  place: number,
  apiUrl: string,
  before?: Channel,
): Channel {
  const at = (key: string): KeyDetails => ({ api_name: key, json_path: `$.watch[${place}].${key}` });
  function readKey<T>(key: string, previous: T | undefined, read: (given: unknown, details: KeyDetails) => T): T {
    const given = input[key];
    return given === undefined && previous !== undefined ? previous : read(given, at(key));
  }
  const events = readKey<readonly string[]>('events', before?.events, readEvents);
  const { notification_condition: condition = before?.condition } = input;
  const selections = readConditions(simulation, condition, at('notification_condition'));
  const token = readKey('token', before?.token ?? null, (given, details) => readToken(simulation, given, details));
  return {
    id: readChannelId(input['channel_id'], at('channel_id')),
    notifyUrl: readKey('notify_url', before?.notifyUrl, readUrl),
    apiUrl,
    events,
    watched: watchedModules(simulation, events, selections, at('events')),
    token,
    expires: readKey('channel_expiry', before?.expires, (given, details) =>
      readExpiry(simulation.clock.now(), given, details),
    ),
    returnAffectedFieldValues: readFlag(input, 'return_affected_field_values', before?.returnAffectedFieldValues, at),
    notifyOnRelatedAction: readFlag(input, 'notify_on_related_action', before?.notifyOnRelatedAction ?? true, at),
    ...(Array.isArray(condition) && { condition }),
  };
}

export function mandatory(details: ErrorDetails): ApiError {
  return new ApiError(400, 'MANDATORY_NOT_FOUND', 'required field not found', details);
}

/** A channel id, a long that comes as a text or a number. */
export function readChannelId(given: unknown, details: ErrorDetails): string {
  if (given === undefined || given === null) throw mandatory(details);
  const text = idText(given) ?? '';
  if (!/^\d{1,19}$/.test(text)) throw invalidData('invalid data', { expected_data_type: 'bigint', ...details });
  return text;
}

function readUrl(given: unknown, details: ErrorDetails): string {
  if (given === undefined || given === null) throw mandatory(details);
  if (typeof given !== 'string' || !/^https?:\/\//.test(given) || !URL.canParse(given)) {
    throw invalidData('invalid data', { expected_data_type: 'website', ...details });
  }
  if (given.length > MAX_URL) throw invalidData('invalid data', { maximum_length: MAX_URL, ...details });
  return given;
}

function readToken(simulation: Simulation, given: unknown, details: ErrorDetails): string | null {
  if (given === null) return null;
  if (typeof given !== 'string') throw invalidData('invalid data', { expected_data_type: 'text', ...details });
  const longest = readSwitch(simulation, 'notificationTokenLength');
  if (given.length > longest) throw invalidData('invalid data', { maximum_length: longest, ...details });
  return given;
}

/** One hour by default, and also if more than a week is requested: that is no error. */
function readExpiry(now: number, given: unknown, details: ErrorDetails): number {
  if (given === undefined || given === null) return now + DEFAULT_LIFE_MS;
  const seconds = typeof given === 'string' ? parseInstant(given) : undefined;
  if (seconds === undefined) throw invalidData('invalid data', { expected_data_type: 'datetime', ...details });
  const expires = seconds * 1000;
  if (expires <= now) throw invalidData('the channel expiry has passed', details);
  return expires > now + MAX_LIFE_MS ? now + DEFAULT_LIFE_MS : expires;
}

function readFlag(
  input: Input,
  key: string,
  standard: boolean | undefined,
  at: (key: string) => ErrorDetails,
): boolean {
  const given = input[key];
  if (given === undefined || given === null) return standard ?? false;
  if (typeof given !== 'boolean') throw invalidData('invalid data', { expected_data_type: 'boolean', ...at(key) });
  return given;
}

export function readEvents(given: unknown, details: ErrorDetails): string[] {
  if (given === undefined || given === null) throw mandatory(details);
  if (!Array.isArray(given) || !given.every((event) => typeof event === 'string')) {
    throw invalidData('invalid data', { expected_data_type: 'jsonarray', ...details });
  }
  if (given.length === 0) throw invalidData('invalid data', { minimum_length: 1, ...details });
  if (given.length > MAX_EVENTS) throw invalidData('invalid data', { maximum_length: MAX_EVENTS, ...details });
  return given;
}

/** The record events a text such as `Deals.all` stands for. */
export function eventsOf(action: string): readonly RecordEvent[] {
  if (action === 'all') return RECORD_EVENTS;
  return RECORD_EVENTS.filter((event) => event === action);
}

function watchedModules(
  simulation: Simulation,
  events: readonly string[],
  selections: ReadonlyMap<string, FieldSelection>,
  details: KeyDetails,
): Watched[] {
  const modules = new Map<string, { opened: OpenModule | undefined; events: Set<RecordEvent> }>();
  events.forEach((event, place) => {
    const [name = '', action = '', ...rest] = event.split('.');
    const isUsers = name.toLowerCase() === 'users' && action === 'all';
    const opened = isUsers ? undefined : simulation.records.find(name);
    const meant = eventsOf(action);
    if ((!opened && !isUsers) || meant.length === 0 || rest.length > 0) {
      throw invalidData('invalid data', { ...details, json_path: `${details.json_path}[${place}]` });
    }
    const key = opened?.module.apiName ?? 'Users';
    const entry = modules.get(key) ?? { opened, events: new Set() };
    modules.set(key, entry);
    for (const one of meant) entry.events.add(one);
  });
  return [...modules].map(([module, { opened, events: meant }]) => {
    const selection = selections.get(module);
    const moduleId = opened?.module.id ?? USERS_ID;
    return { module, moduleId, events: meant, ...(selection && { selection }) };
  });
}

/** The metadata id of the users, which are no module. */
const USERS_ID = '5500000000000002000';

function readConditions(simulation: Simulation, given: unknown, details: KeyDetails): Map<string, FieldSelection> {
  const selections = new Map<string, FieldSelection>();
  if (given === undefined || given === null) return selections;
  if (!Array.isArray(given)) throw invalidData('invalid data', { expected_data_type: 'jsonarray', ...details });
  given.forEach((condition: unknown, place) => {
    const path = `${details.json_path}[${place}]`;
    const { type, module, field_selection: selection } = isObject(condition) ? condition : {};
    if (type !== 'field_selection') {
      throw invalidData('invalid data', {
        api_name: 'type',
        json_path: `${path}.type`,
        supported_values: ['field_selection'],
      });
    }
    const name = isObject(module) ? module['api_name'] : undefined;
    const opened = typeof name === 'string' ? simulation.records.find(name) : undefined;
    if (!opened) throw invalidData('invalid data', { api_name: 'api_name', json_path: `${path}.module.api_name` });
    const fields = { count: 0 };
    selections.set(opened.module.apiName, readSelection(opened, selection, `${path}.field_selection`, fields));
    if (fields.count > MAX_CONDITION_FIELDS) {
      throw invalidData('invalid data', { ...details, maximum_length: MAX_CONDITION_FIELDS });
    }
  });
  return selections;
}

function readSelection(opened: OpenModule, given: unknown, path: string, fields: { count: number }): FieldSelection {
  if (!isObject(given)) throw mandatory({ api_name: 'field_selection', json_path: path });
  const { field, group, group_operator: operator } = given;
  if (Array.isArray(group)) {
    if (operator !== 'and' && operator !== 'or') {
      throw new ApiError(400, 'EXPECTED_FIELD_MISSING', 'expected field is missing', {
        expected_fields: [{ api_name: 'group_operator', json_path: `${path}.group_operator` }],
      });
    }
    if (group.length > MAX_GROUP) {
      throw invalidData('invalid data', { api_name: 'group', json_path: `${path}.group`, maximum_length: MAX_GROUP });
    }
    const parts = group.map((part: unknown, i) => readSelection(opened, part, `${path}.group[${i}]`, fields));
    return { operator, group: parts };
  }
  const name = isObject(field) ? field['api_name'] : undefined;
  if (typeof name !== 'string' || !opened.module.column(name)) {
    throw invalidData('invalid data', { api_name: 'api_name', json_path: `${path}.field.api_name` });
  }
  fields.count++;
  return { field: name };
}
