import type { Catalog } from '../../data/catalog';
import type { Column } from '../../data/column';
import { kindOf, type ValueKind } from '../../data/data-type';
import { type FieldDefinition, isLookup, isRichText, isTagField } from '../../data/field';
import type { GeneratedModule } from '../../data/generated-module';
import { rulesOf, type VersionRules } from '../../versions';
import { FIELD_CONSTANTS } from './field-constants';

const PROFILE = { name: 'Administrator', id: '5500000000000026011' };
const METADATA_TIME = 1_767_258_000;

const JSON_TYPES: Readonly<Partial<Record<ValueKind, string>>> = {
  flag: 'boolean',
  whole: 'integer',
  decimal: 'double',
  computed: 'double',
  reference: 'jsonobject',
  choices: 'jsonarray',
};

/** A module as Modules Metadata shows it. */
export function moduleDocument(module: GeneratedModule, catalog: Catalog, sequence: number): Record<string, unknown> {
  const { plan } = module;
  const allowed = !plan.traits.forbidden;
  const [administrator] = catalog.users;
  return {
    has_more_profiles: false,
    global_search_supported: true,
    deletable: allowed,
    creatable: allowed,
    editable: allowed,
    viewable: allowed,
    description: null,
    recycle_bin_on_delete: true,
    inventory_template_supported: false,
    modified_time: plan.custom ? catalog.zone.format(METADATA_TIME) : null,
    plural_label: plan.plural,
    presence_sub_menu: true,
    actual_plural_label: plan.plural,
    actual_singular_label: plan.singular,
    singular_label: plan.singular,
    isBlueprintSupported: true,
    visibility: 1,
    visible: true,
    convertable: plan.apiName === 'Leads',
    emailTemplate_support: true,
    email_parser_supported: false,
    filter_supported: true,
    show_as_tab: true,
    web_link: null,
    sequence_number: sequence,
    api_supported: true,
    quick_create: !plan.custom,
    triggers_supported: true,
    feeds_required: false,
    public_fields_configured: false,
    scoring_supported: true,
    webform_supported: true,
    kanban_view: false,
    kanban_view_supported: true,
    show_history: true,
    lookupable: true,
    access_type: 'org_based',
    id: module.id,
    api_name: plan.apiName,
    module_name: plan.apiName,
    generated_type: plan.custom ? 'custom' : 'default',
    status: 'visible',
    parent_module: {},
    profile_count: 1,
    profiles: [PROFILE],
    arguments: [],
    business_card_field_limit: 5,
    modified_by: plan.custom ? { name: administrator?.name, id: administrator?.id } : null,
  };
}

/** Keys that only the call for a single module adds. */
export function moduleDetails(module: GeneratedModule): Record<string, unknown> {
  return {
    per_page: 200,
    display_field: { api_name: module.plan.displayField, id: module.fieldId(module.displayColumn.field) },
    search_layout_fields: [module.plan.displayField],
    kanban_view: false,
    $properties: ['$approval_state', '$editable'],
    $on_demand_properties: [],
    related_list_properties: { sort_by: null, fields: [module.plan.displayField], sort_order: null },
    territory: null,
    $field_states: [],
    activity_badge: 'Disabled',
    business_card_fields: [],
    chart_view: false,
    chart_view_supported: true,
    default_mapping_fields: [],
    filter_status: true,
    layouts: [],
    lookup_field_properties: { fields: [] },
    related_lists: [],
    sub_menu_available: true,
    track_current_data: false,
    zia_view: false,
  };
}

/** Fields that nobody can write and whose metadata says `read_only: false`; `operation_type` says it. */
const NOT_CALLED_READ_ONLY = /^(Created|Modified)_|^Full_Name$/;

/** A field as Fields Metadata shows it. */
export function fieldDocument(
  module: GeneratedModule,
  column: Column,
  catalog: Catalog,
  rules = rulesOf(undefined),
): Record<string, unknown> {
  const { field } = column;
  const writable = !field.readOnly;
  const sequence = module.columns.indexOf(column) + 1;
  return {
    ...FIELD_CONSTANTS,
    ...typeKeys(field, rules),
    operation_type: { web_update: writable, api_create: writable, web_create: writable, api_update: writable },
    system_mandatory: field.mandatory ?? false,
    field_read_only: !writable || field.apiName === 'Owner',
    read_only: !writable && !NOT_CALLED_READ_ONLY.test(field.apiName),
    custom_field: field.custom,
    display_field: field.apiName === module.plan.displayField,
    sortable: !isTagField(field),
    mass_update: writable && takesMassUpdates(field),
    created_source: field.custom ? 'user' : 'default',
    display_label: field.label,
    column_name: `CF_${sequence}`,
    api_name: field.apiName,
    created_time: field.custom ? catalog.zone.format(METADATA_TIME) : null,
    modified_time: field.custom ? catalog.zone.format(METADATA_TIME) : null,
    id: module.fieldId(field),
    field_label: field.label,
    sequence_number: sequence,
    lookup: lookupDocument(field, catalog, rules),
    profiles: [{ permission_type: writable ? 'read_write' : 'read_only', ...PROFILE }],
    view_type: { view: true, edit: writable, quick_create: false, create: writable },
    pick_list_values: pickListValues(field, module.fieldId(field)),
    ...field.metadata,
  };
}

