import type { ByteSink } from './byte-sink';
import { displayText } from './cell';
import type { Column, ColumnFactory, DataContext } from './column';
import type { FieldDefinition } from './field';
import { saltOf } from './hash';
import { Timeline } from './timeline';

/** Row 0 has this number at the end of its id; every next row adds the stride, so that ids have gaps. */
const FIRST_NUMBER = 100_001_001;
const STRIDE = 3;
const NUMBER_DIGITS = 9;

export interface FieldPlan {
  readonly definition: FieldDefinition;
  /** Later fields may be computed from the columns before them. */
  readonly column: (earlier: ReadonlyMap<string, Column>) => ColumnFactory;
}

/** Traits of a module that metadata shows, and its misbehavior. */
export interface ModuleTraits {
  /** Every call on its records and fields answers 403 NO_PERMISSION. */
  readonly forbidden?: boolean;
  /** The fields endpoint answers 204. */
  readonly withoutFieldMetadata?: boolean;
}

/** A module as its author wrote it down. */
export interface ModulePlan {
  readonly apiName: string;
  readonly singular: string;
  readonly plural: string;
  /** Three digits inside every id of the module. */
  readonly number: number;
  readonly rows: number;
  readonly custom: boolean;
  readonly displayField: string;
  readonly fields: readonly FieldPlan[];
  readonly traits: ModuleTraits;
}

/**
 * A module's generated rows: record `row` is a pure function of the seed, the module and `row`, and takes no memory.
 * Row numbers go on past `rows` for records inserted later, which share the id sequence.
 */
export class GeneratedModule {
  readonly rows: number;
  readonly timeline: Timeline;
  /** Chooses the variant of each row. */
  readonly salt: number;
  /** Names given to generated rows since; lookups show them. */
  readonly renamed = new Map<number, string>();
  readonly #generated = new Map<string, Column>();
  #byName: ReadonlyMap<string, Column>;
  #columns: readonly Column[];
  readonly #idPrefix: string;
  readonly #display: Column;
  plan: ModulePlan;

  constructor(plan: ModulePlan, context: Omit<DataContext, 'module' | 'moduleSalt' | 'timeline'>) {
    this.plan = plan;
    this.rows = plan.rows;
    this.timeline = new Timeline(plan.rows);
    this.#idPrefix = `5500000${String(plan.number).padStart(3, '0')}`;
    this.salt = saltOf(context.seed, plan.apiName);
    const own: DataContext = { ...context, module: plan.apiName, moduleSalt: this.salt, timeline: this.timeline };
    for (const field of plan.fields) {
      this.#generated.set(field.definition.apiName, field.column(this.#generated)(field.definition, own));
    }
    this.#byName = this.#generated;
    this.#columns = [...this.#generated.values()];
    const display = this.#generated.get(plan.displayField);
    if (!display) throw new Error(`${plan.apiName} has no field ${plan.displayField}`);
    this.#display = display;
  }

  get apiName(): string {
    return this.plan.apiName;
  }

  /** Gives the module another API name; its id and its rows stay. */
  rename(apiName: string): void {
    this.plan = { ...this.plan, apiName };
  }

  /** The metadata id of the module. */
  get id(): string {
    return `5500000000000002${String(this.plan.number).padStart(3, '0')}`;
  }

  get columns(): readonly Column[] {
    return this.#columns;
  }

  column(apiName: string): Column | undefined {
    return this.#byName.get(apiName);
  }

  /** The column records are called by. */
  get displayColumn(): Column {
    return this.#display;
  }

  /** The column that gives a record another name when it is written. */
  get nameColumn(): Column {
    return this.#byName.get('Last_Name') ?? this.#display;
  }

  /** Takes other columns in place of the present ones; without an argument the generated ones again. */
  setColumns(columns: Iterable<Column> = this.#generated.values()): void {
    this.#columns = [...columns];
    this.#byName = new Map(this.#columns.map((column) => [column.field.apiName, column]));
  }

  /** The metadata id of a field. */
  fieldId(field: FieldDefinition): string {
    if (field.id !== undefined) return field.id;
    const place = [...this.#generated.keys()].indexOf(field.apiName);
    return `5500000${String(this.plan.number).padStart(3, '0')}7${String(place).padStart(8, '0')}`;
  }

  get hasModifiedTime(): boolean {
    return this.#byName.has('Modified_Time');
  }

  /** The 19-digit id of a row; ascending with the row number. */
  idOf(row: number): string {
    return this.#idPrefix + String(FIRST_NUMBER + row * STRIDE);
  }

  writeId(sink: ByteSink, row: number): void {
    sink.ascii(this.#idPrefix);
    sink.digits(FIRST_NUMBER + row * STRIDE);
  }

  /** The row number an id belongs to; undefined for ids of other modules and ids never given out. */
  rowOf(id: string): number | undefined {
    if (id.length !== this.#idPrefix.length + NUMBER_DIGITS || !id.startsWith(this.#idPrefix)) return undefined;
    const row = (Number(id.slice(this.#idPrefix.length)) - FIRST_NUMBER) / STRIDE;
    return Number.isInteger(row) && row >= 0 ? row : undefined;
  }

  /** The first row whose id is at least `id`; works for ids that were never given out. */
  firstRowFrom(id: bigint): number {
    const distance = id - BigInt(this.#idPrefix + '0'.repeat(NUMBER_DIGITS)) - BigInt(FIRST_NUMBER);
    if (distance <= 0n) return 0;
    const row = (distance + BigInt(STRIDE) - 1n) / BigInt(STRIDE);
    return row > 2_000_000_000n ? 2_000_000_000 : Number(row);
  }

  displayName(row: number): string {
    return this.renamed.get(row) ?? displayText(this.#display.value(row));
  }

  /** The display name as JSON. */
  writeDisplayName(sink: ByteSink, row: number): void {
    const name = this.renamed.size === 0 ? undefined : this.renamed.get(row);
    if (name === undefined) this.#display.write(sink, row, 'json');
    else sink.text(JSON.stringify(name));
  }
}
