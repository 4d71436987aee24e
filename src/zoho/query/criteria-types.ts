import type { ZohoField } from '../metadata/fields';

/** Fields of one family take the same operators and write their values alike. */
type Family = 'text' | 'longText' | 'choice' | 'choices' | 'reference' | 'flag' | 'number' | 'date' | 'datetime';

const FAMILIES = {
  text: 'text',
  email: 'text',
  phone: 'text',
  website: 'text',
  textarea: 'longText',
  picklist: 'choice',
  autonumber: 'choice',
  multiselectpicklist: 'choices',
  lookup: 'reference',
  ownerlookup: 'reference',
  userlookup: 'reference',
  id: 'reference',
  boolean: 'flag',
  integer: 'number',
  bigint: 'number',
  double: 'number',
  currency: 'number',
  percent: 'number',
  date: 'date',
  datetime: 'datetime',
} as const satisfies Readonly<Record<string, Family>>;

/** Data types that can be compared; `id` is the record's own. */
export type CriteriaType = keyof typeof FAMILIES;
export const CRITERIA_TYPES = Object.keys(FAMILIES) as readonly CriteriaType[];

export const CRITERIA_OPERATORS = [
  'equals',
  'not_equal',
  'in',
  'not_in',
  'greater_than',
  'greater_equal',
  'less_than',
  'less_equal',
  'between',
  'not_between',
  'starts_with',
  'ends_with',
  'contains',
  'not_contains',
  'is_null',
  'is_not_null',
] as const;
export type CriteriaOperator = (typeof CRITERIA_OPERATORS)[number];

const EQUALITY = ['equals', 'not_equal'] as const;
const RANGE = [...EQUALITY, 'greater_than', 'greater_equal', 'less_than', 'less_equal', 'between', 'in'] as const;
const NULLITY = ['is_null', 'is_not_null'] as const;
const SETS = [...EQUALITY, 'in', 'not_in', ...NULLITY] as const;
const LIKE = ['starts_with', 'ends_with', 'contains', 'not_contains'] as const;

/** Zoho's documentation: Search Records, the operators of each field type. */
const SEARCH_OPERATORS = {
  text: [...EQUALITY, 'starts_with', 'in'],
  longText: [...EQUALITY, 'starts_with'],
  choice: [...EQUALITY, 'in'],
  choices: [...EQUALITY, 'in', 'starts_with'],
  reference: [...EQUALITY, 'in'],
  flag: EQUALITY,
  number: RANGE,
  date: RANGE,
  datetime: RANGE,
} as const satisfies Readonly<Record<Family, readonly CriteriaOperator[]>>;

/** Zoho's documentation: COQL Overview. A multi-line text cannot be used in a WHERE clause. */
const COQL_OPERATORS = {
  text: [...SETS, ...LIKE],
  longText: [],
  choice: [...SETS, ...LIKE],
  choices: SETS,
  reference: SETS,
  flag: ['equals', ...NULLITY],
  number: [...RANGE, 'not_in', 'not_between', ...NULLITY],
  date: [...RANGE, 'not_in', 'not_between', ...NULLITY],
  datetime: [...RANGE, 'not_in', 'not_between', ...NULLITY],
} as const satisfies Readonly<Record<Family, readonly CriteriaOperator[]>>;

/** Ids are ordered too: the keyset paging of COQL compares them. */
const COQL_ID_OPERATORS = [...COQL_OPERATORS.number];

type FamilyOf<T extends CriteriaType> = (typeof FAMILIES)[T];

/** The operators a type has in Search Records or in COQL. */
export type OperatorOf<T extends CriteriaType> = T extends 'id'
  ? (typeof COQL_ID_OPERATORS)[number]
  : (typeof SEARCH_OPERATORS)[FamilyOf<T>][number] | (typeof COQL_OPERATORS)[FamilyOf<T>][number];

export type ValueOf<T extends CriteriaType> =
  FamilyOf<T> extends 'flag' ? boolean : FamilyOf<T> extends 'number' ? string | number : string;

/** Undefined for a type that cannot be compared, wherever the name of the type comes from. */
export function familyOf(type: string): Family | undefined {
  return Object.hasOwn(FAMILIES, type) ? FAMILIES[type as CriteriaType] : undefined;
}

export function searchOperatorsOf(type: CriteriaType): readonly CriteriaOperator[] {
  return SEARCH_OPERATORS[FAMILIES[type]];
}

export function coqlOperatorsOf(type: CriteriaType): readonly CriteriaOperator[] {
  return type === 'id' ? COQL_ID_OPERATORS : COQL_OPERATORS[FAMILIES[type]];
}

/** Type by which a field is compared: its own, or the one a computed field returns; null if it cannot be compared. */
export function criteriaTypeOf(
  field: Pick<ZohoField, 'dataType' | 'formulaReturnType' | 'rollupReturnType'>,
): CriteriaType | null {
  const returned = field.formulaReturnType ?? field.rollupReturnType;
  const computed = field.dataType === 'formula' || field.dataType === 'rollup_summary';
  const type = (computed ? returned?.toLowerCase() : field.dataType) ?? '';
  return familyOf(type) === undefined ? null : (type as CriteriaType);
}
