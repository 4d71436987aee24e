import { bulkNameField, type MirrorField } from '../mirror/mirror-field';
import { LIMITS } from '../zoho-limits';

/** Columns that a bulk-read job is asked for. */
export interface ExportColumns {
  /**
   * API names of the fields, and of the names of the records that lookups point to (`Account_Name.Account_Name`).
   * Undefined asks for every field: Zoho takes 200 columns by name.
   */
  columns: readonly string[] | undefined;
  /** API names of the lookups whose names are not among them. */
  withoutNames: readonly string[];
}

/**
 * Chooses the columns of an export. Fields come first: a name that has no room follows its id from the mirror of what it
 * points to, a value comes from nowhere else.
 */
export function exportColumns(fields: readonly MirrorField[]): ExportColumns {
  const exported = fields.filter(({ bulkReadable }) => bulkReadable);
  const named = exported.filter((field) => bulkNameField(field) !== undefined);
  const room = LIMITS.bulkRead.fields - exported.length;
  const withNames = room < 0 ? [] : named.slice(0, room);
  return {
    columns:
      room < 0
        ? undefined
        : [...exported.map(({ apiName }) => apiName), ...withNames.flatMap((field) => bulkNameField(field) ?? [])],
    withoutNames: named.slice(withNames.length).map(({ apiName }) => apiName),
  };
}
