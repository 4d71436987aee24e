import { ownValue } from '../own-value';
/**
 * Mapping of a field of a Zoho module to columns of its mirror table. Pure: the same metadata and the same earlier
 * mapping always give the same columns.
 */

/** SQL types that mirror columns have. */
export type ColumnType = 'text' | 'integer' | 'bigint' | 'numeric' | 'boolean' | 'date' | 'timestamptz' | 'jsonb';

/**
 * Form in which Zoho writes a field's value, which decides how a cell becomes a column.
 * - `scalar`: one plain value.
 * - `reference`: a lookup; an object with `id` and `name` in JSON, a bare id in CSV. Two columns.
 * - `choices`: several picklist values; an array in JSON, one separated cell in CSV.
 * - `tags`: tags; an array of objects in JSON, comma-joined names in CSV. Mirrored as an array of names.
 * - `opaque`: anything else that is not plain; kept as JSON.
 */
export type ValueShape = 'scalar' | 'reference' | 'choices' | 'tags' | 'opaque';

/** Metadata of a field that the mapping depends on. */
export interface MappableField {
  id: string;
  apiName: string;
  dataType: string;
  jsonType?: string | undefined;
  /** `return_type` of a formula. */
  formulaReturnType?: string | undefined;
  /** Kind of a multi-line text: `small`, `large` or `rich_text`. */
  textareaType?: string | undefined;
  /** API name of the module a lookup points to. */
  lookupModule?: string | undefined;
  /** Actual values of a picklist, used and unused ones. */
  choices?: readonly string[] | undefined;
  renamedChoices?: RenamedChoices | undefined;
}

/** Actual values of choices by the names under which people see them now, where they differ. */
export type RenamedChoices = Readonly<Record<string, string>>;

/** A field with the columns it has in the mirror. */
export interface MirrorField {
  fieldId: string;
  apiName: string;
  dataType: string;
  shape: ValueShape;
  /** Column of the value; for a reference, the column of the id. */
  column: string;
  type: ColumnType;
  /** Column of a reference's name. */
  nameColumn?: string | undefined;
  lookupModule?: string | undefined;
  choices?: readonly string[] | undefined;
  /** A mirrored choice has its actual value, which never changes, by whichever of its names a read shows it. */
  renamedChoices?: RenamedChoices | undefined;
  /** Whether Zoho's bulk read can export the field. */
  bulkReadable: boolean;
  /** Whether it can export the name of the record a reference points to. */
  bulkNameReadable: boolean;
  /** Whether the value can change while `Modified_Time` does not. */
  changesWithoutModifiedTime: boolean;
  /** Whether lists cut the value, so that it is whole only by another call. */
  cutInLists?: boolean;
}

/**
 * States of a field of a mirror. `pending`: Zoho has it, and the table has no column for it. `hidden`: Zoho does not show
 * it, maybe for lack of a permission. `removed`: for so long that it is taken for deleted.
 */
export const FIELD_STATUSES = ['active', 'pending', 'hidden', 'removed'] as const;
export type FieldStatus = (typeof FIELD_STATUSES)[number];

/** Column that holds Zoho's `Modified_Time`, where a module has it. */
export const MODIFIED_TIME_FIELD = 'Modified_Time';
/** Field with the time at which a record was created. */
export const CREATED_TIME_FIELD = 'Created_Time';

const USER_LOOKUPS = new Set(['ownerlookup', 'userlookup']);
const REFERENCES = new Set(['lookup', 'multi_module_lookup', ...USER_LOOKUPS]);
const NUMBERS = new Set(['double', 'currency', 'percent', 'number', 'decimal']);
const TEXTS = new Set([
  'text',
  'textarea',
  'email',
  'phone',
  'website',
  'picklist',
  'autonumber',
  'profileimage',
  'string',
]);
/** Types that bulk read cannot export (Zoho's documentation: Bulk Read, Limitations). */
const NOT_IN_BULK_READ = new Set([
  'fileupload',
  'imageupload',
  'multiselectlookup',
  'multiuserlookup',
  'consent_lookup',
]);
/** A subform's rows are a module of their own and never part of a list or an export of their parent. */
const NOT_MIRRORED = new Set(['subform']);

