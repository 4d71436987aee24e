import type { CellValue } from '../data/cell';
import type { Column } from '../data/column';
import { isTagField } from '../data/field';
import { addOptions } from '../fields/pick-list';
import { RecordEditor, type WriteContext } from '../store/record-editor';
import type { OpenModule } from '../store/records';
import { readSwitch } from '../switches';
import { checkTags, checkValue } from '../writes/check-values';
import { findByValue } from '../writes/find-duplicate';
import { valueOfCell } from './cell-value';
import type { JobRequest, Mapping } from './job';

/** Outcome of a row, as the result file reports it. */
export interface RowOutcome {
  readonly status: 'ADDED' | 'UPDATED' | 'SKIPPED' | 'UNPROCESSED';
  readonly recordId: string;
  /** `CODE-field,field:CODE-field` (Bulk Write: Download Result). */
  readonly errors: string;
}

type RowError = 'MANDATORY_NOT_FOUND' | 'INVALID_DATA' | 'DUPLICATE_DATA' | 'LIMIT_EXCEEDED' | 'RESOURCE_NOT_FOUND';

/** Why a row is left out: fields by code. */
class Refusals {
  readonly #fields = new Map<RowError, string[]>();

  add(code: RowError, field: string): void {
    this.#fields.set(code, [...(this.#fields.get(code) ?? []), field]);
  }

  get some(): boolean {
    return this.#fields.size > 0;
  }

  toString(): string {
    return [...this.#fields].map(([code, fields]) => `${code}-${fields.join(',')}`).join(':');
  }
}

export function skipped(errors: string): RowOutcome {
  return { status: 'SKIPPED', recordId: '', errors };
}

/** Writes the rows of one job, on the path all writes take. */
export class RowWriter {
  readonly #opened: OpenModule;
  readonly #editor: RecordEditor;
  readonly #key: Mapping | undefined;
  readonly #context: WriteContext;
  readonly request: JobRequest;

  constructor(context: WriteContext, request: JobRequest) {
    this.#context = context;
    this.request = request;
    const { module, findBy, mappings } = request.resource;
    this.#opened = context.records.open(module);
    this.#editor = new RecordEditor(context, this.#opened, {
      notifies: readSwitch(context, 'notificationsOfBulkWrites'),
      stamps: readSwitch(context, 'modifiedByBulkWrite'),
      automates: readSwitch(context, 'bulkWriteAutomations'),
    });
    this.#key = mappings.find(({ apiName }) => apiName === findBy);
  }

  write(cells: readonly string[]): RowOutcome {
    const { operation } = this.request;
    const match = this.#match(cells);
    if (match === 'unknown') return skipped(`RESOURCE_NOT_FOUND-${this.#key?.apiName}`);
    if (match === undefined && operation === 'update') {
      return skipped(
        `${this.#keyText(cells) === '' ? 'MANDATORY_NOT_FOUND' : 'RESOURCE_NOT_FOUND'}-${this.#key?.apiName}`,
      );
    }
    // With a key an insert leaves out what exists already.
    if (match !== undefined && operation === 'insert') return skipped(`DUPLICATE_DATA-${this.#key?.apiName}`);
    return this.#apply(cells, match);
  }

  #keyText(cells: readonly string[]): string {
    return this.#key ? textOf(this.#key, cells) : '';
  }

  /** Record that a row means; `unknown` for an id that does not exist. */
  #match(cells: readonly string[]): number | 'unknown' | undefined {
    const text = this.#keyText(cells);
    if (!this.#key || text === '') return undefined;
    const { store, module } = this.#opened;
    if (this.#key.apiName === 'id') return store.liveRow(text.trim()) ?? 'unknown';
    const column = module.column(this.#key.apiName);
    if (!column) return undefined;
    const checked = checkValue(this.#context.records, column, this.#given(column, this.#key, text));
    return 'value' in checked ? findByValue(this.#opened, column, checked.value) : undefined;
  }

  #apply(cells: readonly string[], row: number | undefined): RowOutcome {
    const refusals = new Refusals();
    const values: Record<string, CellValue> = {};
    for (const mapping of this.request.resource.mappings) {
      const column = this.#opened.module.column(mapping.apiName);
      if (column) this.#read(column, mapping, cells, row, values, refusals);
    }
    if (!refusals.some) this.#checkUnique(values, row, refusals);
    if (refusals.some) return skipped(String(refusals));
    const { module } = this.#opened;
    if (row === undefined) return { status: 'ADDED', recordId: module.idOf(this.#editor.insert(values)), errors: '' };
    this.#editor.update(row, values);
    return { status: 'UPDATED', recordId: module.idOf(row), errors: '' };
  }

  #read(
    column: Column,
    mapping: Mapping,
    cells: readonly string[],
    row: number | undefined,
    values: Record<string, CellValue>,
    refusals: Refusals,
  ): void {
    const { apiName, mandatory } = column.field;
    const text = textOf(mapping, cells);
    const given = text === '' ? (mapping.defaultValue ?? null) : this.#given(column, mapping, text);
    if (given === null) {
      if (row !== undefined && this.request.resource.ignoreEmpty) return;
      if (mandatory) refusals.add('MANDATORY_NOT_FOUND', apiName);
      else if (row !== undefined) values[apiName] = null;
      return;
    }
    const { records } = this.#context;
    const checked = isTagField(column.field)
      ? checkTags(records.tags.of(this.#opened.module.apiName), given)
      : checkValue(records, this.#withOptions(column, given), given);
    if ('value' in checked) values[apiName] = checked.value;
    else refusals.add('INVALID_DATA', apiName);
  }

  #given(column: Column, mapping: Mapping, text: string): unknown {
    return valueOfCell(this.#context, column, mapping, text);
  }

  /** Adds unknown options to the field, silently (Bulk Write: Create Job). */
  #withOptions(column: Column, given: unknown): Column {
    const { apiName, dataType } = column.field;
    if (dataType !== 'picklist' && dataType !== 'multiselectpicklist') return column;
    const { module } = this.#opened;
    addOptions(module, apiName, Array.isArray(given) ? given.map(String) : [String(given)]);
    return module.column(apiName) ?? column;
  }

  #checkUnique(values: Readonly<Record<string, CellValue>>, self: number | undefined, refusals: Refusals): void {
    for (const column of this.#opened.module.columns) {
      const { apiName, unique } = column.field;
      if (!unique || !(apiName in values)) continue;
      const row = findByValue(this.#opened, column, values[apiName] ?? null);
      if (row !== undefined && row !== self) refusals.add('DUPLICATE_DATA', apiName);
    }
  }
}

function textOf({ index }: Mapping, cells: readonly string[]): string {
  return index === undefined ? '' : (cells[index] ?? '');
}
