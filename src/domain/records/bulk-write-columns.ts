/** Metadata of a field that decides how its values are written to a bulk-write file. */
export interface BulkWriteField {
  apiName: string;
  dataType: string;
  apiCreate: boolean;
  apiUpdate: boolean;
}

export type ColumnKind = 'text' | 'date' | 'datetime' | 'reference';

export interface BulkWriteColumn {
  /** API name. */
  field: string;
  kind: ColumnKind;
}

const REFERENCES = new Set(['lookup', 'ownerlookup', 'userlookup']);
/** Data types that a bulk-write file cannot carry, from Zoho's list. */
const NOT_IN_FILES = new Set([
  'subform',
  'fileupload',
  'imageupload',
  'profileimage',
  'multiselectlookup',
  'multiuserlookup',
  'formula',
  'rollup_summary',
  'autonumber',
]);

/** Whether a value of the field is another record. */
export function isReference({ dataType }: Pick<BulkWriteField, 'dataType'>): boolean {
  return REFERENCES.has(dataType);
}

/**
 * Chooses the columns of a bulk-write file. The key by which records are matched comes first, because the result file
 * repeats only the first columns.
 * @param names API names that the records use
 * @returns the columns, and the names that the module does not have or that a file cannot write
 */
export function bulkWriteColumns(
  names: readonly string[],
  key: string | null,
  action: 'insert' | 'update' | 'upsert',
  fields: readonly BulkWriteField[],
): { columns: BulkWriteColumn[]; refused: string[] } {
  const known = new Map(fields.map((field) => [field.apiName, field]));
  const ordered = [...names].sort((a, b) => Number(b === key) - Number(a === key) || (a < b ? -1 : 1));
  const columns: BulkWriteColumn[] = [];
  const refused: string[] = [];
  for (const name of ordered) {
    const field = known.get(name);
    const isKey = name === key || name === 'id';
    if (isKey || (field && isWritable(field, action))) columns.push({ field: name, kind: kindOf(field) });
    else refused.push(name);
  }
  return { columns, refused };
}

function isWritable({ dataType, apiCreate, apiUpdate }: BulkWriteField, action: string): boolean {
  if (NOT_IN_FILES.has(dataType)) return false;
  return action === 'insert' ? apiCreate : apiUpdate;
}

function kindOf(field: BulkWriteField | undefined): ColumnKind {
  if (field?.dataType === 'date' || field?.dataType === 'datetime') return field.dataType;
  return field && isReference(field) ? 'reference' : 'text';
}
