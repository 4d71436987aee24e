/** Kinds of values. Types of one kind write, check, compare and search their values alike. */
export type ValueKind =
  | 'text'
  | 'longText'
  | 'choice'
  | 'choices'
  | 'reference'
  | 'whole'
  | 'long'
  | 'decimal'
  | 'computed'
  | 'date'
  | 'datetime'
  | 'flag'
  | 'serial'
  | 'id';

/** The data types of Zoho's documentation (Fields Metadata) that the simulator generates. */
const KINDS = {
  text: 'text',
  textarea: 'longText',
  email: 'text',
  phone: 'text',
  website: 'text',
  picklist: 'choice',
  multiselectpicklist: 'choices',
  lookup: 'reference',
  ownerlookup: 'reference',
  userlookup: 'reference',
  integer: 'whole',
  bigint: 'long',
  double: 'decimal',
  currency: 'decimal',
  percent: 'decimal',
  date: 'date',
  datetime: 'datetime',
  boolean: 'flag',
  autonumber: 'serial',
  formula: 'computed',
} as const satisfies Readonly<Record<string, ValueKind>>;

export type DataType = keyof typeof KINDS;

/** Kind of a type's values; `id` stands for a record's own id. */
export function kindOf(dataType: DataType | 'id'): ValueKind {
  return dataType === 'id' ? 'id' : KINDS[dataType];
}

/** Whether values of a type may be added, and ordered as numbers. */
export function isNumericType(dataType: DataType | 'id'): boolean {
  return ['whole', 'long', 'decimal', 'computed'].includes(kindOf(dataType));
}
