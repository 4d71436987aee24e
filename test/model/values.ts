import { AWKWARD_NOTES, AWKWARD_TEXTS } from '../../simulator/data/awkward';
import type { CellValue } from '../../simulator/data/cell';
import { kindOf, type ValueKind } from '../../simulator/data/data-type';
import { isUserField, type FieldDefinition } from '../../simulator/data/field';
import type { ExactObject, ExactValue } from '../support/exact-json';
import type { Dice } from './dice';

/** The parts of an org that values refer to. */
export interface Referents {
  /** Time as Zoho writes it. */
  format(seconds: number): string;
  /** Ids of the records of a module, or of the users for a field that holds one. */
  idsFor(field: FieldDefinition): readonly string[];
}

const FIRST_YEAR = 1901;
const LAST_YEAR = 2099;
const TAGS = ['Hot', 'größer', 'a b', 'Émile "x"', 'Partner Led'].map((name, place) => ({
  name,
  id: `5500000000000${880_101 + place}`,
  color_code: '#879BFC',
}));

/** A value that the type of a field allows, nothing among them. */
export function randomValue(field: FieldDefinition, dice: Dice, referents: Referents): CellValue {
  if (!field.mandatory && dice.chance(0.1)) return field.dataType === 'boolean' ? false : null;
  if (field.apiName === 'Tag') return dice.chance(0.2) ? [] : dice.some(TAGS, 3);
  return DRAWS[kindOf(field.dataType)](dice, field, referents);
}

const instant = (dice: Dice): number =>
  Date.UTC(dice.between(FIRST_YEAR, LAST_YEAR), 0, 1) / 1000 + dice.between(0, 31_535_999);

const DRAWS: Readonly<Record<ValueKind, (dice: Dice, field: FieldDefinition, referents: Referents) => CellValue>> = {
  text: (dice, { length = 255 }) => dice.pick(AWKWARD_TEXTS).slice(0, length),
  longText: (dice) => (dice.chance(0.1) ? 'x"y\n'.repeat(dice.between(1, 2_000)) : dice.pick(AWKWARD_NOTES)),
  choice: (dice, { options = [] }) => (options.length > 0 ? dice.pick(options) : null),
  choices: (dice, { options = [] }) => (options.length > 0 ? dice.some(options, 3) : []),
  reference: (dice, field, referents) => {
    const ids = referents.idsFor(field);
    return ids.length > 0 ? dice.pick(ids) : null;
  },
  whole: (dice) => dice.pick([0, -1, 7, 999_999_999, -999_999_999, dice.between(-1_000, 1_000)]),
  long: (dice) =>
    dice.pick(['0', '9007199254740993', '-9007199254740995', '999999999999999999', `${dice.between(1, 9_999)}`]),
  decimal: (dice, { decimals = 2 }) => dice.between(-10_000_000, 10_000_000) / 10 ** Math.min(decimals, 4),
  computed: (dice) => dice.between(-100_000, 100_000) / 100,
  date: (dice) => new Date(instant(dice) * 1000).toISOString().slice(0, 10),
  datetime: (dice, _field, referents) => referents.format(instant(dice)),
  flag: (dice) => dice.chance(0.5),
  serial: (dice) => `PP-${dice.between(1, 9_999)}`,
  id: () => null,
};

/** Values that no column of a type can hold; none for types that take any text. */
const MISFITS: Readonly<Partial<Record<ValueKind, readonly CellValue[]>>> = {
  whole: ['many', '12 apples', '1.5', '99999999999', 'NaN', '0x1F', 'Infinity', '1_000'],
  long: ['a lot', '99999999999999999999', '1,000', '-infinity'],
  decimal: ['about a million', '1.2.3', '12 €', 'NaN', 'Infinity', '-infinity'],
  date: ['soon', '2026-02-30', '31.12.2026', 'infinity', 'today', '2026-06-31T10:00:00Z', '12026-01-01x'],
  datetime: ['tomorrow noon', '2026-13-01T00:00:00Z', '-infinity', 'now', '2026-01-01T25:00:00Z', 'epoch'],
  flag: ['perhaps', 'yes', '1', 'NaN'],
};

/** A value that does not fit the type of a field; undefined where every value does. */
export function misfitFor(field: FieldDefinition, dice: Dice): CellValue | undefined {
  const values = field.readOnly || isUserField(field) ? undefined : MISFITS[kindOf(field.dataType)];
  return values && dice.pick(values);
}

/** Whether a value of a record is one of the misfits. */
export function isMisfit(field: FieldDefinition, value: CellValue | ExactValue | undefined): boolean {
  return typeof value === 'string' && (MISFITS[kindOf(field.dataType)] ?? []).includes(value);
}

/** Names of the fields of a record whose value does not fit. */
export function misfitsOf(fields: readonly FieldDefinition[], record: ExactObject): string[] {
  return fields.filter((field) => isMisfit(field, record[field.apiName])).map(({ apiName }) => apiName);
}
