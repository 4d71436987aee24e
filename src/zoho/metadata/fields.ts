import { z } from 'zod';
import {
  decode,
  flag,
  listOf,
  moduleReference,
  optionalNumber,
  optionalText,
  readList,
  type ReadList,
} from '../http/decode';
import type { CallOptions, ZohoTransport } from '../http/transport';

/** The types Zoho documents. Others appear over time: treat an unknown one as opaque JSON, never as an error. */
export const FIELD_DATA_TYPES = [
  'text',
  'textarea',
  'email',
  'phone',
  'website',
  'picklist',
  'multiselectpicklist',
  'lookup',
  'ownerlookup',
  'userlookup',
  'multiselectlookup',
  'multiuserlookup',
  'multi_module_lookup',
  'consent_lookup',
  'integer',
  'bigint',
  'double',
  'currency',
  'percent',
  'date',
  'datetime',
  'boolean',
  'autonumber',
  'formula',
  'rollup_summary',
  'subform',
  'fileupload',
  'imageupload',
  'profileimage',
  'event_reminder',
  'RRULE',
  'ALARM',
  'address',
] as const;
export type FieldDataType = (typeof FIELD_DATA_TYPES)[number] | (string & {});

export interface ZohoField {
  /** Stable; the API name can be changed by an administrator. */
  id: string;
  apiName: string;
  label: string;
  dataType: FieldDataType;
  /** Missing on some fields: fall back to `dataType`. */
  jsonType: string | null;
  /** Characters or digits. */
  length: number | null;
  /** Kind of a multi-line text: `small`, `large` or `rich_text`. */
  textareaType: string | null;
  decimalPlace: number | null;
  custom: boolean;
  /** Mandatory in every layout; fields that single layouts or validation rules make mandatory are not marked. */
  systemMandatory: boolean;
  /** For the connected user. */
  readOnly: boolean;
  /** For everyone: formulas, auto-numbers, audit fields. */
  fieldReadOnly: boolean;
  /** True if records may carry the field when they are created or updated through the API. */
  apiCreate: boolean;
  apiUpdate: boolean;
  unique: boolean;
  /** `user` or `org` if the field's value may be used in place of the record id. */
  externalId: string | null;
  /** Target module of a lookup; null for every other type and where Zoho does not say. */
  lookup: { module: string } | null;
  multiSelectLookup: { linkingModule: string | null; connectedModule: string | null } | null;
  /** API names of the modules a polymorphic lookup may point to. */
  multiModuleLookup: string[];
  /** API name of the module that holds the rows of a subform. */
  subformModule: string | null;
  formulaReturnType: string | null;
  /** The formula uses the current time and is recomputed whenever somebody looks at the record. */
  formulaDynamic: boolean;
  rollupReturnType: string | null;
  /** In Zoho's order. `actual` is what never changes, `display` can be renamed and translated. */
  picklistValues: { id: string | null; actual: string; display: string }[];
  /** Computed by Zoho, not stored. */
  virtual: boolean;
  visible: boolean;
  filterable: boolean;
  sortable: boolean;
  searchable: boolean;
  massUpdate: boolean;
  encrypted: boolean;
  /** `used` if a layout uses the field, else `unused`. */
  usage: string | null;
  modifiedTime: string | null;
}

/** Zoho writes an absent property as `{}`, as null, or leaves it out. */
const textIn = (key: string) =>
  z
    .record(z.string(), z.unknown())
    .transform((holder) => (typeof holder[key] === 'string' ? holder[key] : null))
    .nullable()
    .catch(null);
const presence = z
  .record(z.string(), z.unknown())
  .transform((holder) => Object.keys(holder).length > 0)
  .catch(false);

const PicklistValue = z
  .object({ id: optionalText, actual_value: z.string().optional(), display_value: z.string().optional() })
  .transform((value) => ({
    id: value.id,
    actual: value.actual_value ?? value.display_value ?? '',
    display: value.display_value ?? value.actual_value ?? '',
  }));

