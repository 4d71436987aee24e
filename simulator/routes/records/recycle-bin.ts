import { invalidData, invalidId, paramMissing } from '../../http/api-error';
import { type Exchange, json, NO_CONTENT, type Reply } from '../../http/exchange';
import type { Simulation } from '../../simulation';
import type { DeletedRecord } from '../../store/module-store';
import type { OpenModule } from '../../store/records';
import { type Outcome, positional, recordError } from '../../writes/outcome';
import { integerParameter, MAX_PER_PAGE, nameList } from '../parameters';

const RECYCLE_SECONDS = 60 * 86_400;

interface Entry {
  readonly opened: OpenModule;
  readonly deletion: DeletedRecord;
}

/** `GET /settings/recycle_bin` (Get RecycleBin Records): of all modules, the last deleted first. */
export function listRecycleBin(simulation: Simulation, { query }: Exchange): Reply {
  const ids = nameList(query.get('ids'));
  const order = query.get('sort_order') ?? 'desc';
  if (order !== 'asc' && order !== 'desc') throw invalidData('invalid data', { param_name: 'sort_order' });
  const perPage = integerParameter(query, 'per_page', MAX_PER_PAGE, MAX_PER_PAGE);
  const page = integerParameter(query, 'page', 1);
  const sign = order === 'asc' ? 1 : -1;
  const entries = entriesOf(simulation)
    .filter(({ deletion }) => ids.length === 0 || ids.includes(deletion.id))
    .sort((a, b) => sign * (a.deletion.deleted - b.deletion.deleted));
  const shown = entries.slice((page - 1) * perPage, page * perPage);
  if (shown.length === 0) return NO_CONTENT;
  const info = { per_page: perPage, count: shown.length, page, more_records: entries.length > page * perPage };
  return json(200, { recycle_bin: shown.map((entry) => entryDocument(simulation, entry)), info });
}

/** `GET /settings/recycle_bin/{id}`. */
export function getRecycled(simulation: Simulation, { params }: Exchange): Reply {
  const id = params['record'] ?? '';
  if (!/^\d{1,19}$/.test(id)) throw invalidId(id);
  const entry = entriesOf(simulation).find(({ deletion }) => deletion.id === id);
  if (!entry) return NO_CONTENT;
  const info = { per_page: MAX_PER_PAGE, count: 1, page: 1, more_records: false };
  return json(200, { recycle_bin: [entryDocument(simulation, entry)], info });
}

/** `DELETE /settings/recycle_bin?ids=` and `DELETE /settings/recycle_bin/{id}`: the records are gone for good. */
export function emptyRecycleBin(simulation: Simulation, { params, query }: Exchange): Reply {
  const ids = params['record'] === undefined ? nameList(query.get('ids')) : [params['record']];
  if (ids.length === 0) throw paramMissing('ids');
  const outcomes = ids.map((id): Outcome => {
    const entry = entriesOf(simulation).find(({ deletion }) => deletion.id === id);
    if (!entry) return recordError('INVALID_DATA', 'the id given seems to be invalid', { id });
    entry.opened.store.purge(id);
    return { code: 'SUCCESS', details: { id }, message: 'record deleted successfully', status: 'success' };
  });
  return positional(outcomes, 200, 207, 'recycle_bin');
}

function entriesOf({ records, clock }: Simulation): Entry[] {
  const now = clock.seconds();
  return records
    .all()
    .flatMap((opened) =>
      opened.store.deletions
        .filter(({ type, deleted }) => type === 'recycle' && deleted + RECYCLE_SECONDS > now)
        .map((deletion) => ({ opened, deletion })),
    );
}

function entryDocument({ catalog }: Simulation, { opened, deletion }: Entry): Record<string, unknown> {
  const [administrator] = catalog.users;
  const person = { name: administrator?.name, id: administrator?.id };
  return {
    display_name: deletion.displayName,
    deleted_time: catalog.zone.format(deletion.deleted),
    owner: person,
    module: { api_name: opened.module.apiName, id: opened.module.id },
    deleted_by: person,
    id: deletion.id,
  };
}
