import type { CellValue } from '../data/cell';
import { invalidData } from '../http/api-error';
import { type Exchange, header, json, type Reply } from '../http/exchange';
import { idText } from '../http/json-numbers';
import type { Simulation } from '../simulation';
import { RecordEditor } from '../store/record-editor';
import type { OpenModule } from '../store/records';
import { ALL_EFFECTS } from '../store/write-effects';
import { readSwitch } from '../switches';
import { parseInstant } from '../zoned-time';
import { appendedValues } from './appended-values';
import { checkValues } from './check-values';
import { findByValue } from './find-duplicate';
import { findMatch, type Match } from './find-match';
import { type Outcome, positional, recordError, type RecordError } from './outcome';
import { recordStamps } from './record-stamps';
import { type Input, readWriteCall } from './write-call';

/** One write call on one module. */
export class ModuleWriter {
  readonly inputs: readonly Input[];
  readonly #opened: OpenModule;
  readonly #editor: RecordEditor;
  readonly #checkFields: readonly string[];
  /** Seconds since 1970, where every record is held against the header by itself. */
  #unmodifiedSince: number | undefined;
  readonly simulation: Simulation;
  readonly exchange: Exchange;

  /** @throws ApiError when the body is not a list of 1 to 100 records */
  constructor(simulation: Simulation, exchange: Exchange) {
    this.simulation = simulation;
    this.exchange = exchange;
    this.#opened = simulation.records.open(exchange.params['module'] ?? '');
    const { inputs, checkFields, automates } = readWriteCall(simulation, this.#opened, exchange);
    this.inputs = inputs;
    this.#checkFields = checkFields;
    this.#editor = new RecordEditor(simulation, this.#opened, { ...ALL_EFFECTS, automates });
  }

  answer(outcomes: readonly Outcome[], allOk: 200 | 201): Reply {
    return positional(outcomes, allOk, readSwitch(this.simulation, 'mixedWriteStatus'));
  }

  rowOf(id: unknown): number | undefined {
    const text = idText(id);
    return text === undefined ? undefined : this.#opened.store.liveRow(text);
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
    this.#editor.update(row, appendedValues(this.#opened, row, values.values, input['$append_values']));
    return this.#success(row, 'record updated');
  }

  upsert(input: Input, place: number): Outcome {
    const match = this.#match(input);
    if (match === 'several') {
      const details = { api_name: this.#checkFields[0], json_path: `$.data[${place}]` };
      return recordError('DUPLICATE_DATA', 'several records match', details);
    }
    const outcome = match ? this.update(this.#opened.module.idOf(match.row), input, place) : this.insert(input, place);
    if (outcome.status === 'error') return outcome;
    return { ...outcome, action: match ? 'update' : 'insert', duplicate_field: match?.field ?? null };
  }

  /** The row an upsert would update; undefined when it would insert or refuse. */
  matchedRow(input: Input): number | undefined {
    const match = this.#match(input);
    return typeof match === 'object' ? match.row : undefined;
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

  #match(input: Input): Match | 'several' | undefined {
    return findMatch(this.simulation, this.#opened, this.#checkFields, input);
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

function alreadyModified(stamps: Record<string, unknown>): RecordError {
  const message = 'record updated time has already passed if-unmodified-since time';
  return recordError('ALREADY_MODIFIED', message, stamps);
}
