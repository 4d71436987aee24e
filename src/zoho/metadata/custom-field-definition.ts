import { LIMITS } from '../../domain/zoho-limits';

/** The types of custom fields that can be created here, out of those Zoho documents. */
export const CREATABLE_FIELD_TYPES = [
  'text',
  'textarea',
  'email',
  'phone',
  'website',
  'picklist',
  'multiselectpicklist',
  'date',
  'datetime',
  'boolean',
  'integer',
  'bigint',
  'double',
  'currency',
  'percent',
  'autonumber',
  'lookup',
  'userlookup',
  'formula',
  'fileupload',
  'imageupload',
] as const;
export type CreatableFieldType = (typeof CREATABLE_FIELD_TYPES)[number];

export const FORMULA_RETURN_TYPES = ['double', 'currency', 'text', 'date', 'datetime', 'boolean'] as const;

export interface PicklistOption {
  display: string;
  /** Value that records hold, which never changes; the display value if left out. */
  actual?: string | undefined;
}

export interface CustomFieldDefinition {
  /** Label shown to people, unique in the module; Zoho derives the API name from it. */
  label: string;
  dataType: CreatableFieldType;
  /** Characters or digits. */
  length?: number | undefined;
  /** 0 to 9. */
  decimalPlace?: number | undefined;
  /** Of a `textarea`: 2,000, 32,000 or 50,000 characters. */
  textareaSize?: 'small' | 'large' | 'rich_text' | undefined;
  picklistValues?: readonly PicklistOption[] | undefined;
  /** Id of a global set of options, instead of `picklistValues`. */
  globalPicklist?: string | undefined;
  /** Target module of a `lookup`, and the name of the related list that appears there. */
  lookup?: { module: string; displayLabel: string } | undefined;
  formula?: { expression: string; returnType: (typeof FORMULA_RETURN_TYPES)[number] } | undefined;
  autoNumber?: { startNumber: number; prefix?: string | undefined; suffix?: string | undefined } | undefined;
  unique?: { caseSensitive: boolean } | undefined;
  /** Makes the field's value usable in place of the record id, for the whole organization or for each user. */
  externalId?: 'org' | 'user' | undefined;
  tooltip?: string | undefined;
  defaultValue?: string | undefined;
}

/** Properties that fields of one type can have. */
export interface TypeRules {
  maxLength?: number;
  decimals?: true;
  options?: true;
  /** True if Zoho can keep its values unique. */
  unique?: true;
  externalId?: true;
  /** A key only this type has, and whether it must be there. */
  own?: { key: 'textareaSize' | 'lookup' | 'formula' | 'autoNumber'; required: boolean };
}

const LENGTH = LIMITS.customFields.length;

const RULES: Readonly<Record<CreatableFieldType, TypeRules>> = {
  text: { maxLength: LENGTH.text, unique: true, externalId: true },
  textarea: { own: { key: 'textareaSize', required: false } },
  email: { maxLength: LENGTH.email, unique: true, externalId: true },
  phone: { maxLength: LENGTH.phone, unique: true, externalId: true },
  website: { maxLength: LENGTH.website, unique: true, externalId: true },
  picklist: { options: true },
  multiselectpicklist: { options: true },
  date: {},
  datetime: {},
  boolean: {},
  integer: { maxLength: LENGTH.integer, unique: true, externalId: true },
  bigint: { maxLength: LENGTH.bigint, unique: true, externalId: true },
  double: { maxLength: LENGTH.double, decimals: true, unique: true },
  currency: { maxLength: LENGTH.currency, decimals: true, unique: true },
  percent: { maxLength: LENGTH.percent, decimals: true, unique: true },
  autonumber: { own: { key: 'autoNumber', required: true } },
  lookup: { own: { key: 'lookup', required: true } },
  userlookup: {},
  formula: { decimals: true, own: { key: 'formula', required: true } },
  fileupload: {},
  imageupload: {},
};

const OWN_KEYS = ['textareaSize', 'lookup', 'formula', 'autoNumber'] as const;

/** The rules of a type; undefined for one that cannot be created here. */
export function rulesOf(dataType: string): TypeRules | undefined {
  return CREATABLE_FIELD_TYPES.some((type) => type === dataType) ? RULES[dataType as CreatableFieldType] : undefined;
}

