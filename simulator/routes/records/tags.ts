import type { TagValue } from '../../data/cell';
import { ApiError, invalidData, invalidModule, paramMissing, unparsable } from '../../http/api-error';
import { type Exchange, isObject, json, jsonBody, type Reply } from '../../http/exchange';
import { idText } from '../../http/json-numbers';
import type { Simulation } from '../../simulation';
import { RecordEditor } from '../../store/record-editor';
import type { OpenModule } from '../../store/records';
import { MAX_TAG_NAME, type TagName, uniqueTags } from '../../store/tags';
import { ALL_EFFECTS } from '../../store/write-effects';
import { readSwitch } from '../../switches';
import { checkTags, readTagNames } from '../../writes/check-values';
import { type Outcome, positional, recordError } from '../../writes/outcome';
import { nameList } from '../parameters';

const TAGS_TIME = 1_767_258_000;
const ALLOWED_TAGS = 100;
const MAX_RECORDS = 100;
const RECORDS_PER_CREDIT = 50;
/** Colors that a tag may have (Create Tags). */
const COLORS = [
  '#F17574',
  '#F48435',
  '#E7A826',
  '#A8C026',
  '#63C57E',
  '#1DB9B4',
  '#57B1FD',
  '#879BFC',
  '#D297EE',
  '#FD87BD',
  '#969696',
  '#658BA8',
  '#B88562',
];

/** `GET /settings/tags?module=` (Get Tags). */
export function listTags(simulation: Simulation, exchange: Exchange): Reply {
  const tags = simulation.records.tags.of(moduleOf(simulation, exchange)).all();
  const documents = tags.map((tag) => ({ name: tag.name, ...tagStamps(simulation, tag) }));
  return json(200, { tags: documents, info: { count: tags.length, allowed_count: ALLOWED_TAGS } });
}

/** `POST /settings/tags?module=` (Create Tags). */
export function createTags(simulation: Simulation, exchange: Exchange): Reply {
  const tags = simulation.records.tags.of(moduleOf(simulation, exchange));
  const outcomes = entriesOf(exchange).map((input, place): Outcome => {
    const path = { api_name: 'name', json_path: `$.tags[${place}].name` };
    const { name, color_code: color = null } = input;
    if (name === undefined || name === '') return recordError('MANDATORY_NOT_FOUND', 'required field not found', path);
    if (typeof name !== 'string' || name.length > MAX_TAG_NAME) {
      return recordError('INVALID_DATA', 'invalid data', { ...path, maximum_length: MAX_TAG_NAME });
    }
    const known = tags.find({ name });
    if (known) return recordError('DUPLICATE_DATA', 'duplicate data', { id: known.id, api_name: 'name' });
    if (color !== null && !(typeof color === 'string' && COLORS.includes(color))) {
      const details = { api_name: 'color_code', json_path: `$.tags[${place}].color_code` };
      return recordError('INVALID_DATA', 'the color is not supported', details);
    }
    const details = tagStamps(simulation, tags.add(name, color));
    return { code: 'SUCCESS', details, message: 'tags created successfully', status: 'success' };
  });
  return positional(outcomes, 201, readSwitch(simulation, 'mixedWriteStatus'), 'tags');
}

/** `POST /{module}/actions/add_tags` and `POST /{module}/{id}/actions/add_tags` (Add Tags to Records). */
export function addTags(simulation: Simulation, exchange: Exchange): Reply {
  const request = readRequest(exchange);
  return changeTags(simulation, exchange, request, (before, given) =>
    request.overWrite ? given : uniqueTags([...before, ...given]),
  );
}

/** `POST /{module}/actions/remove_tags` and `POST /{module}/{id}/actions/remove_tags` (Remove Tags from Records). */
export function removeTags(simulation: Simulation, exchange: Exchange): Reply {
  return changeTags(simulation, exchange, readRequest(exchange), (before, given) =>
    before.filter(({ id }) => !given.some((tag) => tag.id === id)),
  );
}

/** One credit for every fifty records begun. */
export function tagCredits(exchange: Exchange): number {
  return Math.max(1, Math.ceil(idsOf(exchange).length / RECORDS_PER_CREDIT));
}

