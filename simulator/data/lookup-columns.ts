import { type ColumnFactory, writeNull } from './column';
import { type Draw, pooled } from './draws';
import { hash32, saltOf } from './hash';

/** A record of another module, by its display name and id. Empty when that module has no rows. */
export function lookup(): ColumnFactory {
  return (field, context) => {
    const salt = saltOf(context.seed, `${context.module}.${field.apiName}`);
    const related = context.relatedModule(field.lookupModule ?? '');
    const targetRow = (row: number): number => hash32(salt, row) % related.rows;
    if (related.rows === 0)
      return { field, value: () => null, write: (sink, _row, rendering) => writeNull(sink, rendering) };
    return {
      field,
      target: targetRow,
      value: (row) => ({ name: related.displayName(targetRow(row)), id: related.idOf(targetRow(row)) }),
      write: (sink, row, rendering) => {
        const target = targetRow(row);
        if (rendering === 'csv') {
          related.writeId(sink, target);
          return;
        }
        sink.ascii('{"name":');
        related.writeDisplayName(sink, target);
        sink.ascii(',"id":"');
        related.writeId(sink, target);
        sink.ascii('"}');
      },
    };
  };
}

function tag(name: string, number: number): { name: string; id: string; color_code: string } {
  return { name, id: `5500000000000${String(880_001 + number * 2)}`, color_code: '#879BFC' };
}

const HOT = tag('Hot', 0);
const PARTNER = tag('Partner Led', 1);
const UNICODE = tag('größer', 2);

/** The tags of generated records. */
export const GENERATED_TAGS = [HOT, PARTNER, UNICODE];

/** None, one or two tags. */
export const tags: Draw = pooled([[], [], [], [], [HOT], [PARTNER], [HOT, PARTNER], [UNICODE, HOT]]);
