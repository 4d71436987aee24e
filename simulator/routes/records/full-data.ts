import { invalidId, paramMissing } from '../../http/api-error';
import { type Exchange, NO_CONTENT, type Reply } from '../../http/exchange';
import type { Simulation } from '../../simulation';
import { readSwitch } from '../../switches';
import { nameList, optionalFields } from '../parameters';

const MAX_IDS = 100;

/**
 * `GET /{module}/actions/fetch_full_data?ids=` and `GET /{module}/{id}/actions/fetch_full_data` (Get Rich Text Records):
 * what a list may cut is whole here.
 */
export function fetchFullData(simulation: Simulation, { params, query }: Exchange): Reply {
  const opened = simulation.records.open(params['module'] ?? '');
  const ids = params['id'] === undefined ? nameList(query.get('ids')).slice(0, MAX_IDS) : [params['id']];
  if (ids.length === 0) throw paramMissing('ids');
  const malformed = ids.find((id) => !/^\d{15,19}$/.test(id));
  if (malformed !== undefined) throw invalidId(malformed);
  const columns = optionalFields(opened.module, query, { unknown: readSwitch(simulation, 'unknownFields') });
  const rows = ids.map((id) => opened.store.liveRow(id)).filter((row) => row !== undefined);
  return rows.length === 0 ? NO_CONTENT : { status: 200, json: opened.writer.document(rows, columns) };
}
