import type { ByteSink } from '../data/byte-sink';
import { type CellValue, displayText, isList, isReference, partTexts } from '../data/cell';
import { type Column, render, type Rendering } from '../data/column';
import { isUserField } from '../data/field';
import type { GeneratedModule } from '../data/generated-module';
import { CONVERTED_PERIOD } from '../data/modules/leads';
import { parseInstant } from '../zoned-time';
import { CHANGED, DELETED, Overlay, type OverlayRecord, PRISTINE, type RowState } from './overlay';
import { WrittenValues } from './written-values';

export type DeletionType = 'recycle' | 'permanent';

/** An entry of the deleted feed. */
export interface DeletedRecord {
  readonly id: string;
  readonly displayName: string;
  readonly type: DeletionType;
  /** Seconds since 1970. */
  readonly deleted: number;
  readonly createdBy: CellValue;
}

/** Which leads a read shows. */
export type Converted = 'true' | 'false' | 'both';

/** The records of one module as they are now: generated rows with what was written since laid over them. */
export class ModuleStore {
  readonly overlay: Overlay;
  readonly written = new WrittenValues(this);
  readonly deletions: DeletedRecord[] = [];
  /** Display values of choices, by field and actual value. */
  readonly displayValues = new Map<string, Map<string, string>>();
  /** Written values of deleted rows, for those that are restored. */
  readonly #removed = new Map<number, OverlayRecord>();
  #inserted = 0;
  #deleted = 0;
  readonly module: GeneratedModule;
  readonly separator: string;
  readonly nameElsewhere: (moduleName: string, id: string) => string | undefined;
  readonly userNames: ReadonlyMap<string, string>;

  constructor(
    module: GeneratedModule,
    separator: string,
    /** Display name of a record of another module; undefined when it does not exist. */
    nameElsewhere: (moduleName: string, id: string) => string | undefined,
    /** Names of users who got another one. */
    userNames: ReadonlyMap<string, string>,
  ) {
    this.module = module;
    this.separator = separator;
    this.nameElsewhere = nameElsewhere;
    this.userNames = userNames;
    this.overlay = new Overlay(module.rows);
  }

  /** One past the highest row number ever given out. */
  get endRow(): number {
    return this.module.rows + this.#inserted;
  }

  /** Number of records that exist. */
  get liveCount(): number {
    return this.endRow - this.#deleted;
  }

  state(row: number): RowState {
    return this.overlay.state(row);
  }

  /** The row of an id if the record exists. */
  liveRow(id: string): number | undefined {
    const row = this.module.rowOf(id);
    return row !== undefined && row < this.endRow && this.state(row) !== DELETED ? row : undefined;
  }

  value(row: number, column: Column): CellValue {
    const isPristine = this.state(row) === PRISTINE;
    const written = isPristine ? undefined : this.overlay.records.get(row)?.values[column.field.apiName];
    if (written !== undefined) return this.#withCurrentName(column, written);
    if (row >= this.module.rows) return null;
    // Lookups to generated records show current names by themselves.
    return this.showsNewName(column) ? this.#withCurrentName(column, column.value(row)) : column.value(row);
  }

  write(sink: ByteSink, row: number, column: Column, rendering: Rendering): void {
    if (this.state(row) === PRISTINE && !this.showsNewName(column)) column.write(sink, row, rendering);
    else sink.text(render(column.field, this.value(row, column), rendering, this.separator));
  }

  /** Whether a column holds users, of whom some have another name than when the rows were generated. */
  showsNewName({ field }: Column): boolean {
    return this.userNames.size > 0 && isUserField(field);
  }

  /** Seconds since 1970. */
  modifiedAt(row: number): number {
    const changed = this.state(row) === CHANGED ? this.overlay.records.get(row) : undefined;
    return changed?.modified ?? this.module.timeline.modifiedAt(row);
  }

  /** Seconds since 1970. */
  createdAt(row: number): number {
    if (row < this.module.rows) return this.module.timeline.createdAt(row);
    const created = this.overlay.records.get(row)?.values['Created_Time'];
    return (typeof created === 'string' ? parseInstant(created) : undefined) ?? 0;
  }

  /** The value of a field with choices under the names they have now. */
  displayValue(row: number, column: Column): CellValue {
    const value = this.value(row, column);
    const names = this.displayValues.get(column.field.apiName);
    if (!names) return value;
    if (isList(value)) return partTexts(value).map((part) => names.get(part) ?? part);
    return typeof value === 'string' ? (names.get(value) ?? value) : value;
  }

  displayName(row: number): string {
    return displayText(this.value(row, this.module.displayColumn));
  }

