import { ApiError, invalidData, invalidId, patternNotMatched } from '../../http/api-error';
import { type Exchange, json, NO_CONTENT, type Reply } from '../../http/exchange';
import type { Simulation } from '../../simulation';
import type { DeletedRecord } from '../../store/module-store';
import { readSwitch } from '../../switches';
import { rulesOf } from '../../versions';
import { integerParameter, MAX_PER_PAGE, modifiedFrom, optionalFields } from '../parameters';

/** The recycle bin keeps records this long. */
const DAY_SECONDS = 86_400;
const RECYCLE_SECONDS = 60 * DAY_SECONDS;

/** `GET /{module}/{id}` (Get Records by ID): 204 for a record that does not exist, 400 for an id that cannot. */
export function getRecord(simulation: Simulation, { params, query }: Exchange): Reply {
  const opened = simulation.records.open(params['module'] ?? '');
  const id = params['id'] ?? '';
  if (!/^\d{15,19}$/.test(id)) throw invalidId(id);
  const row = opened.store.liveRow(id);
  if (row === undefined) return missingRecord(id, readSwitch(simulation, 'missingRecord'));
  const unknown = readSwitch(simulation, 'unknownFields');
  const columns = optionalFields(opened.module, query, { most: rulesOf(params['version']).maxFields, unknown });
  return { status: 200, json: opened.writer.document([row], columns) };
}

function missingRecord(id: string, status: 204 | 400 | 404): Reply {
  if (status === 204) return NO_CONTENT;
  const { code, message, details } = invalidId(id);
  throw new ApiError(status, code, message, details);
}

/** `GET /{module}/deleted` (Get Deleted Records), newest first. */
export function deletedRecords(simulation: Simulation, exchange: Exchange): Reply {
  const { store } = simulation.records.open(exchange.params['module'] ?? '');
  const { query } = exchange;
  const type = query.get('type') ?? 'all';
  if (!['all', 'recycle', 'permanent'].includes(type)) throw invalidData('invalid data', { param_name: 'type' });
  const perPage = integerParameter(query, 'per_page', MAX_PER_PAGE, MAX_PER_PAGE);
  const page = integerParameter(query, 'page', 1);
  const reach = readSwitch(simulation, 'deletedPageRows');
  if (reach > 0 && page * perPage > reach) throw patternNotMatched('page');
  const from = modifiedFrom(exchange, readSwitch(simulation, 'modifiedSinceInclusive'));
  const listed = readSwitch(simulation, 'permanentDeletionsListedDays') * DAY_SECONDS;
  const now = simulation.clock.seconds();
  const matching = store.deletions
    .map((deletion) => ({ deletion, type: typeNow(deletion, now) }))
    .filter((entry) => type === 'all' || entry.type === type)
    .filter(({ deletion }) => listed === 0 || permanentFrom(deletion) + listed > now)
    .filter((entry) => from === undefined || entry.deletion.deleted >= from)
    .reverse();
  const shown = matching.slice((page - 1) * perPage, page * perPage);
  if (shown.length === 0) return { status: from === undefined ? 204 : 304 };
  const [administrator] = simulation.catalog.users;
  const data = shown.map(({ deletion, type: current }) => ({
    deleted_by: { name: administrator?.name, id: administrator?.id },
    id: deletion.id,
    display_name: deletion.displayName,
    type: current,
    created_by: deletion.createdBy,
    deleted_time: simulation.catalog.zone.format(deletion.deleted),
  }));
  const info = { per_page: perPage, count: data.length, page, more_records: matching.length > page * perPage };
  return json(200, { data, info });
}

function typeNow(deletion: DeletedRecord, now: number): DeletedRecord['type'] {
  return permanentFrom(deletion) <= now ? 'permanent' : deletion.type;
}

/** When the record leaves, or left, the recycle bin; seconds since 1970. */
function permanentFrom({ type, deleted }: DeletedRecord): number {
  return type === 'permanent' ? deleted : deleted + RECYCLE_SECONDS;
}
