import { paramMissing } from '../http/api-error';
import type { Exchange, Reply } from '../http/exchange';
import { nameList } from '../routes/parameters';
import type { Simulation } from '../simulation';
import { RecordEditor } from '../store/record-editor';
import { ALL_EFFECTS } from '../store/write-effects';
import { readSwitch } from '../switches';
import { ModuleWriter } from './module-writer';
import { type Outcome, positional, recordError } from './outcome';
import { MAX_RECORDS, tooManyRecords } from './write-call';

/** `POST /{module}` (Insert Records). */
export function insertRecords(simulation: Simulation, exchange: Exchange): Reply {
  const writer = new ModuleWriter(simulation, exchange);
  return writer.answer(
    writer.inputs.map((input, place) => writer.insert(input, place)),
    201,
  );
}

/** `PUT /{module}` (Update Records): every record names its `id`. */
export function updateRecords(simulation: Simulation, exchange: Exchange): Reply {
  const writer = new ModuleWriter(simulation, exchange);
  return (
    writer.conflict(writer.inputs.map((input) => writer.rowOf(input['id']))) ??
    writer.answer(
      writer.inputs.map((input, place) => writer.update(input['id'], input, place)),
      200,
    )
  );
}

/** `PUT /{module}/{id}`. */
export function updateRecord(simulation: Simulation, exchange: Exchange): Reply {
  const writer = new ModuleWriter(simulation, exchange);
  const id = exchange.params['id'];
  return (
    writer.conflict([writer.rowOf(id)]) ??
    writer.answer(
      writer.inputs.slice(0, 1).map((input, place) => writer.update(id, input, place)),
      200,
    )
  );
}

/** `POST /{module}/upsert` (Upsert Records): the first check field with a match decides; several matches: the oldest. */
export function upsertRecords(simulation: Simulation, exchange: Exchange): Reply {
  const writer = new ModuleWriter(simulation, exchange);
  return (
    writer.conflict(writer.inputs.map((input) => writer.matchedRow(input))) ??
    writer.answer(
      writer.inputs.map((input, place) => writer.upsert(input, place)),
      200,
    )
  );
}

/** `DELETE /{module}?ids=` and `DELETE /{module}/{id}` (Delete Records). */
export function deleteRecords(simulation: Simulation, { params, query }: Exchange): Reply {
  const opened = simulation.records.open(params['module'] ?? '');
  const ids = params['id'] === undefined ? nameList(query.get('ids')) : [params['id']];
  if (ids.length === 0) throw paramMissing('ids');
  if (ids.length > MAX_RECORDS) throw tooManyRecords('ids');
  const effects = { ...ALL_EFFECTS, automates: query.get('wf_trigger') !== 'false' };
  const editor = new RecordEditor(simulation, opened, effects);
  const outcomes = ids.map((id): Outcome => {
    const row = opened.store.liveRow(id);
    if (row === undefined) return recordError('INVALID_DATA', 'record not deleted', { id });
    editor.remove(row, 'recycle');
    return { code: 'SUCCESS', details: { id }, message: 'record deleted', status: 'success' };
  });
  return positional(outcomes, 200, readSwitch(simulation, 'mixedWriteStatus'));
}