  /** Whether a lead was converted; false for every other module. */
  isConverted(row: number): boolean {
    return this.module.apiName === 'Leads' && row < this.module.rows && row % CONVERTED_PERIOD === 3;
  }

  /** Whether a read with this `converted` parameter shows a row. */
  shows(row: number, converted: Converted): boolean {
    return converted === 'both' || this.isConverted(row) === (converted === 'true');
  }

  /** Adds a record and gives its row. `values` must be complete and canonical. */
  insert(values: Readonly<Record<string, CellValue>>, seconds: number): number {
    const row = this.endRow;
    this.#inserted++;
    this.overlay.put(row, { values, modified: seconds });
    this.written.add(row);
    return row;
  }

  /** Lays values over a row; `seconds` is the new Modified_Time, or the old one for a silent change. */
  update(row: number, values: Readonly<Record<string, CellValue>>, seconds: number): void {
    const before = this.overlay.records.get(row)?.values;
    if (before) this.written.remove(row);
    this.overlay.put(row, { values: { ...before, ...values }, modified: seconds });
    this.written.add(row);
    const name = values[this.module.plan.displayField];
    if (name !== undefined && row < this.module.rows) this.module.renamed.set(row, displayText(name));
  }

  remove(row: number, type: DeletionType, seconds: number): void {
    const createdBy = this.module.column('Created_By');
    this.deletions.push({
      id: this.module.idOf(row),
      displayName: this.displayName(row),
      type,
      deleted: seconds,
      createdBy: createdBy ? this.value(row, createdBy) : null,
    });
    const record = this.overlay.records.get(row);
    if (record) {
      this.written.remove(row);
      this.#removed.set(row, record);
    }
    this.overlay.remove(row);
    this.#deleted++;
  }

  /** Takes the values of a field out of every written row; the field itself is gone then. */
  forgetField(apiName: string): void {
    this.written.clear(apiName);
    for (const [row, record] of this.overlay.records) {
      if (apiName in record.values) this.overlay.put(row, withoutField(record, apiName));
    }
    for (const [row, record] of this.#removed) this.#removed.set(row, withoutField(record, apiName));
  }

  /** Makes a record that is in the recycle bin a permanent deletion. */
  purge(id: string): void {
    const place = this.deletions.findIndex((deletion) => deletion.id === id);
    const deletion = this.deletions[place];
    if (deletion) this.deletions[place] = { ...deletion, type: 'permanent' };
  }

  /** Brings a record back from the recycle bin as it was, and gives its row; undefined when it is not there. */
  undelete(id: string): number | undefined {
    const place = this.deletions.findIndex((deletion) => deletion.id === id && deletion.type === 'recycle');
    const row = this.module.rowOf(id);
    if (place < 0 || row === undefined) return undefined;
    const record = this.#removed.get(row);
    if (record) {
      this.overlay.put(row, record);
      this.written.add(row);
    } else this.overlay.forget(row);
    this.#removed.delete(row);
    this.deletions.splice(place, 1);
    this.#deleted--;
    return row;
  }

  /** A lookup was written with the name of that time; the other record may have got a new one since. */
  #withCurrentName({ field }: Column, value: CellValue): CellValue {
    if (!isReference(value)) return value;
    if (isUserField(field)) return { ...value, name: this.userNames.get(value.id) ?? value.name };
    if (field.lookupModule === undefined) return value;
    return { ...value, name: this.nameElsewhere(field.lookupModule, value.id) ?? value.name };
  }

  /** Back to the generated records. */
  clear(): void {
    this.overlay.clear();
    this.written.clear();
    this.module.renamed.clear();
    this.deletions.length = 0;
    this.displayValues.clear();
    this.#removed.clear();
    this.#inserted = 0;
    this.#deleted = 0;
  }

  /** Row states and overlays as a worker thread needs them. */
  snapshot(): StoreSnapshot {
    return {
      states: this.overlay.states,
      records: this.overlay.records,
      inserted: this.#inserted,
      deleted: this.#deleted,
    };
  }

  /** Takes over a snapshot; for the copy of the store in a worker thread. */
  restore(snapshot: StoreSnapshot): void {
    this.overlay.adopt(snapshot.states, snapshot.records);
    this.#inserted = snapshot.inserted;
    this.#deleted = snapshot.deleted;
  }
}

export interface StoreSnapshot {
  readonly states: Uint8Array | undefined;
  readonly records: Overlay['records'];
  readonly inserted: number;
  readonly deleted: number;
}

function withoutField({ values, modified }: OverlayRecord, apiName: string): OverlayRecord {
  return { values: Object.fromEntries(Object.entries(values).filter(([name]) => name !== apiName)), modified };
}
