import type { CellValue } from '../data/cell';
import type { Column } from '../data/column';
import { kindOf } from '../data/data-type';
import { type FieldDefinition, isTagField, isUserField } from '../data/field';
import { isObject } from '../http/exchange';
import { idText } from '../http/json-numbers';
import type { OpenModule, Records } from '../store/records';
import { MAX_TAG_NAME, type ModuleTags, type TagName } from '../store/tags';
import { readSwitch, type Switched } from '../switches';
import { parseInstant } from '../zoned-time';
import { recordError, type RecordError } from './outcome';

type Input = Readonly<Record<string, unknown>>;
/** A canonical value, or what is wrong with the given one. */
export type Checked =
  { readonly value: CellValue } | { readonly expected: string } | { readonly details: Record<string, unknown> };

/**
 * Checks the values of a record and brings them into REST's read form. Keys that are no fields, `$` keys and read-only
 * fields are passed over, unless read-only ones are switched to be refused.
 */
export function checkValues(
  organization: Switched & { readonly records: Records },
  { module }: OpenModule,
  input: Input,
  place: number,
  inserting: boolean,
): Record<string, CellValue> | RecordError {
  const values: Record<string, CellValue> = {};
  for (const column of module.columns) {
    const { field } = column;
    const given = input[field.apiName];
    const path = { api_name: field.apiName, json_path: `$.data[${place}].${field.apiName}` };
    if (field.mandatory && isMissing(given, inserting))
      return recordError('MANDATORY_NOT_FOUND', 'required field not found', path);
    if (given !== undefined && field.readOnly && readSwitch(organization, 'readOnlyFields') === 'refuse') {
      return recordError('INVALID_DATA', 'the field is read only', path);
    }
    if (given === undefined || field.readOnly) continue;
    const trims = typeof given === 'string' && readSwitch(organization, 'trimTexts');
    const checked = isTagField(field)
      ? checkTags(organization.records.tags.of(module.apiName), given)
      : checkValue(organization.records, column, trims ? given.trim() : given);
    if ('expected' in checked) {
      return recordError('INVALID_DATA', 'invalid data', { expected_data_type: checked.expected, ...path });
    }
    if ('details' in checked) return recordError('INVALID_DATA', 'invalid data', { ...checked.details, ...path });
    values[field.apiName] = checked.value;
  }
  return values;
}

function isMissing(given: unknown, inserting: boolean): boolean {
  return given === null || given === '' || (inserting && given === undefined);
}

/** Checks one value and brings it into REST's read form. */
export function checkValue(records: Records, { field }: Column, given: unknown): Checked {
  if (given === null || given === '') return { value: null };
  switch (kindOf(field.dataType)) {
    case 'flag':
      return typeof given === 'boolean' ? { value: given } : { expected: 'boolean' };
    case 'whole':
      return Number.isInteger(given) ? { value: given as number } : { expected: 'integer' };
    case 'decimal':
      return typeof given === 'number' || typeof given === 'bigint' ? { value: Number(given) } : { expected: 'double' };
    case 'long':
      return /^-?\d{1,19}$/.test(textOf(given)) ? { value: textOf(given) } : { expected: 'bigint' };
    case 'date':
      return isDate(given) ? { value: given } : { expected: 'date' };
    case 'datetime': {
      const seconds = typeof given === 'string' ? parseInstant(given) : undefined;
      return seconds === undefined ? { expected: 'datetime' } : { value: records.catalog.zone.format(seconds) };
    }
    case 'choices':
      return checkChoices(field, given);
    case 'choice':
      return checkChoice(field, given);
    case 'reference':
      return checkReference(records, field, given);
    default:
      return checkText(field, given);
  }
}

/** Checks the tags of a record: a list of names or ids. */
export function checkTags(tags: ModuleTags, given: unknown): Checked {
  if (given === null || given === '') return { value: [] };
  const names = readTagNames(given);
  if (names === undefined) return { expected: 'jsonarray' };
  if (names.some(({ name = '' }) => name.length > MAX_TAG_NAME)) return { details: { maximum_length: MAX_TAG_NAME } };
  const unknown = names.find((name) => name.id !== undefined && !tags.find(name));
  return unknown ? { details: { id: unknown.id } } : { value: tags.resolve(names) };
}

/** Names and ids of tags as requests write them: a list of objects. */
export function readTagNames(given: unknown): TagName[] | undefined {
  if (!Array.isArray(given) || !given.every(isObject)) return undefined;
  const names = given.map((item): TagName => {
    const id = idText(item['id']);
    return id === undefined ? { name: textOf(item['name']).trim() } : { id };
  });
  return names.some(({ id, name }) => id === undefined && name === '') ? undefined : names;
}

function textOf(given: unknown): string {
  return typeof given === 'string' || typeof given === 'number' || typeof given === 'bigint' ? String(given) : '';
}

function isDate(given: unknown): given is string {
  return typeof given === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(given) && !Number.isNaN(Date.parse(given));
}

function checkText(field: FieldDefinition, given: unknown): Checked {
  if (typeof given !== 'string') return { expected: 'text' };
  const limit = field.length ?? 255;
  return given.length > limit ? { details: { maximum_length: limit } } : { value: given };
}

function checkChoice({ options = [] }: FieldDefinition, given: unknown): Checked {
  if (typeof given !== 'string') return { expected: 'text' };
  if (given === '-None-') return { value: null };
  return options.includes(given) ? { value: given } : { details: { supported_values: options } };
}

function checkChoices({ options = [] }: FieldDefinition, given: unknown): Checked {
  if (!Array.isArray(given)) return { expected: 'jsonarray' };
  const choices = given.map(String);
  return choices.every((choice) => options.includes(choice))
    ? { value: choices }
    : { details: { supported_values: options } };
}

function checkReference(records: Records, field: FieldDefinition, given: unknown): Checked {
  const id = idText(isObject(given) ? given['id'] : given);
  if (id === undefined) return { expected: 'jsonobject' };
  const known = isUserField(field)
    ? records.catalog.users.some((user) => user.id === id)
    : records.find(field.lookupModule ?? '')?.store.liveRow(id) !== undefined;
  return known ? { value: { id, name: '' } } : { details: { id } };
}
