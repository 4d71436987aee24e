import { LIMITS } from '../../domain/zoho-limits';
import { optionProblems, type PicklistOption, rulesOf } from './custom-field-definition';
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
  const { label, dataType, length, decimalPlace, unique, picklistValues } = change;
  const rules = rulesOf(current.dataType);
  const isPicklist = rules?.options === true;
  const problems = [
    [Object.values(change).every((value) => value === undefined), 'nothing is changed'],
    [label?.trim() === '', 'the label is empty'],
    [label !== undefined && !current.custom, 'the label of a standard field cannot be changed'],
    [
      dataType !== undefined && dataType !== current.dataType,
      `its data type is ${current.dataType} and cannot become ${dataType}`,
    ],
    [length !== undefined && isLess(length, current.length), `the length cannot shrink below ${current.length}`],
    [length !== undefined && !(length <= (rules?.maxLength ?? 0)), `the length is above ${rules?.maxLength ?? 0}`],
    [
      decimalPlace !== undefined && isLess(decimalPlace, current.decimalPlace),
      `the decimal places cannot shrink below ${current.decimalPlace}`,
    ],
    [
      decimalPlace !== undefined && !(rules?.decimals === true && decimalPlace <= LIMITS.customFields.decimalPlaces),
      'the decimal places are above what the field can have',
    ],
    [unique && rules?.unique !== true, `a ${current.dataType} field cannot be unique`],
    [picklistValues !== undefined && !isPicklist, `a ${current.dataType} field has no options`],
  ] as const;
  return [
    ...problems.filter(([isWrong]) => isWrong === true).map(([, problem]) => problem),
    ...(picklistValues && isPicklist ? optionChangeProblems(current, picklistValues) : []),
  ];
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
  const problems = [
    [named.length + add.length === 0, 'no option is changed'],
    [named.some((id) => !known.has(id)), 'an option that is named does not exist'],
    [new Set(named).size < named.length, 'an option is named twice'],
    [rename.some(({ display }) => display.trim() === ''), 'an option would become empty'],
    [kept.length + add.length === 0, 'no option would be left'],
  ] as const;
  return [...problems.filter(([isWrong]) => isWrong).map(([, problem]) => problem), ...optionProblems(add, kept)];
}

/** Also for a length that is no whole number, which is no growth. */
function isLess(value: number, current: number | null): boolean {
  return !Number.isInteger(value) || value < (current ?? 0);
}
