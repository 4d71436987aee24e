import type { DataType } from '../data/data-type';

/** Settings that a field of a type allows when it is created (Create Custom Fields). */
export interface TypeRules {
  /** Characters or digits; the default length is the longest. */
  readonly length?: readonly [least: number, most: number, standard?: number];
  readonly decimals?: boolean;
  readonly unique?: boolean;
}

/** The types that can be created here. */
export const TYPE_RULES: Readonly<Partial<Record<DataType, TypeRules>>> = {
  text: { length: [1, 255], unique: true },
  textarea: {},
  email: { length: [1, 100], unique: true },
  phone: { length: [1, 30], unique: true },
  website: { length: [1, 450], unique: true },
  picklist: {},
  multiselectpicklist: {},
  date: {},
  datetime: {},
  integer: { length: [1, 9], unique: true },
  bigint: { length: [1, 18], unique: true },
  double: { length: [1, 16], decimals: true, unique: true },
  currency: { length: [1, 16], decimals: true, unique: true },
  percent: { length: [1, 5], decimals: true },
  autonumber: {},
  boolean: {},
  lookup: {},
  userlookup: {},
};

/** Types Zoho creates and the simulator has no data for. */
export const OTHER_TYPES: readonly string[] = [
  'fileupload',
  'imageupload',
  'multiselectlookup',
  'multiuserlookup',
  'formula',
  'rollup_summary',
  'address',
];

/** Characters of a text area by its kind. */
export const TEXTAREA_LENGTHS: Readonly<Record<string, number>> = { small: 2_000, large: 32_000, rich_text: 50_000 };
/** Characters of a tooltip by its kind. */
export const TOOLTIP_LENGTHS: Readonly<Record<string, number>> = { static_text: 35, info_icon: 255 };
