import { LIMITS } from '../../domain/zoho-limits';
import { foundProblems, optionProblems, type PicklistOption, rulesOf, type TypeRules } from './custom-field-definition';
import type { ZohoField } from './fields';

/** Changes to a custom field that lose no data. Properties left out stay as they are. */
export interface CustomFieldChange {
  label?: string | undefined;
  /** Here only to be refused when it differs: Zoho cannot change it, and a new field would lose the values. */
  dataType?: string | undefined;
  /** May grow. */
  length?: number | undefined;
  /** May grow. */
  decimalPlace?: number | undefined;
  /** Null lets values repeat. */
  unique?: { caseSensitive: boolean } | null | undefined;
  picklistValues?:
    | {
        add?: readonly PicklistOption[] | undefined;
        /** Changes what people see; what records hold stays. */
        rename?: readonly { id: string; display: string }[] | undefined;
        /** Ids. Nothing is ever removed that is not listed here. */
        remove?: readonly string[] | undefined;
      }
    | undefined;
  tooltip?: string | undefined;
}

/**
 * Lists the problems of a change to a field (Zoho's documentation: Update Custom Field), a clause for each; empty if
 * nothing is.
 *
 * @param current as Zoho's metadata have it now.
 */
export function customFieldChangeProblems(current: ZohoField, change: CustomFieldChange): string[] {
  const { label, dataType, unique, picklistValues } = change;
  const rules = rulesOf(current.dataType) ?? {};
  return [
    ...foundProblems(
      [Object.values(change).every((value) => value === undefined), 'nothing is changed'],
      [label?.trim() === '', 'the label is empty'],
      [label !== undefined && !current.custom, 'the label of a standard field cannot be changed'],
      [
        dataType !== undefined && dataType !== current.dataType,
        `its data type is ${current.dataType} and cannot become ${dataType}`,
      ],
    ),
    ...sizeChangeProblems(current, change, rules),
    ...foundProblems(
      [unique && !rules.unique, `a ${current.dataType} field cannot be unique`],
      [picklistValues !== undefined && !rules.options, `a ${current.dataType} field has no options`],
    ),
    ...(picklistValues && rules.options ? optionChangeProblems(current, picklistValues) : []),
  ];
}

function sizeChangeProblems(
  current: ZohoField,
  { length, decimalPlace }: CustomFieldChange,
  { maxLength = 0, decimals }: TypeRules,
): string[] {
  const maxDecimals = decimals ? LIMITS.customFields.decimalPlaces : -1;
  return foundProblems(
    [length !== undefined && isLess(length, current.length), `the length cannot shrink below ${current.length}`],
    [length !== undefined && !(length <= maxLength), `the length is above ${maxLength}`],
    [
      decimalPlace !== undefined && isLess(decimalPlace, current.decimalPlace),
      `the decimal places cannot shrink below ${current.decimalPlace}`,
    ],
    [
      decimalPlace !== undefined && !(decimalPlace <= maxDecimals),
      'the decimal places are above what the field can have',
    ],
  );
}

function optionChangeProblems(
  { picklistValues: existing }: ZohoField,
  { add = [], rename = [], remove = [] }: NonNullable<CustomFieldChange['picklistValues']>,
): string[] {
  const known = new Set(existing.map(({ id }) => id));
  const named = [...rename.map(({ id }) => id), ...remove];
  const renamed = new Map(rename.map(({ id, display }) => [id, display]));
  const kept = existing
    .filter(({ id }) => id === null || !remove.includes(id))
    .map(({ id, actual, display }) => ({ actual, display: renamed.get(id ?? '') ?? display }));
  const problems = foundProblems(
    [named.length + add.length === 0, 'no option is changed'],
    [named.some((id) => !known.has(id)), 'an option that is named does not exist'],
    [new Set(named).size < named.length, 'an option is named twice'],
    [rename.some(({ display }) => display.trim() === ''), 'an option would become empty'],
    [kept.length + add.length === 0, 'no option would be left'],
  );
  return [...problems, ...optionProblems(add, kept)];
}

/** Also for a length that is no whole number, which is no growth. */
function isLess(value: number, current: number | null): boolean {
  return !Number.isInteger(value) || value < (current ?? 0);
}