function takesMassUpdates(field: FieldDefinition): boolean {
  return !isLookup(field) && !isTagField(field) && field.dataType !== 'textarea' && field.dataType !== 'email';
}

/** The id of every record as Fields Metadata shows it: a field that no view or layout has. */
export function idFieldDocument(module: GeneratedModule): Record<string, unknown> {
  return {
    ...FIELD_CONSTANTS,
    operation_type: { web_update: false, api_create: false, web_create: false, api_update: false },
    system_mandatory: false,
    field_read_only: true,
    read_only: true,
    custom_field: false,
    display_field: false,
    sortable: true,
    mass_update: false,
    created_source: 'default',
    display_label: 'Record Id',
    column_name: 'ENTITYID',
    api_name: 'id',
    created_time: null,
    modified_time: null,
    id: `${module.id.slice(0, 10)}${'9'.repeat(module.id.length - 10)}`,
    field_label: 'Record Id',
    sequence_number: 0,
    lookup: {},
    profiles: [{ permission_type: 'read_only', ...PROFILE }],
    view_type: { view: false, edit: false, quick_create: false, create: false },
    pick_list_values: [],
    json_type: 'string',
    data_type: 'bigint',
    length: 18,
    decimal_place: null,
    ui_type: 52,
    currency: {},
    unique: {},
    formula: {},
    auto_number: {},
    number_separator: false,
    textarea: null,
  };
}

/** Keys that depend on the type of a field. */
function typeKeys(field: FieldDefinition, { typeWithoutJsonType }: VersionRules): Record<string, unknown> {
  const { dataType, length, decimals, formula } = field;
  return {
    ...(!(field.withoutJsonTypeInV2 && typeWithoutJsonType) && {
      json_type: isTagField(field) ? 'jsonarray' : (JSON_TYPES[kindOf(dataType)] ?? 'string'),
    }),
    length: length ?? 255,
    decimal_place: decimals ?? null,
    data_type: dataType,
    currency: dataType === 'currency' ? { rounding_option: 'normal', precision: decimals ?? 2 } : {},
    unique: field.unique ? { case_sensitive: false } : {},
    formula: formula ? { return_type: formula.returnType, expression: formula.expression, dynamic: false } : {},
    auto_number: autonumberDocument(field),
    number_separator: dataType === 'currency',
    textarea: dataType === 'textarea' ? { type: textareaType(field) } : null,
  };
}

function textareaType(field: FieldDefinition): string {
  if (isRichText(field)) return 'rich_text';
  return (field.length ?? 0) > 2_000 ? 'large' : 'small';
}

function lookupDocument(
  field: FieldDefinition,
  catalog: Catalog,
  { lookupModuleAsText }: VersionRules,
): Record<string, unknown> {
  const target = field.lookupModule && catalog.module(field.lookupModule);
  if (!target) return {};
  return {
    display_label: `${field.label} list`,
    revalidate_filter_during_edit: false,
    api_name: `${field.apiName}_List`,
    module: lookupModuleAsText ? target.apiName : { api_name: target.apiName, id: target.id },
    id: target.fieldId(target.displayColumn.field),
    query_details: {},
    show_fields: [],
  };
}

function autonumberDocument(field: FieldDefinition): Record<string, unknown> {
  if (field.autonumberPrefix === undefined) return {};
  return {
    prefix: field.autonumberPrefix,
    suffix: field.autonumberSuffix ?? '',
    start_number: 1,
    starting_number_length: 7,
  };
}

/** Options of a field as metadata shows them until they are changed. */
export function pickListValues(field: FieldDefinition, fieldId: string): Record<string, unknown>[] {
  return (field.options ?? []).map((option, i) => pickListValue(option, i, fieldId));
}

function pickListValue(option: string, place: number, fieldId: string): Record<string, unknown> {
  return {
    display_value: option,
    sequence_number: place + 1,
    reference_value: option,
    colour_code: null,
    actual_value: option,
    id: `${fieldId.slice(0, 10)}8${fieldId.slice(-5)}${String(place).padStart(3, '0')}`,
    type: 'used',
  };
}