export function isUserLookup(field: Pick<MirrorField, 'dataType'>): boolean {
  return USER_LOOKUPS.has(field.dataType);
}

function scalarType(dataType: string): ColumnType | undefined {
  if (TEXTS.has(dataType)) return 'text';
  if (NUMBERS.has(dataType)) return 'numeric';
  switch (dataType) {
    case 'integer':
      return 'integer';
    case 'bigint':
      return 'bigint';
    case 'boolean':
      return 'boolean';
    case 'date':
      return 'date';
    case 'datetime':
      return 'timestamptz';
    default:
      return undefined;
  }
}

function computedType(field: MappableField): ColumnType | undefined {
  const declared = field.formulaReturnType && scalarType(field.formulaReturnType.toLowerCase());
  if (declared) return declared === 'integer' ? 'numeric' : declared;
  if (field.jsonType === 'double' || field.jsonType === 'integer') return 'numeric';
  if (field.jsonType === 'boolean') return 'boolean';
  return field.jsonType === 'jsonobject' || field.jsonType === 'jsonarray' ? undefined : 'text';
}

function shapeOf(field: MappableField): { shape: ValueShape; type: ColumnType } {
  if (field.apiName === 'Tag') return { shape: 'tags', type: 'jsonb' };
  if (REFERENCES.has(field.dataType)) return { shape: 'reference', type: 'bigint' };
  if (field.dataType === 'multiselectpicklist') return { shape: 'choices', type: 'jsonb' };
  const computed = field.dataType === 'formula' || field.dataType === 'rollup_summary';
  const type = computed ? computedType(field) : scalarType(field.dataType);
  return type ? { shape: 'scalar', type } : { shape: 'opaque', type: 'jsonb' };
}

/** Leaves room for `_id` and a number in the 63 bytes that PostgreSQL keeps of a name. */
const MAX_COLUMN = 57;
/** Names that no column may have: the mirror's key and PostgreSQL's system columns. */
const RESERVED_COLUMNS = new Set(['', 'id', 'ctid', 'tableoid', 'xmin', 'xmax', 'cmin', 'cmax']);

/** `Deal_Name` -> `deal_name`, `LeadSource` -> `lead_source`. Never empty, never an engine column, at most 57 bytes. */
export function columnNameOf(apiName: string): string {
  const snake = apiName
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9_]/g, '_');
  const name = RESERVED_COLUMNS.has(snake) || snake.startsWith('_') ? `field_${snake}` : snake;
  return name.slice(0, MAX_COLUMN);
}

/** The wanted name, or where it is taken the same with the lowest free number behind it: `name_2`, `name_3`. */
export function firstFreeName(wanted: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(wanted)) return wanted;
  let suffix = 2;
  while (isTaken(`${wanted}_${suffix}`)) suffix += 1;
  return `${wanted}_${suffix}`;
}

/**
 * Maps a module's fields to columns.
 * @param fields all fields of Zoho's field metadata, in its order
 * @param earlier column of each field id from an earlier run. A field keeps its column as long as it keeps its API
 *   name; a renamed field takes a new one, and the caller renames the column. A field that is no longer listed keeps
 *   its column, which holds its last values; a new field of the same name gets another one.
 * @param foreign columns of the table that belong to nobody here: no field gets one of them
 */
