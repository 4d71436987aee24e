import type { ZonedTime } from '../zoned-time';
import type { ByteSink } from './byte-sink';
import { type CellValue, csvCell } from './cell';
import type { FieldDefinition } from './field';
import type { Timeline } from './timeline';
import type { User } from './users';

/** The two ways a value is written: as JSON by REST, as a CSV cell by bulk read. */
export type Rendering = 'json' | 'csv';

/**
 * The generated values of one field. `write` puts down the rendering of `value`; it exists apart from it because
 * rendering through it is several times faster than rendering the value.
 */
export interface Column {
  readonly field: FieldDefinition;
  value(row: number): CellValue;
  write(sink: ByteSink, row: number, rendering: Rendering): void;
  /** All values the column has, by variant number; present where a row's value depends on its variant only. */
  variants?(): readonly CellValue[];
  /** Beginnings of a numbered text, and the choice of each row. */
  readonly beginnings?: Beginnings;
  /** The row of the related module that a generated lookup leads to; undefined where it is empty. */
  target?(row: number): number | undefined;
  /** The only generated row that can hold a text; left out where any row might. */
  find?(text: string): number | undefined;
}

/** A choice of texts and how rows choose. */
export interface Beginnings {
  readonly texts: readonly string[];
  readonly pick: (row: number) => number;
}

/** The rows of another module, as a lookup refers to them. */
export interface RelatedRows {
  readonly rows: number;
  idOf(row: number): string;
  displayName(row: number): string;
  writeId(sink: ByteSink, row: number): void;
  /** Writes the display name as JSON. */
  writeDisplayName(sink: ByteSink, row: number): void;
}

/** Inputs from which the columns of a module are generated. */
export interface DataContext {
  readonly seed: number;
  readonly module: string;
  /** Chooses the variant of each row. */
  readonly moduleSalt: number;
  readonly zone: ZonedTime;
  readonly users: readonly User[];
  readonly timeline: Timeline;
  readonly multiselectSeparator: string;
  /** A module that was built before this one. */
  relatedModule(apiName: string): RelatedRows;
}

export type ColumnFactory = (field: FieldDefinition, context: DataContext) => Column;

/** Any value of a field in either rendering. */
export function render(field: FieldDefinition, value: CellValue, rendering: Rendering, separator: string): string {
  return rendering === 'json' ? JSON.stringify(value) : csvCell(field.dataType, value, separator);
}

/** Writes null in either rendering. */
export function writeNull(sink: ByteSink, rendering: Rendering): void {
  if (rendering === 'json') sink.ascii('null');
}

/** Writes plain ASCII, in quotes where JSON needs them. */
export function quoted(sink: ByteSink, rendering: Rendering, content: () => void): void {
  if (rendering === 'json') sink.ascii('"');
  content();
  if (rendering === 'json') sink.ascii('"');
}
