import { Fragments, type ByteSink } from './byte-sink';
import { type Column, render, type Rendering } from './column';
import { VARIANTS, variantOf } from './columns';

/** Part of a row: cells that depend on the variant only, already joined, or one to be made for every row. */
interface Piece {
  /** Text before the cell, or the joined cells by variant. */
  readonly text: Fragments;
  readonly column: Column | undefined;
}

/** Text before each cell. */
export type Lead = (column: Column, place: number) => string;

/** Before the cells of a CSV line. */
const csvLead: Lead = (_column, place) => (place === 0 ? '' : ',');
/** Before the members of a JSON object that has one already. */
export const jsonLead: Lead = (column) => `,"${column.field.apiName}":`;

/**
 * Compiles columns into a function that writes them for a generated row. Neighbouring varied columns become one table
 * look-up: that is what makes a page of 200 records or a file of 200,000 rows cheap.
 */
export function compileRow(
  moduleSalt: number,
  columns: readonly Column[],
  rendering: Rendering,
  separator: string,
): (sink: ByteSink, row: number) => void {
  const leadOf = rendering === 'json' ? jsonLead : csvLead;
  const pieces: Piece[] = [];
  let run: string[] | undefined;
  const endRun = (ending: string): boolean => {
    if (!run) return false;
    pieces.push({ text: new Fragments(run.map((text) => text + ending)), column: undefined });
    run = undefined;
    return true;
  };
  columns.forEach((column, place) => {
    const lead = leadOf(column, place);
    const values = column.variants?.();
    if (!values) {
      pieces.push({ text: new Fragments([endRun(lead) ? '' : lead]), column });
      return;
    }
    run ??= Array<string>(VARIANTS).fill('');
    for (let k = 0; k < VARIANTS; k++) run[k] += lead + render(column.field, values[k] ?? null, rendering, separator);
  });
  endRun('');
  return (sink, row) => {
    const variant = variantOf(moduleSalt, row);
    for (const piece of pieces) {
      const { text, column } = piece;
      sink.fragment(text, column ? 0 : variant);
      column?.write(sink, row, rendering);
    }
  };
}
