/** Metadata of a field that putting its values into a file for bulk write depends on. */
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
/** Zoho's list of what a file cannot carry. */
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

/**
 * The columns of a file, the key by which records are found first, since the result file repeats the first columns
 * only.
 * @param names API names that the records use
 * @returns the columns, or the names that the module does not have or that cannot be written so
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
  return field && REFERENCES.has(field.dataType) ? 'reference' : 'text';
}
