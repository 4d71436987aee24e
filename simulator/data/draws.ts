import { dateText } from '../zoned-time';
import { AWKWARD_TEXTS } from './awkward';
import type { CellValue } from './cell';
import type { DataContext } from './column';
import type { FieldDefinition } from './field';
import { hash32 } from './hash';

const DAY_SECONDS = 86_400;

/** Makes a value from a random 32-bit number. */
export type Draw = (random: number, field: FieldDefinition, context: DataContext) => CellValue;

/** Further randomness from a number that is already spent. */
function again(random: number, salt: number): number {
  return hash32(salt, random);
}

export function pooled(values: readonly CellValue[]): Draw {
  return (random) => values[random % values.length] ?? null;
}

/** The field's own options, with a share of nulls. */
export function options(nullShare: number): Draw {
  return sometimes(1 - nullShare, (random, field) => field.options?.[random % field.options.length] ?? null);
}

/** Another draw with a share of nulls. */
export function sometimes(share: number, draw: Draw): Draw {
  const limit = share * 0x1_0000_0000;
  return (random, field, context) => (random < limit ? draw(again(random, 1), field, context) : null);
}

/** Another draw, one in `period` replaced by a text that breaks careless parsers. */
export function awkwardOnce(period: number, draw: Draw, texts: readonly string[] = AWKWARD_TEXTS): Draw {
  return (random, field, context) =>
    random % period === 0 ? (texts[again(random, 2) % texts.length] ?? '') : draw(again(random, 3), field, context);
}

/** Whole numbers of a range, both ends included. */
export function integer(least: number, most: number): Draw {
  return (random) => least + (random % (most - least + 1));
}

/** Numbers with a fixed number of decimals at most. */
export function decimal(least: number, most: number, decimals: number): Draw {
  const scale = 10 ** decimals;
  return (random) => (least * scale + (random % ((most - least) * scale + 1))) / scale;
}

/** Whole numbers above 2^53, which REST writes as strings. */
export const beyondDouble: Draw = (random) =>
  `9007199254${String(740_993 + random)
    .padStart(10, '0')
    .slice(-9)}`;

/** Dates of a range of years; one in `oldPeriod` lies before 1970. */
export function date(firstYear: number, lastYear: number, oldPeriod = 211): Draw {
  const first = Date.UTC(firstYear, 0, 1) / 1000 / DAY_SECONDS;
  const span = Date.UTC(lastYear + 1, 0, 1) / 1000 / DAY_SECONDS - first;
  return (random) => dateText(random % oldPeriod === 0 ? -1 - (random % 20_000) : first + (random % span));
}

/** Instants of 2020 to 2029 at any second, so both halves of daylight saving time occur. */
export const instant: Draw = (random, _field, context) => {
  const first = Date.UTC(2020, 0, 1) / 1000;
  const span = Date.UTC(2030, 0, 1) / 1000 - first;
  return context.zone.format(first + (random % span));
};

/** One of the organization's users. */
export const user: Draw = (random, _field, context) => {
  const chosen = context.users[random % context.users.length];
  return chosen ? { name: chosen.name, id: chosen.id, email: chosen.email } : null;
};
