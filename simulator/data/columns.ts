import { Fragments } from './byte-sink';
import { type CellValue, csvText } from './cell';
import { type Beginnings, type Column, type ColumnFactory, quoted, render, type Rendering, writeNull } from './column';
import { type Draw, sometimes } from './draws';
import type { FieldDefinition } from './field';
import { hash32, saltOf } from './hash';

/** Number of different values of a varied column. */
export const VARIANTS = 1_024;

/** Which of the variants a row has: the same for all varied columns of a module, so that neighbours can be joined. */
export function variantOf(moduleSalt: number, row: number): number {
  return hash32(moduleSalt, row) & (VARIANTS - 1);
}

/** A column of drawn values, made when first needed. */
export function varied(draw: Draw): ColumnFactory {
  return (field, context) => {
    const salt = saltOf(context.seed, `${context.module}.${field.apiName}`);
    const { moduleSalt, multiselectSeparator } = context;
    let values: readonly CellValue[] | undefined;
    const variants = (): readonly CellValue[] => {
      values ??= Array.from({ length: VARIANTS }, (_, k) => draw(hash32(salt, k), field, context));
      return values;
    };
    const fragments: Partial<Record<Rendering, Fragments>> = {};
    const fragmentsOf = (rendering: Rendering): Fragments => {
      fragments[rendering] ??= new Fragments(
        variants().map((value) => render(field, value, rendering, multiselectSeparator)),
      );
      return fragments[rendering];
    };
    return {
      field,
      variants,
      value: (row) => variants()[variantOf(moduleSalt, row)] ?? null,
      write: (sink, row, rendering) => sink.fragment(fragmentsOf(rendering), variantOf(moduleSalt, row)),
    };
  };
}

/** Varied values on a share of the rows. */
export function variedOnSome(share: number, draw: Draw): ColumnFactory {
  return varied(sometimes(share, draw));
}

/** A column with values on a share of the rows only. */
export function onSome(share: number, factory: ColumnFactory): ColumnFactory {
  return (field, context) => {
    const salt = saltOf(context.seed, `${context.module}.${field.apiName}?`);
    const limit = share * 0x1_0000_0000;
    const inner = factory(field, context);
    const present = (row: number): boolean => hash32(salt, row) < limit;
    return {
      field,
      value: (row) => (present(row) ? inner.value(row) : null),
      write: (sink, row, rendering) => {
        if (present(row)) inner.write(sink, row, rendering);
        else writeNull(sink, rendering);
      },
      ...(inner.target && { target: (row: number) => (present(row) ? inner.target?.(row) : undefined) }),
      ...(inner.find && { find: (text: string) => inner.find?.(text) }),
    };
  };
}

/** A text ending in the row's number, hence unique and easy to find: `Managed services, phase 2 17`. */
export function numbered(prefixes: readonly string[]): ColumnFactory {
  return (field, context) => {
    const salt = saltOf(context.seed, `${context.module}.${field.apiName}`);
    return numberedColumn(field, { texts: prefixes, pick: (row) => hash32(salt, row) % prefixes.length });
  };
}

/** Texts that end in the row's number. */
export function numberedColumn(field: FieldDefinition, beginnings: Beginnings): Column {
  const { texts, pick } = beginnings;
  const starts = {
    json: new Fragments(texts.map((text) => JSON.stringify(`${text} `).slice(0, -1))),
    csv: new Fragments(texts.map((text) => csvText(`${text} `).replace(/"$/, ''))),
  };
  const quotes = {
    json: texts.map(() => true),
    csv: texts.map((text) => csvText(text).startsWith('"')),
  };
  const value = (row: number): string => `${texts[pick(row)] ?? ''} ${row + 1}`;
  return {
    field,
    beginnings,
    value,
    write: (sink, row, rendering) => {
      const k = pick(row);
      sink.fragment(starts[rendering], k);
      sink.digits(row + 1);
      if (quotes[rendering][k]) sink.ascii('"');
    },
    find: (text) => {
      const row = Number(/(\d+)$/.exec(text)?.[1] ?? NaN) - 1;
      return row >= 0 && value(row) === text ? row : undefined;
    },
  };
}

/** The row's number plus one between two texts of characters that need no escaping. */
export function serial(before: string, after = '', width = 1): ColumnFactory {
  return (field): Column => ({
    field,
    value: (row) => before + String(row + 1).padStart(width, '0') + after,
    write: (sink, row, rendering) =>
      quoted(sink, rendering, () => {
        sink.ascii(before);
        sink.digits(row + 1, width);
        sink.ascii(after);
      }),
    find: (text) => {
      if (!text.startsWith(before) || !text.endsWith(after)) return undefined;
      const digits = text.slice(before.length, text.length - after.length);
      return /^\d+$/.test(digits) && Number(digits) > 0 ? Number(digits) - 1 : undefined;
    },
  });
}

/** Mostly another column's values; on one row in `period` one of a few texts, too long to be a variant. */
export function rarely(period: number, texts: readonly string[], factory: ColumnFactory): ColumnFactory {
  return (field, context) => {
    const salt = saltOf(context.seed, `${context.module}.${field.apiName}!`);
    const usual = factory(field, context);
    const rare = { json: texts.map((text) => JSON.stringify(text)), csv: texts.map(csvText) };
    const placeOf = (row: number): number => {
      const random = hash32(salt, row);
      return random % period === 0 ? (random >>> 8) % texts.length : -1;
    };
    return {
      field,
      value: (row) => texts[placeOf(row)] ?? usual.value(row),
      write: (sink, row, rendering) => {
        const text = rare[rendering][placeOf(row)];
        if (text === undefined) usual.write(sink, row, rendering);
        else sink.text(text);
      },
    };
  };
}

/** The row's `Created_Time`. */
export const createdTime: ColumnFactory = (field, { zone, timeline }) => ({
  field,
  value: (row) => zone.format(timeline.createdAt(row)),
  write: (sink, row, rendering) => quoted(sink, rendering, () => zone.write(sink, timeline.createdAt(row))),
});

/** The row's `Modified_Time`. */
export const modifiedTime: ColumnFactory = (field, { zone, timeline }) => ({
  field,
  value: (row) => zone.format(timeline.modifiedAt(row)),
  write: (sink, row, rendering) => quoted(sink, rendering, () => zone.write(sink, timeline.modifiedAt(row))),
});