/**
 * Lists the problems of a custom field's definition (Zoho's documentation: Create Custom Field), a clause for each;
 * empty if nothing is. Limits that depend on the edition or on other fields are left to Zoho.
 */
export function customFieldProblems(definition: CustomFieldDefinition): string[] {
  const { label, dataType, unique, externalId, tooltip } = definition;
  const rules = rulesOf(dataType);
  if (!rules) return [`the data type ${dataType} cannot be created`];
  return [
    ...foundProblems([label.trim() === '', 'the label is empty']),
    ...sizeProblems(definition, rules),
    ...optionSourceProblems(definition, rules),
    ...foundProblems(
      [unique && !rules.unique, `a ${dataType} field cannot be unique`],
      [externalId && !rules.externalId, `a ${dataType} field cannot be an external id`],
      [
        (tooltip?.length ?? 0) > LIMITS.customFields.tooltip,
        `the tooltip is longer than ${LIMITS.customFields.tooltip} characters`,
      ],
    ),
    ...ownKeyProblems(definition, rules),
    ...optionProblems(definition.picklistValues ?? []),
  ];
}

type Check = readonly [isWrong: boolean | 0 | null | undefined, problem: string];

/** The problems of the checks that found something wrong. */
export function foundProblems(...checks: readonly Check[]): string[] {
  return checks.filter(([isWrong]) => isWrong === true).map(([, problem]) => problem);
}

function sizeProblems({ dataType, length, decimalPlace }: CustomFieldDefinition, rules: TypeRules): string[] {
  return foundProblems(
    [length !== undefined && !rules.maxLength, `a ${dataType} field has no length`],
    [rules.maxLength && !isBetween(length, 1, rules.maxLength), `the length is not between 1 and ${rules.maxLength}`],
    [decimalPlace !== undefined && !rules.decimals, `a ${dataType} field has no decimal places`],
    [
      rules.decimals && !isBetween(decimalPlace, 0, LIMITS.customFields.decimalPlaces),
      `the decimal places are not between 0 and ${LIMITS.customFields.decimalPlaces}`,
    ],
  );
}

/** Problems of where a field takes its options from. */
function optionSourceProblems(definition: CustomFieldDefinition, rules: TypeRules): string[] {
  const { dataType, picklistValues, globalPicklist } = definition;
  const hasOptions = picklistValues !== undefined || globalPicklist !== undefined;
  return foundProblems(
    [hasOptions && !rules.options, `a ${dataType} field has no options`],
    [rules.options && !hasOptions, `a ${dataType} field needs options`],
    [picklistValues !== undefined && globalPicklist !== undefined, 'it has options of its own and a global picklist'],
    [picklistValues?.length === 0, 'the list of options is empty'],
  );
}

/** Lists the problems of new options, by themselves and beside those a field has. */
export function optionProblems(options: readonly PicklistOption[], existing: readonly PicklistOption[] = []): string[] {
  const all = [...existing, ...options];
  const problems = options.some(({ display }) => display.trim() === '') ? ['an option is empty'] : [];
  const displays = all.map(({ display }) => display.toLowerCase());
  const actuals = all.map(({ display, actual }) => (actual ?? display).toLowerCase());
  const isRepeated = [displays, actuals].some((values) => new Set(values).size < values.length);
  return isRepeated ? [...problems, 'an option is there twice'] : problems;
}

function ownKeyProblems(definition: CustomFieldDefinition, { own }: TypeRules): string[] {
  const foreign = OWN_KEYS.filter((key) => key !== own?.key && definition[key] !== undefined);
  const missing = own?.required && definition[own.key] === undefined ? [own.key] : [];
  const { formula, autoNumber, lookup } = definition;
  const problems = foundProblems(
    [formula?.expression.trim() === '', 'the formula is empty'],
    [
      autoNumber && !isBetween(autoNumber.startNumber, 0, Number.MAX_SAFE_INTEGER),
      'the start number is no whole number',
    ],
    [lookup && (lookup.module === '' || lookup.displayLabel === ''), 'the lookup names no module or no label'],
  );
  return [
    ...foreign.map((key) => `a ${definition.dataType} field has no ${key}`),
    ...missing.map((key) => `a ${definition.dataType} field needs ${key}`),
    ...problems,
  ];
}

/** True for what is not given at all. */
function isBetween(value: number | undefined, least: number, most: number): boolean {
  return value === undefined || (Number.isInteger(value) && value >= least && value <= most);
}
