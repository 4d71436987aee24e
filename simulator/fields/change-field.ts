import type { FieldDefinition } from '../data/field';
import type { GeneratedModule } from '../data/generated-module';
import { isObject } from '../http/exchange';
import type { FieldPath } from './field-error';
import { changePickList, pickListOf, withPickList } from './pick-list';
import { echoed, readDecimals, readLabel, readLength, readTooltip, withMetadata } from './read-field';
import { TYPE_RULES } from './types';

type Input = Readonly<Record<string, unknown>>;

/** Keys of a field that cannot be changed after its creation. */
const LOCKED = ['data_type', 'api_name'] as const;

/**
 * A field after a change (Update Custom Fields): keys that are left out stay.
 * @throws ApiError with the code and the path of the key
 */
export function changedField(
  module: GeneratedModule,
  field: FieldDefinition,
  input: Input,
  path: FieldPath,
): FieldDefinition {
  checkLocked(field, input, path);
  let changed = withMetadata(field, { ...readTooltip(input, path), ...echoed(input) });
  if (input['field_label'] !== undefined) changed = relabelled(changed, readLabel(input, path), path);
  if (input['length'] !== undefined) changed = { ...changed, length: grownLength(field, input, path) };
  if (input['decimal_place'] !== undefined) changed = { ...changed, decimals: readDecimals(input, path) };
  if (input['unique'] !== undefined) changed = withUnique(changed, input['unique'], path);
  if (input['external'] !== undefined) changed = withMetadata(changed, { external: input['external'] });
  if (input['pick_list_values'] !== undefined) {
    if (!field.options) throw path.refuse('NOT_ALLOWED', 'the field has no options', 'pick_list_values');
    const before = pickListOf(module, field);
    changed = withPickList(changed, changePickList(before, input['pick_list_values'], module.fieldId(field), path));
  }
  return changed;
}

function checkLocked(field: FieldDefinition, input: Input, path: FieldPath): void {
  const present = { data_type: field.dataType, api_name: field.apiName };
  const key = LOCKED.find((name) => input[name] !== undefined && input[name] !== present[name]);
  if (key) throw path.refuse('NOT_ALLOWED', 'the key cannot be changed', key);
}

function relabelled(field: FieldDefinition, label: string, path: FieldPath): FieldDefinition {
  if (!field.custom && label !== field.label) {
    throw path.refuse('NOT_ALLOWED', 'the label of a standard field cannot be changed', 'field_label');
  }
  return { ...field, label };
}

/** A length only grows. */
function grownLength(field: FieldDefinition, input: Input, path: FieldPath): number {
  const [, most] = TYPE_RULES[field.dataType]?.length ?? [];
  if (most === undefined) throw path.refuse('NOT_ALLOWED', 'the field has no length to change', 'length');
  return readLength(input, field.length ?? 1, most, path);
}

function withUnique(field: FieldDefinition, given: unknown, path: FieldPath): FieldDefinition {
  if (!isObject(given)) throw path.invalid('unique', { expected_data_type: 'jsonobject' });
  if (given['_disable'] === true) return withMetadata({ ...field, unique: false }, { unique: {} });
  if (!TYPE_RULES[field.dataType]?.unique) {
    throw path.refuse('NOT_SUPPORTED', 'the type of the field cannot be unique', 'unique');
  }
  return withMetadata({ ...field, unique: true }, { unique: given });
}
