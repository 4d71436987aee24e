import { type CellValue } from '../data/cell';
import { type Column, writeNull } from '../data/column';
import { VARIANTS } from '../data/columns';
import { autonumberOf, type FieldDefinition } from '../data/field';

const NOTHING: readonly CellValue[] = Array<null>(VARIANTS).fill(null);

/** A field created later: empty in every generated row, unless it numbers them. */
export function blankColumn(field: FieldDefinition): Column {
  if (field.autonumberFirst !== undefined) return numberColumn(field, field.autonumberFirst);
  return {
    field,
    variants: () => NOTHING,
    value: () => null,
    write: (sink, _row, rendering) => writeNull(sink, rendering),
    find: () => undefined,
  };
}

/** Rows from before a field that numbers only new ones would have numbers below its start. */
function numberColumn(field: FieldDefinition, first: number): Column {
  const start = Number(startOf(field));
  const value = (row: number): string | null => (first + row < start ? null : autonumberOf(field, row));
  return {
    field,
    value,
    write: (sink, row, rendering) => {
      const text = value(row);
      if (text === null) writeNull(sink, rendering);
      else sink.text(rendering === 'json' ? JSON.stringify(text) : text);
    },
  };
}

function startOf({ metadata }: FieldDefinition): unknown {
  const numbering = metadata?.['auto_number'];
  return typeof numbering === 'object' && numbering !== null && 'start_number' in numbering
    ? numbering.start_number
    : 0;
}
