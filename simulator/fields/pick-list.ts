import type { FieldDefinition } from '../data/field';
import type { GeneratedModule } from '../data/generated-module';
import { ApiError } from '../http/api-error';
import { isObject } from '../http/exchange';
import { idText } from '../http/json-numbers';
import { pickListValues } from '../routes/metadata/documents';
import type { FieldPath } from './field-error';

type Value = Readonly<Record<string, unknown>>;

/** The options of a definition, in step: what writes are checked against, and what metadata shows. */
export function withPickList(field: FieldDefinition, values: readonly Value[]): FieldDefinition {
  const numbered = values.map((value, place) => ({ ...value, sequence_number: place + 1 }));
  return {
    ...field,
    options: values.map((value) => String(value['actual_value'])),
    metadata: { ...field.metadata, pick_list_values: numbered },
  };
}

/** The options of a field as metadata shows them. */
export function pickListOf(module: GeneratedModule, field: FieldDefinition): readonly Value[] {
  const kept = field.metadata?.['pick_list_values'];
  return Array.isArray(kept) ? (kept as Value[]) : pickListValues(field, module.fieldId(field));
}

/** A new option. Ids follow from the field's id and how many options it ever had. */
function newValue(fieldId: string, place: number, actual: string, given: Value = {}): Value {
  const { display_value: display, colour_code: colour, reference_value: reference } = given;
  return {
    display_value: display ?? actual,
    sequence_number: place + 1,
    reference_value: reference ?? actual,
    colour_code: colour ?? null,
    actual_value: actual,
    id: `${fieldId.slice(0, 10)}9${fieldId.slice(-5)}${String(place).padStart(3, '0')}`,
    type: 'used',
  };
}

/** Adds options a picklist does not have; metadata and the checks of writes know them from then on. */
export function addOptions(module: GeneratedModule, apiName: string, values: readonly string[]): void {
  const column = module.column(apiName);
  const added = [...new Set(values)].filter((value) => !column?.field.options?.includes(value));
  if (!column || added.length === 0) return;
  const { field } = column;
  const before = pickListOf(module, field);
  const all = [...before, ...added.map((value, i) => newValue(module.fieldId(field), before.length + i, value))];
  module.setColumns(
    module.columns.map((other) => (other === column ? { ...column, field: withPickList(field, all) } : other)),
  );
}

/** The `pick_list_values` of a new field: at least one, none twice. */
export function readPickList(given: unknown, fieldId: string, path: FieldPath): Value[] {
  if (given === undefined || given === null) {
    throw new ApiError(400, 'DEPENDENT_FIELD_MISSING', 'dependent field missing', {
      dependee: path.at('data_type'),
      ...path.at('pick_list_values'),
    });
  }
  if (!Array.isArray(given) || given.length === 0) {
    throw path.invalid('pick_list_values', { expected_data_type: 'jsonarray' });
  }
  const seen = new Set<string>();
  return given.map((option: unknown, place) => {
    const actual = actualValue(option, place, path);
    if (seen.has(actual)) throw path.duplicate(`pick_list_values[${place}].actual_value`);
    seen.add(actual);
    return newValue(fieldId, place, actual, isObject(option) ? option : {});
  });
}

/**
 * The options after a change: those with an id are changed or, with `_delete`, taken away; those without are added.
 * The actual value of an option never changes.
 */
export function changePickList(before: readonly Value[], given: unknown, fieldId: string, path: FieldPath): Value[] {
  if (!Array.isArray(given)) throw path.invalid('pick_list_values', { expected_data_type: 'jsonarray' });
  const values = [...before];
  given.forEach((option: unknown, place) => {
    const key = `pick_list_values[${place}]`;
    if (!isObject(option)) throw path.invalid(key, { expected_data_type: 'jsonobject' });
    const index = values.findIndex(({ id }) => id === idText(option['id']));
    const found = values[index];
    if (option['id'] === undefined) {
      const actual = actualValue(option, place, path);
      if (values.some((value) => value['actual_value'] === actual)) throw path.duplicate(`${key}.actual_value`);
      values.push(newValue(fieldId, nextPlace(values), actual, option));
    } else if (!found) {
      throw path.invalid(`${key}.id`);
    } else if ('_delete' in option) {
      values.splice(index, 1);
    } else if (option['actual_value'] !== undefined && option['actual_value'] !== found['actual_value']) {
      throw path.refuse('NOT_ALLOWED', 'the actual value cannot be changed', `${key}.actual_value`);
    } else {
      values[index] = { ...found, ...option };
    }
  });
  return values;
}

/** One past the highest place an option ever had. */
function nextPlace(values: readonly Value[]): number {
  return values.reduce((most, { id }) => Math.max(most, Number(String(id).slice(-3)) + 1), 0);
}

function actualValue(option: unknown, place: number, path: FieldPath): string {
  const { actual_value: actual, display_value: display } = isObject(option) ? option : {};
  const value = actual ?? display;
  if (typeof value !== 'string' || value === '') throw path.mandatory(`pick_list_values[${place}].actual_value`);
  return value;
}
