import { LIMITS } from '../../domain/zoho-limits';
import { type CallLabel, requestBug } from '../errors/errors';
import { type Comparison, comparisonsOf, type RecordCriteria } from './criteria';
import { coqlOperatorsOf, familyOf } from './criteria-types';
import { valueTexts } from './criteria-values';

/** A name, a polymorphic lookup's module after an arrow, and up to two relations after dots. */
const PATH = /^[A-Za-z$][\w$]{0,99}(->[A-Za-z]\w{0,99})?(\.[A-Za-z$][\w$]{0,99}){0,2}$/;

/** Words of SQL that are quoted as names. Zoho names `External` as an example and gives no list. */
const RESERVED = new Set(
  `add all alter and any as asc between by case column create cross current date default delete desc distinct drop else
  end escape except exists external false for foreign from full function group having if in index inner insert interval
  into is join key left like limit natural not null offset on or order outer percent primary range rank references right
  row rows select session set some start state status system table then time timestamp to true union unique update user
  using value values view when where with year month day`.split(/\s+/),
);

/**
 * A field as COQL names it, in quotes where the name is a word of SQL.
 *
 * @throws ZohoError `request_bug` for what is no name, and for more than two relations.
 */
export function coqlName(label: CallLabel, path: string): string {
  if (!PATH.test(path)) throw requestBug(label, 'a name in the query is not an API name or a path of two relations');
  return path.split(/\.|->/).some((part) => RESERVED.has(part.toLowerCase())) ? `"${path}"` : path;
}

/**
 * Writes the conditions of a WHERE clause, bracketed in pairs as COQL wants them. Quotes of texts are doubled.
 *
 * Zoho documents `%` as the only wildcard of `like`. Should `_` be one too, as in SQL, a text with it finds more than
 * it says: compare again where that matters.
 *
 * @throws ZohoError `request_bug` for more than 25 conditions, an operator the type does not have, a value of another
 *   type, and a `%` in a text for `like`, which COQL cannot escape.
 */
export function coqlWhere(label: CallLabel, criteria: RecordCriteria): string {
  comparisonsOf(label, criteria, LIMITS.coql.criteria);
  return render(label, criteria);
}

function render(label: CallLabel, criteria: RecordCriteria): string {
  if (!('group' in criteria)) return renderComparison(label, criteria);
  const word = criteria.groupOperator === 'or' ? 'or' : 'and';
  return criteria.group.map((part) => render(label, part)).reduce((left, right) => `(${left} ${word} ${right})`);
}

function renderComparison(label: CallLabel, comparison: Comparison): string {
  const { field, operator, type } = comparison;
  const name = coqlName(label, field);
  if (familyOf(type) === undefined || !coqlOperatorsOf(type).includes(operator)) {
    throw requestBug(label, `COQL does not know this operator for ${field}`);
  }
  const texts = valueTexts(label, comparison);
  const literals = texts.map((text) => literal(type, text));
  const [text = ''] = texts;
  const [first, second] = literals;
  switch (operator) {
    case 'equals':
      return `${name} = ${first}`;
    case 'not_equal':
      return `${name} != ${first}`;
    case 'greater_than':
      return `${name} > ${first}`;
    case 'greater_equal':
      return `${name} >= ${first}`;
    case 'less_than':
      return `${name} < ${first}`;
    case 'less_equal':
      return `${name} <= ${first}`;
    case 'in':
      return `${name} in (${literals.join(', ')})`;
    case 'not_in':
      return `${name} not in (${literals.join(', ')})`;
    case 'between':
      return `${name} between ${first} and ${second}`;
    case 'not_between':
      return `${name} not between ${first} and ${second}`;
    case 'starts_with':
      return `${name} like ${pattern(label, field, text, `${text}%`)}`;
    case 'ends_with':
      return `${name} like ${pattern(label, field, text, `%${text}`)}`;
    case 'contains':
      return `${name} like ${pattern(label, field, text, `%${text}%`)}`;
    case 'not_contains':
      return `${name} not like ${pattern(label, field, text, `%${text}%`)}`;
    case 'is_null':
      return `${name} is null`;
    case 'is_not_null':
      return `${name} is not null`;
  }
}

/** Numbers and ids are not quoted, everything else is. */
function literal(type: string, text: string): string {
  const family = familyOf(type);
  return family === 'number' || family === 'reference' ? text : quoted(text);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function pattern(label: CallLabel, field: string, text: string, whole: string): string {
  if (text.includes('%')) throw requestBug(label, `a text for ${field} contains %, which COQL's like cannot escape`);
  return quoted(whole);
}