const Field = z
  .object({
    id: z.string(),
    api_name: z.string(),
    field_label: optionalText,
    display_label: optionalText,
    data_type: z.string().catch('unknown'),
    json_type: optionalText,
    length: optionalNumber,
    textarea: textIn('type'),
    decimal_place: optionalNumber,
    custom_field: flag,
    system_mandatory: flag,
    read_only: flag,
    field_read_only: flag,
    operation_type: z.object({ api_create: flag, api_update: flag }).catch({ api_create: false, api_update: false }),
    unique: presence,
    external: textIn('type'),
    lookup: z.object({ module: moduleReference }).nullable().catch(null),
    multiselectlookup: z
      .object({ linking_module: moduleReference, connected_module: moduleReference })
      .nullable()
      .catch(null),
    multi_module_lookup: z
      .object({ modules: z.array(moduleReference) })
      .nullable()
      .catch(null),
    subform: textIn('module'),
    associated_module: z.object({ module: z.string() }).nullable().catch(null),
    formula: z.object({ return_type: optionalText, dynamic: flag }).nullable().catch(null),
    rollup_summary: textIn('return_type'),
    pick_list_values: listOf(PicklistValue).catch([]),
    virtual_field: flag,
    visible: flag,
    filterable: flag,
    sortable: flag,
    searchable: flag,
    mass_update: flag,
    crypt: presence,
    type: optionalText,
    modified_time: optionalText,
  })
  .transform((field): ZohoField => ({
    id: field.id,
    apiName: field.api_name,
    label: field.field_label ?? field.display_label ?? field.api_name,
    dataType: field.data_type,
    jsonType: field.json_type,
    length: field.length,
    textareaType: field.textarea,
    decimalPlace: field.decimal_place,
    custom: field.custom_field,
    systemMandatory: field.system_mandatory,
    readOnly: field.read_only,
    fieldReadOnly: field.field_read_only,
    apiCreate: field.operation_type.api_create,
    apiUpdate: field.operation_type.api_update,
    unique: field.unique,
    externalId: field.external,
    lookup: field.lookup?.module ? { module: field.lookup.module.apiName } : null,
    multiSelectLookup: multiSelectLookup(field.multiselectlookup),
    multiModuleLookup: (field.multi_module_lookup?.modules ?? []).flatMap((module) => module?.apiName ?? []),
    subformModule: field.subform ?? field.associated_module?.module ?? null,
    formulaReturnType: field.formula?.return_type ?? null,
    formulaDynamic: field.formula?.dynamic ?? false,
    rollupReturnType: field.rollup_summary,
    picklistValues: field.pick_list_values,
    virtual: field.virtual_field,
    visible: field.visible,
    filterable: field.filterable,
    sortable: field.sortable,
    searchable: field.searchable,
    massUpdate: field.mass_update,
    encrypted: field.crypt,
    usage: field.type,
    modifiedTime: field.modified_time,
  }));

const Fields = z.object({ fields: readList(Field) });

type Reference = z.infer<typeof moduleReference>;

function multiSelectLookup(lookup: { linking_module: Reference; connected_module: Reference } | null) {
  const linkingModule = lookup?.linking_module?.apiName ?? null;
  const connectedModule = lookup?.connected_module?.apiName ?? null;
  return linkingModule === null && connectedModule === null ? null : { linkingModule, connectedModule };
}

/**
 * Lists the fields of a module over all layouts that the connected user's profile may see (Zoho's documentation:
 * Fields Metadata).
 *
 * @param module API name.
 * @returns no fields for a module that has none to tell, which is how Zoho answers for several of its own.
 * @throws ZohoError `request_bug` INVALID_MODULE, `permission`, and the categories of every call.
 */
export async function getFields(transport: ZohoTransport, module: string, options?: CallOptions): Promise<ZohoField[]> {
  return (await readFields(transport, module, options)).items;
}

/** Lists the fields as `getFields` does, and says which of them Zoho's answer makes unreadable. */
export async function readFields(
  transport: ZohoTransport,
  module: string,
  options?: CallOptions,
): Promise<ReadList<ZohoField>> {
  const request = { operation: 'get_fields', module, path: '/crm/v8/settings/fields', query: { module } } as const;
  return transport.json(request, options, (value, { status }) =>
    value === undefined ? { items: [], unreadable: [] } : decode(Fields, value, request, status).fields,
  );
}