interface TagRequest {
  readonly ids: readonly string[];
  readonly names: readonly TagName[];
  readonly overWrite: boolean;
}

/** Reads the body; before v3 ids and names of tags were parameters. */
function readRequest(exchange: Exchange): TagRequest {
  const body = jsonBody(exchange);
  const given = isObject(body) ? body : {};
  const overWrite = given['over_write'] ?? exchange.query.get('over_write');
  const byName = nameList(exchange.query.get('tag_names')).map((name) => ({ name }));
  const names = given['tags'] === undefined ? byName : readTagNames(given['tags']);
  if (names === undefined) throw invalidData('invalid data', { api_name: 'tags', json_path: '$.tags' });
  if (names.length === 0) throw missing('tags');
  const ids = idsOf(exchange);
  if (ids.length === 0) throw missing('ids');
  if (ids.length > MAX_RECORDS) throw invalidData('invalid data', { api_name: 'ids', maximum_length: MAX_RECORDS });
  return { ids, names, overWrite: overWrite === true || overWrite === 'true' };
}

function idsOf(exchange: Exchange): string[] {
  const { id } = exchange.params;
  if (id !== undefined) return [id];
  const body = jsonBody(exchange);
  const given = isObject(body) ? body['ids'] : undefined;
  return Array.isArray(given) ? given.map((item) => idText(item) ?? '') : nameList(exchange.query.get('ids'));
}

function changeTags(
  simulation: Simulation,
  { params }: Exchange,
  { ids, names }: TagRequest,
  change: (before: readonly TagValue[], given: readonly TagValue[]) => readonly TagValue[],
): Reply {
  const opened = simulation.records.open(params['module'] ?? '');
  const checked = checkTags(simulation.records.tags.of(opened.module.apiName), names);
  if (!('value' in checked)) throw invalidData('invalid data', { api_name: 'tags', json_path: '$.tags' });
  const effects = { ...ALL_EFFECTS, stamps: readSwitch(simulation, 'modifiedByTags') };
  const editor = new RecordEditor(simulation, opened, effects);
  const outcomes = ids.map((id): Outcome => {
    const row = opened.store.liveRow(id);
    if (row === undefined) return recordError('INVALID_DATA', 'the id given seems to be invalid', { id });
    const tags = change(tagsOf(opened, row), checked.value as readonly TagValue[]);
    editor.update(row, { Tag: tags });
    return { code: 'SUCCESS', details: { id, tags }, message: 'tags updated successfully', status: 'success' };
  });
  const done = outcomes.filter(({ status }) => status === 'success').length;
  const status = done > 0 ? 200 : 400;
  return json(status, { data: outcomes, wf_scheduler: true, success_count: String(done), locked_count: '0' });
}

function tagsOf({ module, store }: OpenModule, row: number): readonly TagValue[] {
  const column = module.column('Tag');
  if (!column) throw new ApiError(400, 'NOT_SUPPORTED', 'tags are not supported for the module');
  return (store.value(row, column) ?? []) as readonly TagValue[];
}

function moduleOf({ catalog }: Simulation, { query }: Exchange): string {
  const name = query.get('module');
  if (!name) throw paramMissing('module');
  const module = catalog.module(name);
  if (!module) throw invalidModule();
  return module.apiName;
}

function entriesOf(exchange: Exchange): Readonly<Record<string, unknown>>[] {
  const body = jsonBody(exchange);
  if (!isObject(body)) throw unparsable();
  const { tags } = body;
  if (tags === undefined) throw missing('tags');
  if (!Array.isArray(tags) || !tags.every(isObject)) throw unparsable();
  return tags;
}

function missing(key: string): ApiError {
  const details = { api_name: key, json_path: `$.${key}` };
  return new ApiError(400, 'MANDATORY_NOT_FOUND', 'required field not found', details);
}

function tagStamps({ catalog }: Simulation, { id, color_code: color }: TagValue): Record<string, unknown> {
  const time = catalog.zone.format(TAGS_TIME);
  const by = { name: catalog.users[0]?.name, id: catalog.users[0]?.id };
  return { created_time: time, modified_time: time, modified_by: by, id, created_by: by, color_code: color };
}
