import type { CellValue } from '../data/cell';
import type { Column } from '../data/column';
import { ApiError, invalidData, paramMissing, unparsable } from '../http/api-error';
import { type Exchange, header, isObject, json, jsonBody, type Reply } from '../http/exchange';
import { nameList } from '../routes/parameters';
import type { Simulation } from '../simulation';
import { RecordEditor } from '../store/record-editor';
import type { OpenModule } from '../store/records';
import { readSwitch } from '../switches';
import { parseInstant } from '../zoned-time';
import { checkValues } from './check-values';
import { findByValue, rowsByValue, systemCheckField } from './find-duplicate';
import { type Outcome, positional, recordError, type RecordError } from './outcome';
import { recordStamps } from './record-stamps';

const MAX_RECORDS = 100;
const RECORDS_PER_CREDIT = 10;
const HEAVY_RECORDS = 10;

type Input = Readonly<Record<string, unknown>>;

/** One credit for ten records. */
export function writeCredits(exchange: Exchange): number {
  return Math.max(1, Math.ceil(recordCount(exchange) / RECORDS_PER_CREDIT));
}

/** Deletions cost as updates do. */
export function deleteCredits({ query }: Exchange): number {
  return Math.max(1, Math.ceil(nameList(query.get('ids')).length / RECORDS_PER_CREDIT));
}

/** Calls with more than ten records count against the sub-concurrency. */
export function isHeavyWrite(exchange: Exchange): boolean {
  return recordCount(exchange) > HEAVY_RECORDS;
}

function recordCount(exchange: Exchange): number {
  const body = jsonBody(exchange);
  return isObject(body) && Array.isArray(body['data']) ? body['data'].length : 0;
}

/** `POST /{module}` (Insert Records). */
export function insertRecords(simulation: Simulation, exchange: Exchange): Reply {
  const writer = new ModuleWriter(simulation, exchange);
  return writer.answer(
    writer.each((input, place) => writer.insert(input, place)),
    201,
  );
}

