import { z } from 'zod';
import { FIELD_MODIFICATION_ACTIONS, FIELD_MODIFICATION_OUTCOMES } from '../../domain/runs/enums';
import { LIMITS } from '../../domain/zoho-limits';
import { CREATABLE_FIELD_TYPES, FORMULA_RETURN_TYPES } from '../../zoho/metadata/custom-field-definition';
import { PAGE_FIELDS } from '../http/paging';
import { ApiName, ZohoId } from '../http/parameters';

const timestamp = z.iso.datetime().meta({ description: 'UTC.' });
const text = (most: number) => z.string().min(1).max(most);
const json = z.record(z.string(), z.unknown());

export const ModuleMetadata = z
  .strictObject({
    id: z.string(),
    apiName: z.string(),
    moduleName: z.string(),
    singularLabel: z.string().nullable(),
    pluralLabel: z.string().nullable(),
    generatedType: z.string().meta({ description: '`default`, `custom`, `web`, `linking`, `subform`, ...' }),
    apiSupported: z.boolean().meta({ description: 'Whether the API reaches its records at all.' }),
    viewable: z.boolean().meta({ description: 'What the profile of the connected user permits.' }),
    creatable: z.boolean(),
    editable: z.boolean(),
    deletable: z.boolean(),
    profiles: z.array(z.strictObject({ id: z.string(), name: z.string() })),
    visible: z.boolean(),
    status: z.string().nullable(),
    accessType: z.string().nullable(),
    parentModule: z.strictObject({ apiName: z.string(), id: z.string().nullable() }).nullable(),
    displayField: z.string().nullable(),
    perPage: z.number().nullable(),
    recycleBinOnDelete: z.boolean(),
    convertable: z.boolean(),
    modifiedTime: z.string().nullable(),
  })
  .meta({ id: 'ModuleMetadata', description: 'A module: what it can do and what the connected user may do with it.' });
export type ModuleMetadata = z.infer<typeof ModuleMetadata>;

export const ModuleAnswer = z
  .strictObject({
    module: ModuleMetadata,
    bulkSupported: z.boolean().meta({ description: 'Whether bulk read and bulk write take its records.' }),
  })
  .meta({ id: 'ModuleAnswer', description: 'A module.' });

export const ModuleList = z
  .strictObject({ modules: z.array(ModuleMetadata) })
  .meta({ id: 'ModuleList', description: "Every module that the connected user sees, in Zoho's order." });

export const FieldMetadata = z
  .strictObject({
    id: z.string(),
    apiName: z.string(),
    label: z.string(),
    dataType: z.string(),
    jsonType: z.string().nullable(),
    length: z.number().nullable().meta({ description: 'Characters or digits.' }),
    textareaType: z
      .string()
      .nullable()
      .meta({ description: '`small`, `large` or `rich_text`, of texts with several lines.' }),
    decimalPlace: z.number().nullable(),
    custom: z.boolean(),
    systemMandatory: z.boolean().meta({ description: 'Required in every layout.' }),
    readOnly: z.boolean().meta({ description: 'For the connected user.' }),
    fieldReadOnly: z.boolean().meta({ description: 'For everyone.' }),
    apiCreate: z.boolean(),
    apiUpdate: z.boolean(),
    unique: z.boolean(),
    externalId: z.string().nullable(),
    lookup: z.strictObject({ module: z.string() }).nullable(),
    multiSelectLookup: z
      .strictObject({ linkingModule: z.string().nullable(), connectedModule: z.string().nullable() })
      .nullable(),
    multiModuleLookup: z.array(z.string()),
    subformModule: z.string().nullable(),
    formulaReturnType: z.string().nullable(),
    formulaDynamic: z.boolean(),
    rollupReturnType: z.string().nullable(),
    picklistValues: z.array(z.strictObject({ id: z.string().nullable(), actual: z.string(), display: z.string() })),
    virtual: z.boolean(),
    visible: z.boolean(),
    filterable: z.boolean(),
    sortable: z.boolean(),
    searchable: z.boolean(),
    massUpdate: z.boolean(),
    encrypted: z.boolean(),
    usage: z.string().nullable(),
    modifiedTime: z.string().nullable(),
  })
  .meta({ id: 'FieldMetadata', description: 'A field with its type, limits and options.' });
export type FieldMetadata = z.infer<typeof FieldMetadata>;

export const FieldList = z
  .strictObject({ fields: z.array(FieldMetadata) })
  .meta({ id: 'FieldList', description: 'Fields of a module.' });

