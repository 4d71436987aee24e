import { z } from 'zod';
import { ZohoError } from '../errors/errors';
import { decode, flag, listOf, moduleReference, optionalNumber, optionalText } from '../http/decode';
import type { CallOptions, ZohoTransport } from '../http/transport';

/** Origin of a module. Records exist for `default`, `custom`, `linking` and `subform`; `web` has none. */
export type GeneratedType =
  | 'default'
  | 'custom'
  | 'web'
  | 'linking'
  | 'subform'
  | 'static_subform'
  | 'picklisttracker'
  | 'field_tracker'
  | 'webtab_link'
  // Zoho adds kinds over time.
  | (string & {});

export interface ZohoModule {
  /** Stable; the API name can be changed by an administrator. */
  id: string;
  apiName: string;
  moduleName: string;
  /** Translated to the language of the connected user. */
  singularLabel: string | null;
  pluralLabel: string | null;
  generatedType: GeneratedType;
  /** Necessary for record calls, but not sufficient: some modules say true and answer INVALID_MODULE. */
  apiSupported: boolean;
  /** Operations that the profile of the connected user permits. */
  viewable: boolean;
  creatable: boolean;
  editable: boolean;
  deletable: boolean;
  /** The profiles that may use the module. */
  profiles: { id: string; name: string }[];
  visible: boolean;
  /** `visible`, `user_hidden`, `system_hidden` or `scheduled_for_deletion`. */
  status: string | null;
  accessType: string | null;
  /** The module whose records hold this one's rows, for subforms. */
  parentModule: { apiName: string; id: string | null } | null;
  /** API name of the field that names a record; null where Zoho leaves it out, which `listModules` always does. */
  displayField: string | null;
  /** Records a list call may return at most, where Zoho says so. */
  perPage: number | null;
  recycleBinOnDelete: boolean;
  convertable: boolean;
  modifiedTime: string | null;
}

const displayField = z
  .union([z.string(), z.object({ api_name: z.string() }).transform((field) => field.api_name)])
  .nullable()
  .catch(null);

const Module = z
  .object({
    id: z.string(),
    api_name: z.string(),
    module_name: optionalText,
    singular_label: optionalText,
    plural_label: optionalText,
    generated_type: z.string().catch('default'),
    api_supported: flag,
    viewable: flag,
    creatable: flag,
    editable: flag,
    deletable: flag,
    profiles: listOf(z.object({ id: z.string(), name: z.string().catch('') })).catch([]),
    visible: flag,
    status: optionalText,
    access_type: optionalText,
    parent_module: moduleReference,
    display_field: displayField,
    per_page: optionalNumber,
    recycle_bin_on_delete: flag,
    convertable: flag,
    modified_time: optionalText,
  })
  .transform((module): ZohoModule => ({
    id: module.id,
    apiName: module.api_name,
    moduleName: module.module_name ?? module.api_name,
    singularLabel: module.singular_label,
    pluralLabel: module.plural_label,
    generatedType: module.generated_type,
    apiSupported: module.api_supported,
    viewable: module.viewable,
    creatable: module.creatable,
    editable: module.editable,
    deletable: module.deletable,
    profiles: module.profiles,
    visible: module.visible,
    status: module.status,
    accessType: module.access_type,
    parentModule: module.parent_module,
    displayField: module.display_field,
    perPage: module.per_page,
    recycleBinOnDelete: module.recycle_bin_on_delete,
    convertable: module.convertable,
    modifiedTime: module.modified_time,
  }));

/** Web tabs can come without an API name; no call can address them. */
const Unnamed = z.object({ api_name: z.null() }).transform(() => null);

const Modules = z
  .object({ modules: listOf(z.union([Module, Unnamed])) })
  .transform(({ modules }) => modules.filter((module) => module !== null));

/**
 * Reads one module with properties that the list lacks, such as its display field (Zoho's documentation: Module
 * Metadata).
 *
 * @param module API name or id.
 * @throws ZohoError `request_bug` INVALID_MODULE for a name Zoho does not know, `permission` if the user may not see
 *   it.
 */
export async function getModule(transport: ZohoTransport, module: string, options?: CallOptions): Promise<ZohoModule> {
  const request = {
    operation: 'get_module',
    module,
    path: `/crm/v8/settings/modules/${encodeURIComponent(module)}`,
  } as const;
  return transport.json(request, options, (value, { status }) => {
    const [found] = value === undefined ? [] : decode(Modules, value, request, status);
    if (found) return found;
    const reason = 'Zoho has no metadata for this module';
    throw new ZohoError({ ...request, category: 'not_found', code: 'NO_MODULE', httpStatus: status, reason });
  });
}

/** All modules the connected user can see, in Zoho's order (Zoho's documentation: Modules Metadata). */
export async function listModules(transport: ZohoTransport, options?: CallOptions): Promise<ZohoModule[]> {
  const request = { operation: 'list_modules', path: '/crm/v8/settings/modules' } as const;
  return transport.json(request, options, (value, { status }) =>
    value === undefined ? [] : decode(Modules, value, request, status),
  );
}
