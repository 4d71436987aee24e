import { ApiError } from './http/api-error';

/** Rules of an API version where versions differ (Get Records, Query API and What's New pages of each version). */
export interface VersionRules {
  /** Get Records wants `fields`, at most 50; before v3 it gave every field without, and took any number. */
  readonly fieldsRequired: boolean;
  readonly maxFields: number;
  /** Where that is switched on, `page` reaches all records and there are no page tokens. */
  readonly mayPageWithoutEnd: boolean;
  /** The metadata of a single module carries its fields. */
  readonly moduleHasFields: boolean;
  /** A lookup in the metadata of a field names its module as a text instead of an object. */
  readonly lookupModuleAsText: boolean;
  /** The metadata of `Type` in Deals lacks `json_type`. */
  readonly typeWithoutJsonType: boolean;
  /** `sort_by` takes every field, not only id, Created_Time and Modified_Time. */
  readonly sortsByAnyField: boolean;
  readonly coqlRowsPerCall: number;
  /** Highest row that LIMIT and OFFSET reach together. */
  readonly coqlReach: number;
  readonly coqlSelectColumns: number;
  readonly coqlValuesPerIn: number;
  /** Bulk-read documents name the module as a text instead of an object. */
  readonly bulkModuleAsText: boolean;
}

const V2: VersionRules = {
  fieldsRequired: false,
  maxFields: Infinity,
  mayPageWithoutEnd: true,
  moduleHasFields: false,
  lookupModuleAsText: true,
  typeWithoutJsonType: true,
  sortsByAnyField: true,
  coqlRowsPerCall: 200,
  coqlReach: 10_000,
  coqlSelectColumns: 50,
  coqlValuesPerIn: 50,
  bulkModuleAsText: true,
};

const V3: VersionRules = {
  ...V2,
  fieldsRequired: true,
  maxFields: 50,
  mayPageWithoutEnd: false,
  moduleHasFields: true,
  lookupModuleAsText: false,
  typeWithoutJsonType: false,
  sortsByAnyField: false,
  coqlRowsPerCall: 2_000,
  bulkModuleAsText: false,
};

const V5: VersionRules = { ...V3, coqlReach: 100_000 };
const V7: VersionRules = { ...V5, coqlSelectColumns: 500, coqlValuesPerIn: 100 };

/** The number of a version in a path: 2.1 for `v2.1`. */
function versionNumber(version: string | undefined): number {
  return Number((version ?? 'v8').slice(1));
}

/** The rules of a version in a path, such as `v2.1`. */
export function rulesOf(version: string | undefined): VersionRules {
  const number = versionNumber(version);
  if (number >= 7) return V7;
  if (number >= 5) return V5;
  return number >= 3 ? V3 : V2;
}

/** @throws ApiError API_NOT_SUPPORTED when a call is newer than the requested version */
export function requireVersion(version: string | undefined, since: number): void {
  if (versionNumber(version) >= since) return;
  const message = `this api is not supported in this version; use version ${since} or higher`;
  throw new ApiError(400, 'API_NOT_SUPPORTED', message, { supported_version: since });
}