/** `PUT /{module}` (Update Records): every record names its `id`. */
export function updateRecords(simulation: Simulation, exchange: Exchange): Reply {
  const writer = new ModuleWriter(simulation, exchange);
  return (
    writer.conflict(writer.inputs.map((input) => writer.rowOf(input['id']))) ??
    writer.answer(
      writer.each((input, place) => writer.update(input['id'], input, place)),
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
    writer.answer(writer.each((input, place) => writer.update(id, input, place)).slice(0, 1), 200)
  );
}

/** `POST /{module}/upsert` (Upsert Records): the first check field with a match decides; several matches: the oldest. */
export function upsertRecords(simulation: Simulation, exchange: Exchange): Reply {
  const writer = new ModuleWriter(simulation, exchange);
  return (
    writer.conflict(writer.inputs.map((input) => matchedRow(writer.match(input)))) ??
    writer.answer(
      writer.each((input, place) => writer.upsert(input, place)),
      200,
    )
  );
}

/** `DELETE /{module}?ids=` and `DELETE /{module}/{id}` (Delete Records). */
export function deleteRecords(simulation: Simulation, { params, query }: Exchange): Reply {
  const opened = simulation.records.open(params['module'] ?? '');
  const ids = params['id'] === undefined ? nameList(query.get('ids')) : [params['id']];
  if (ids.length === 0) throw paramMissing('ids');
  if (ids.length > MAX_RECORDS) throw tooMany('ids');
  const editor = new RecordEditor(simulation, opened);
  const outcomes = ids.map((id): Outcome => {
    const row = opened.store.liveRow(id);
    if (row === undefined) return recordError('INVALID_DATA', 'record not deleted', { id });
    editor.remove(row, 'recycle');
    return { code: 'SUCCESS', details: { id }, message: 'record deleted', status: 'success' };
  });
  return positional(outcomes, 200, readSwitch(simulation, 'mixedWriteStatus'));
}

function tooMany(apiName: string): ApiError {
  const details = { maximum_length: MAX_RECORDS, api_name: apiName };
  return new ApiError(400, 'LIMIT_EXCEEDED', 'count of records in your request exceeds the limit', details);
}

interface Match {
  readonly row: number;
  /** The check field that found it; null when the id did. */
  readonly field: string | null;
}

function matchedRow(match: Match | 'several' | undefined): number | undefined {
  return typeof match === 'object' ? match.row : undefined;
}

function alreadyModified(stamps: Record<string, unknown>): RecordError {
  const message = 'record updated time has already passed if-unmodified-since time';
  return recordError('ALREADY_MODIFIED', message, stamps);
}

/** One write call on one module. */
class ModuleWriter {
  readonly inputs: readonly Input[];
  readonly #opened: OpenModule;
  readonly #editor: RecordEditor;
  readonly #checkFields: readonly string[];
  /** Seconds since 1970, where every record is held against the header by itself. */
  #unmodifiedSince: number | undefined;

  /** @throws ApiError when the body is not a list of 1 to 100 records */
  constructor(
    readonly simulation: Simulation,
    readonly exchange: Exchange,
  ) {
    this.#opened = simulation.records.open(exchange.params['module'] ?? '');
    this.#editor = new RecordEditor(simulation, this.#opened);
    const body = jsonBody(exchange);
    if (!isObject(body)) throw unparsable();
    const { data } = body;
    if (data === undefined) {
      throw new ApiError(400, 'MANDATORY_NOT_FOUND', 'required field not found', {
        api_name: 'data',
        json_path: '$.data',
      });
    }
    if (!Array.isArray(data) || !data.every(isObject)) throw unparsable();
    if (data.length === 0)
      throw invalidData('invalid data', { api_name: 'data', json_path: '$.data', minimum_length: 1 });
    if (data.length > MAX_RECORDS) throw tooMany('data');
    this.inputs = data;
    const fields = body['duplicate_check_fields'];
    this.#checkFields = Array.isArray(fields) ? fields.map(String) : [systemCheckField(this.#opened)];
  }

  each(act: (input: Input, place: number) => Outcome): Outcome[] {
    return this.inputs.map(act);
  }

  answer(outcomes: readonly Outcome[], allOk: 200 | 201): Reply {
    return positional(outcomes, allOk, readSwitch(this.simulation, 'mixedWriteStatus'));
  }

  rowOf(id: unknown): number | undefined {
    return typeof id === 'string' ? this.#opened.store.liveRow(id) : undefined;
  }

  insert(input: Input, place: number): Outcome {
    const values = this.#check(input, place, true);
    if ('error' in values) return values.error;
    const row = this.#editor.insert(values.values);
    return this.#success(row, 'record added');
  }

  update(id: unknown, input: Input, place: number): Outcome {
    if (id === undefined) {
      const details = { api_name: 'id', json_path: `$.data[${place}].id` };
      return recordError('MANDATORY_NOT_FOUND', 'required field not found', details);
    }
    const row = this.rowOf(id);
    if (row === undefined) {
      return recordError('INVALID_DATA', 'the id given seems to be invalid', {
        id,
        api_name: 'id',
        json_path: `$.data[${place}].id`,
      });
    }
    if (this.#opened.store.modifiedAt(row) > (this.#unmodifiedSince ?? Infinity))
      return alreadyModified(recordStamps(this.#opened, row));
    const values = this.#check(input, place, false, row);
    if ('error' in values) return values.error;
    this.#editor.update(row, values.values);
    return this.#success(row, 'record updated');
  }

  upsert(input: Input, place: number): Outcome {
    const match = this.match(input);
    if (match === 'several') {
      const details = { api_name: this.#checkFields[0], json_path: `$.data[${place}]` };
      return recordError('DUPLICATE_DATA', 'several records match', details);
    }
    const outcome = match ? this.update(this.#opened.module.idOf(match.row), input, place) : this.insert(input, place);
    if (outcome.status === 'error') return outcome;
    return { ...outcome, action: match ? 'update' : 'insert', duplicate_field: match?.field ?? null };
  }

  /** The record an upsert would update: by `id`, else by the first check field that finds one. */
  match(input: Input): Match | 'several' | undefined {
    const byId = this.rowOf(input['id']);
    if (byId !== undefined) return { row: byId, field: null };
    for (const field of this.#checkFields) {
      const column = this.#opened.module.column(field);
      const row = column && this.#find(column, (input[field] ?? null) as CellValue);
      if (row === 'several') return row;
      if (row !== undefined) return { row, field };
    }
    return undefined;
  }

  /** The row an upsert takes for a value; records younger than the lag are not seen. */
  #find(column: Column, value: CellValue): number | 'several' | undefined {
    const taken = readSwitch(this.simulation, 'upsertSeveralMatches');
    const lag = readSwitch(this.simulation, 'upsertLagMs');
    if (taken === 'oldest' && lag === 0) return findByValue(this.#opened, column, value);
    const { clock } = this.simulation;
    const rows = rowsByValue(this.#opened, column, value).filter(
      (row) => lag === 0 || this.#opened.store.createdAt(row) * 1000 + lag <= clock.now(),
    );
    if (taken === 'refuse' && rows.length > 1) return 'several';
    return taken === 'newest' ? rows.at(-1) : rows[0];
  }

  /** The 412 answer if one of the records changed after `If-Unmodified-Since`; it holds for the whole call. */
  conflict(rows: readonly (number | undefined)[]): Reply | undefined {
    const text = header(this.exchange, 'if-unmodified-since');
    if (text === undefined) return undefined;
    const limit = parseInstant(text);
    if (limit === undefined) throw invalidData('invalid data', { api_name: 'If-Unmodified-Since' });
    if (readSwitch(this.simulation, 'unmodifiedSinceScope') === 'record' && rows.length > 1) {
      this.#unmodifiedSince = limit;
      return undefined;
    }
    const offender = rows.find((row) => row !== undefined && this.#opened.store.modifiedAt(row) > limit);
    if (offender === undefined) return undefined;
    return json(412, { data: [alreadyModified(recordStamps(this.#opened, offender))] });
  }

  #check(
    input: Input,
    place: number,
    inserting: boolean,
    row?: number,
  ): { values: Record<string, CellValue> } | { error: RecordError } {
    const values = checkValues(this.simulation, this.#opened, input, place, inserting);
    if (isRecordError(values)) return { error: values };
    const duplicate = this.#duplicate(values, place, row);
    return duplicate ? { error: duplicate } : { values };
  }

  #duplicate(
    values: Readonly<Record<string, CellValue>>,
    place: number,
    self: number | undefined,
  ): RecordError | undefined {
    for (const column of this.#opened.module.columns) {
      const { apiName, unique } = column.field;
      if (!unique) continue;
      const row = findByValue(this.#opened, column, values[apiName] ?? null);
      if (row === undefined || row === self) continue;
      const { module } = this.#opened;
      const id = module.idOf(row);
      return recordError('DUPLICATE_DATA', 'duplicate data', {
        api_name: apiName,
        json_path: `$.data[${place}].${apiName}`,
        id,
        duplicate_record: { id, module: { api_name: module.apiName, id: module.id } },
        more_records: false,
      });
    }
    return undefined;
  }

  #success(row: number, message: string): Outcome {
    return {
      code: 'SUCCESS',
      details: { ...recordStamps(this.#opened, row), $approval_state: 'approved' },
      message,
      status: 'success',
    };
  }
}

function isRecordError(value: Record<string, CellValue> | RecordError): value is RecordError {
  return value['status'] === 'error' && 'code' in value;
}