export function mapFields(
  fields: readonly MappableField[],
  earlier: ReadonlyMap<string, { apiName: string; column: string; nameColumn?: string | undefined }> = new Map(),
  foreign: readonly string[] = [],
): MirrorField[] {
  const mirrored = fields.filter((field) => !NOT_MIRRORED.has(field.dataType) && field.apiName !== 'id');
  const kept = (field: MappableField) => {
    const known = earlier.get(field.id);
    return known && known.apiName === field.apiName ? known : undefined;
  };
  const listed = new Set(mirrored.map((field) => field.id));
  const unlisted = [...earlier].flatMap(([id, known]) => (listed.has(id) ? [] : [known]));
  const owners = [...unlisted, ...mirrored.map(kept)];
  const taken = new Set(['id', ...foreign, ...owners.flatMap((known) => [known?.column, known?.nameColumn])]);
  const reserve = (wanted: string): string => {
    const name = firstFreeName(wanted, (candidate) => taken.has(candidate));
    taken.add(name);
    return name;
  };
  return mirrored.map((field) => {
    const { shape, type } = shapeOf(field);
    const base = columnNameOf(field.apiName);
    const known = kept(field);
    const reference = shape === 'reference';
    return {
      fieldId: field.id,
      apiName: field.apiName,
      dataType: field.dataType,
      shape,
      type,
      column: known?.column ?? reserve(reference ? `${base}_id` : base),
      nameColumn: reference ? (known?.nameColumn ?? reserve(base)) : undefined,
      lookupModule: field.lookupModule,
      choices: field.choices,
      bulkReadable: !NOT_IN_BULK_READ.has(field.dataType),
      bulkNameReadable: reference && !USER_LOOKUPS.has(field.dataType) && field.lookupModule !== undefined,
      changesWithoutModifiedTime: field.dataType === 'formula' || field.dataType === 'rollup_summary',
      ...(field.textareaType === 'rich_text' && { cutInLists: true }),
      ...(field.renamedChoices && { renamedChoices: field.renamedChoices }),
    };
  });
}

const DISPLAY_FIELD_OF: Readonly<Record<string, string>> = {
  Accounts: 'Account_Name',
  Contacts: 'Full_Name',
  Leads: 'Full_Name',
  Deals: 'Deal_Name',
  Campaigns: 'Campaign_Name',
  Cases: 'Subject',
  Products: 'Product_Name',
  Vendors: 'Vendor_Name',
  Quotes: 'Subject',
  Sales_Orders: 'Subject',
  Purchase_Orders: 'Subject',
  Invoices: 'Subject',
  Price_Books: 'Price_Book_Name',
  Solutions: 'Solution_Title',
};

const OTHER_DISPLAY_FIELD = 'Name';

/** API names of all fields by which Zoho names records. */
export const DISPLAY_FIELDS: readonly string[] = [
  ...new Set([...Object.values(DISPLAY_FIELD_OF), OTHER_DISPLAY_FIELD]),
];

/** API name of the field by which Zoho names the records of a module. */
export function displayFieldOf(module: string): string {
  return ownValue(DISPLAY_FIELD_OF, module) ?? OTHER_DISPLAY_FIELD;
}

/**
 * Export column with a reference's name (`Account_Name.Account_Name`), if the module it points to is known. Users are
 * not joined: their names come from the list of users.
 */
export function bulkNameField(field: MirrorField): string | undefined {
  if (!field.bulkNameReadable || !field.lookupModule) return undefined;
  return `${field.apiName}.${displayFieldOf(field.lookupModule)}`;
}

/** Names of the fields, and of the references' names, that cannot be columns of an export. */
export function notExported(fields: readonly MirrorField[]): string[] {
  return fields.flatMap((field) => {
    if (!field.bulkReadable) return [field.apiName];
    const name = bulkNameField({ ...field, bulkNameReadable: true });
    return field.bulkNameReadable || name === undefined ? [] : [name];
  });
}

const WIDENINGS: Readonly<Record<ColumnType, readonly ColumnType[]>> = {
  integer: ['bigint', 'numeric', 'text'],
  bigint: ['numeric', 'text'],
  numeric: ['text'],
  boolean: ['text'],
  date: ['text'],
  timestamptz: ['text'],
  jsonb: ['text'],
  text: [],
};

/** True for a type that values are read as; anything else is somebody else's doing. */
export function isColumnType(type: string): type is ColumnType {
  return Object.hasOwn(WIDENINGS, type);
}

/** Whether a column can change its type without losing any value it can hold. */
export function isWidening(from: ColumnType, to: ColumnType): boolean {
  return WIDENINGS[from].includes(to);
}
