import { type CallLabel, ZohoError } from '../errors/errors';
import type { ZohoModule } from './modules';

export const MODULE_ACCESS = ['read', 'create', 'update', 'delete'] as const;
export type ModuleAccess = (typeof MODULE_ACCESS)[number];

const GRANTED: Readonly<Record<ModuleAccess, (module: ZohoModule) => boolean>> = {
  read: ({ viewable }) => viewable,
  create: ({ creatable }) => creatable,
  update: ({ editable }) => editable,
  delete: ({ deletable }) => deletable,
};

/** Kinds of modules that are pages, not tables of records. */
const WITHOUT_RECORDS: ReadonlySet<string> = new Set(['web', 'webtab_link']);

/** Calls that accept the module, judged by its metadata: Zoho has no key of its own for bulk calls. */
export function hasReachableRecords({ apiSupported, generatedType }: ZohoModule): boolean {
  return apiSupported && !WITHOUT_RECORDS.has(generatedType);
}

/**
 * Checks by a module's metadata that the connected user may do something with its records (Zoho's documentation:
 * Modules Metadata, `api_supported`, `viewable`, `creatable`, `editable`, `deletable`). What it lets pass Zoho can
 * still refuse: scopes, record-level sharing and some of Zoho's own modules are not described by metadata.
 *
 * @throws ZohoError `request_bug` MODULE_NOT_SUPPORTED for a module without records or not open to the API,
 *   `permission` MODULE_ACCESS_MISSING if the profile of the user does not grant it.
 */
export function assertModuleAccess(module: ZohoModule, access: ModuleAccess): void {
  const label: CallLabel = { operation: 'check_module_access', module: module.apiName };
  if (!hasReachableRecords(module)) {
    const reason = 'the module has no records that the API can reach';
    throw new ZohoError({ ...label, category: 'request_bug', code: 'MODULE_NOT_SUPPORTED', reason });
  }
  if (!GRANTED[access](module)) {
    const reason = `the profile of the connected user does not grant to ${access} its records`;
    throw new ZohoError({ ...label, category: 'permission', code: 'MODULE_ACCESS_MISSING', reason });
  }
}
