import type { Catalog } from '../data/catalog';
import type { Column } from '../data/column';
import type { DataType } from '../data/data-type';
import { type FieldDefinition, isLookup } from '../data/field';
import type { GeneratedModule } from '../data/generated-module';

const PROFILE = { name: 'Administrator', id: '5500000000000026011' };
const METADATA_TIME = 1_767_258_000;

const JSON_TYPES: Readonly<Partial<Record<DataType, string>>> = {
  boolean: 'boolean',
  integer: 'integer',
  double: 'double',
  currency: 'double',
  percent: 'double',
  formula: 'double',
  lookup: 'jsonobject',
  ownerlookup: 'jsonobject',
  userlookup: 'jsonobject',
  multiselectpicklist: 'jsonarray',
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

/** A field as Fields Metadata shows it. */
export function fieldDocument(module: GeneratedModule, column: Column, catalog: Catalog): Record<string, unknown> {
  const { field } = column;
  const writable = !field.readOnly;
  const tag = field.apiName === 'Tag';
  const sequence = module.columns.indexOf(column) + 1;
  return {
    associated_module: null,
    operation_type: { web_update: writable, api_create: writable, web_create: writable, api_update: writable },
    system_mandatory: field.mandatory ?? false,
    webhook: true,
    virtual_field: false,
    field_read_only: !writable,
    customizable_properties: [],
    read_only: !writable,
    custom_field: field.custom,
    businesscard_supported: true,
    filterable: true,
    visible: true,
    available_in_user_layout: true,
    display_field: field.apiName === module.plan.displayField,
    pick_list_values_sorted_lexically: false,
    sortable: !tag,
    layout_associations: [{ name: 'Standard', id: '5500000000000091055', api_name: 'Standard' }],
    separator: false,
    searchable: true,
    external: null,
    mass_update: writable && !isLookup(field) && field.dataType !== 'textarea' && field.dataType !== 'email',
    ...(!field.withoutJsonType && { json_type: tag ? 'jsonarray' : (JSON_TYPES[field.dataType] ?? 'string') }),
    created_source: field.custom ? 'user' : 'default',
    type: 'used',
    display_label: field.label,
    column_name: `CF_${sequence}`,
    api_name: field.apiName,
    display_type: -1,
    ui_type: 1,
    colour_code_enabled_by_system: false,
    length: field.length ?? 255,
    decimal_place: field.decimals ?? null,
    quick_sequence_number: null,
    email_parser: { fields_update_supported: true, record_operations_supported: true },
    rollup_summary: {},
    created_time: field.custom ? catalog.zone.format(METADATA_TIME) : null,
    modified_time: field.custom ? catalog.zone.format(METADATA_TIME) : null,
    show_type: 7,
    category: 1,
    id: module.fieldId(field),
    data_type: field.dataType,
    field_label: field.label,
    sequence_number: sequence,
    multi_module_lookup: {},
    currency: field.dataType === 'currency' ? { rounding_option: 'normal', precision: field.decimals ?? 2 } : {},
    lookup: lookupDocument(field, catalog),
    profiles: [{ permission_type: writable ? 'read_write' : 'read_only', ...PROFILE }],
    view_type: { view: true, edit: writable, quick_create: false, create: writable },
    unique: field.unique ? { case_sensitive: false } : {},
    subform: null,
    sub_module: null,
    formula: field.formula
      ? { return_type: field.formula.returnType, expression: field.formula.expression, dynamic: false }
      : {},
    multiselectlookup: {},
    multiuserlookup: {},
    auto_number: autonumberDocument(field),
    pick_list_values: pickListValues(field, module.fieldId(field)),
    global_picklist: null,
    crypt: null,
    private: null,
    tooltip: null,
    history_tracking: null,
    hipaa_compliance: null,
    hipaa_compliance_enabled: false,
    enable_colour_code: false,
    number_separator: field.dataType === 'currency',
    blueprint_supported: true,
    default_value: null,
    static_field: false,
    additional_column: null,
    sharing_properties: null,
    allowed_modules: [],
    association_details: null,
    convert_mapping: {},
    refer_from_field: null,
    textarea: field.dataType === 'textarea' ? { type: (field.length ?? 0) > 2_000 ? 'large' : 'small' } : null,
    ...field.metadata,
  };
}

function lookupDocument(field: FieldDefinition, catalog: Catalog): Record<string, unknown> {
  const target = field.lookupModule && catalog.module(field.lookupModule);
  if (!target) return {};
  return {
    display_label: `${field.label} list`,
    revalidate_filter_during_edit: false,
    api_name: `${field.apiName}_List`,
    module: { api_name: target.apiName, id: target.id },
    id: target.fieldId(target.displayColumn.field),
    query_details: {},
    show_fields: [],
  };
}

function autonumberDocument(field: FieldDefinition): Record<string, unknown> {
  if (field.autonumberPrefix === undefined) return {};
  return { prefix: field.autonumberPrefix, suffix: null, start_number: 1, starting_number_length: 7 };
}

/** The options of a field as metadata shows them when nobody has changed them. */
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
