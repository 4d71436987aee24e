import type {
  Coverage,
  FieldMetadata,
  FieldModification,
  FieldModificationAnswer,
  ModuleMetadata,
} from '../../api/modules/schemas';
import { formatPairs, formatTable } from './table';

const yes = (value: boolean): string => (value ? 'yes' : 'no');

/** One line a module. */
export function modulesTable(modules: readonly ModuleMetadata[]): string {
  return formatTable(
    ['module', 'label', 'kind', 'API', 'read', 'create', 'update', 'delete'],
    modules.map((module) => [
      module.apiName,
      module.pluralLabel ?? '',
      module.generatedType,
      ...[module.apiSupported, module.viewable, module.creatable, module.editable, module.deletable].map(yes),
    ]),
    [0, 1, 2, 3, 4, 5, 6, 7],
  );
}

export function moduleDetails(module: ModuleMetadata, bulkSupported: boolean): string {
  return formatPairs([
    ['module', module.apiName],
    ['label', module.pluralLabel ?? ''],
    ['kind', module.generatedType],
    ['status', module.status ?? ''],
    ['open to the API', yes(module.apiSupported)],
    ['bulk', yes(bulkSupported)],
    ['read', yes(module.viewable)],
    ['create', yes(module.creatable)],
    ['update', yes(module.editable)],
    ['delete', yes(module.deletable)],
    ['display field', module.displayField ?? ''],
    ['profiles', module.profiles.map(({ name }) => name).join(', ')],
  ]);
}

/** One line a field. */
export function fieldsTable(fields: readonly FieldMetadata[]): string {
  return formatTable(
    ['id', 'field', 'label', 'type', 'length', 'custom', 'required', 'options'],
    fields.map((field) => [
      field.id,
      field.apiName,
      field.label,
      field.lookup === null ? field.dataType : `${field.dataType} (${field.lookup.module})`,
      field.length === null ? '' : String(field.length),
      yes(field.custom),
      yes(field.systemMandatory),
      field.picklistValues.length === 0 ? '' : String(field.picklistValues.length),
    ]),
    [0, 1, 2, 3, 5, 6],
  );
}

/** Coverage of fields, then the missing ones. */
export function coverageText({ required, present, missing, wrongType, percentage }: Coverage): string {
  if (required.length === 0) return 'The product requires no particular fields of this module.';
  return [
    `${present.length} of ${required.length} required fields are there (${percentage} %).`,
    ...missing.map(({ apiName, dataType, custom }) => `missing: ${apiName} (${dataType}${custom ? ', custom' : ''})`),
    ...wrongType.map(({ apiName, actual, expected }) => `wrong type: ${apiName} is ${actual}, not ${expected}`),
  ].join('\n');
}

export function modifiedFieldText({ field, modification }: FieldModificationAnswer): string {
  return formatPairs([
    ['field', field?.apiName ?? modification.fieldId ?? ''],
    ['id', modification.fieldId ?? ''],
    ['label', field?.label ?? ''],
    ['type', field?.dataType ?? ''],
    ['outcome', modification.outcome],
  ]);
}

/** One line a modification, newest first. */
export function modificationsTable(modifications: readonly FieldModification[]): string {
  if (modifications.length === 0) return 'Nothing was created or changed.';
  return formatTable(
    ['when', 'who', 'action', 'field', 'asked for', 'outcome'],
    modifications.map(({ requestedAt, actor, action, fieldId, after, before, requested, outcome, errorCode }) => [
      requestedAt,
      actor,
      action,
      nameOf(after ?? before) ?? fieldId ?? '',
      Object.keys(requested).join(', '),
      errorCode === null ? outcome : `${outcome} (${errorCode})`,
    ]),
    [0, 1, 2, 3, 4, 5],
  );
}

function nameOf(field: Readonly<Record<string, unknown>> | null): string | undefined {
  return typeof field?.['apiName'] === 'string' ? field['apiName'] : undefined;
}