const RequiredField = z.strictObject({
  apiName: z.string(),
  dataType: z.string(),
  custom: z.boolean().meta({ description: 'Whether it must be created; Zoho brings the others.' }),
  lookupModule: z.string().optional(),
});

export const Coverage = z
  .strictObject({
    module: z.string(),
    required: z.array(RequiredField),
    present: z.array(z.string()),
    missing: z.array(RequiredField),
    wrongType: z.array(z.strictObject({ apiName: z.string(), actual: z.string(), expected: z.string() })),
    percentage: z.number().min(0).max(100).meta({ description: '100 only if every required field is there.' }),
  })
  .meta({ id: 'Coverage', description: 'Which of the fields that the product works with a module has.' });
export type Coverage = z.infer<typeof Coverage>;

const option = z.strictObject({ display: text(120), actual: text(120).optional() });
const unique = z.strictObject({ caseSensitive: z.boolean() });

export const CustomFieldRequest = z
  .strictObject({
    label: text(LIMITS.customFields.label).meta({ description: 'What people see; Zoho makes the API name of it.' }),
    dataType: z.enum(CREATABLE_FIELD_TYPES),
    length: z.int().optional().meta({ description: 'Characters or digits.' }),
    decimalPlace: z.int().optional(),
    textareaSize: z.enum(['small', 'large', 'rich_text']).optional(),
    picklistValues: z.array(option).max(1_000).optional(),
    globalPicklist: ZohoId.optional().meta({ description: 'Id of a global set of options.' }),
    lookup: z.strictObject({ module: ApiName, displayLabel: text(LIMITS.customFields.label) }).optional(),
    formula: z.strictObject({ expression: text(10_000), returnType: z.enum(FORMULA_RETURN_TYPES) }).optional(),
    autoNumber: z
      .strictObject({ startNumber: z.int(), prefix: text(30).optional(), suffix: text(30).optional() })
      .optional(),
    unique: unique.optional(),
    externalId: z.enum(['org', 'user']).optional(),
    tooltip: text(LIMITS.customFields.tooltip).optional(),
    defaultValue: text(2_000).optional(),
  })
  .meta({ id: 'CustomFieldRequest', description: 'A custom field to create.' });

export const CustomFieldChangeRequest = z
  .strictObject({
    label: text(LIMITS.customFields.label).optional(),
    dataType: z.string().max(50).optional().meta({ description: 'Refused if it differs: values would be lost.' }),
    length: z.int().optional().meta({ description: 'May grow.' }),
    decimalPlace: z.int().optional().meta({ description: 'May grow.' }),
    unique: unique.nullable().optional().meta({ description: 'null lets values repeat.' }),
    picklistValues: z
      .strictObject({
        add: z.array(option).max(1_000).optional(),
        rename: z
          .array(z.strictObject({ id: ZohoId, display: text(120) }))
          .max(1_000)
          .optional(),
        remove: z.array(ZohoId).max(1_000).optional(),
      })
      .optional(),
    tooltip: text(LIMITS.customFields.tooltip).optional(),
  })
  .meta({ id: 'CustomFieldChangeRequest', description: 'What to change of a custom field; what is left out stays.' });

export const FieldModification = z
  .strictObject({
    id: z.string(),
    module: z.string(),
    fieldId: z.string().nullable(),
    action: z.enum(FIELD_MODIFICATION_ACTIONS),
    actor: z.string(),
    requestedAt: timestamp,
    settledAt: timestamp.nullable(),
    requested: json,
    before: json.nullable(),
    after: json.nullable(),
    outcome: z.enum(FIELD_MODIFICATION_OUTCOMES).meta({
      description: '`unknown`: no answer came, so look at the field. `pending`: on its way, or the process ended.',
    }),
    errorCode: z.string().nullable(),
    errorMessage: z.string().nullable(),
  })
  .meta({ id: 'FieldModification', description: 'One creation or change of a custom field.' });
export type FieldModification = z.infer<typeof FieldModification>;

export const FieldModificationAnswer = z
  .strictObject({
    field: FieldMetadata.nullable().meta({ description: 'As Zoho has it now; null if it could not be read again.' }),
    modification: FieldModification,
  })
  .meta({ id: 'FieldModificationAnswer', description: 'The field, and what was written down of its change.' });
export type FieldModificationAnswer = z.infer<typeof FieldModificationAnswer>;

export const FieldModificationPage = z
  .strictObject({
    modifications: z.array(FieldModification),
    ...PAGE_FIELDS,
  })
  .meta({ id: 'FieldModificationPage', description: 'Creations and changes of custom fields, newest first.' });
