import fc from 'fast-check';
import type { Comparison, RecordCriteria, CriteriaValue } from '../../../src/zoho/query/criteria';
import { type CriteriaOperator, coqlOperatorsOf, searchOperatorsOf } from '../../../src/zoho/query/criteria-types';
import { HOSTILE_FIELDS, HOSTILE_TEXTS, type Row } from './hostile-module';

const PIECES = [
  "'",
  "''",
  '"',
  '\\',
  '(',
  ')',
  ',',
  ':',
  '%',
  '\n',
  ' ',
  'and',
  'or',
  ')or(',
  "' or '",
  'ß',
  '😀',
  '\u2028',
];

/** Any text at all: quotes, brackets, control characters, halves of surrogate pairs, thousands of characters. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
  { weight: 4, arbitrary: fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join('')) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom('', '\0', '\ud800', 'a\udfffb') },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...PIECES), fc.nat(3_000)).map(([piece, n]) => piece.repeat(n)) },
);

/** Texts that both grammars can write. */
const sayableText = anyText.filter((text) => text !== '' && text.length < 200 && !/[\0%]|\p{Surrogate}/u.test(text));

const decimal = fc
  .tuple(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.integer({ min: 0, max: 99 }))
  .map(([whole, cents]) => `${whole}.${String(cents).padStart(2, '0')}`);
const day = fc.date({ min: new Date('1969-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });

function freshValue(type: string): fc.Arbitrary<CriteriaValue> {
  switch (type) {
    case 'integer':
      return fc.integer({ min: -10, max: 1_000 });
    case 'currency':
    case 'double':
      return decimal;
    case 'date':
      return day.map((date) => date.toISOString().slice(0, 10));
    case 'datetime':
      return day.map((date) => `${date.toISOString().slice(0, 19)}+05:30`);
    case 'boolean':
      return fc.boolean();
    case 'id':
    case 'ownerlookup':
      return fc.bigInt({ min: 1n, max: 9_223_372_036_854_775_807n }).map(String);
    default:
      return sayableText;
  }
}

/** Values as they occur in the module, in the form in which conditions take them. */
function occurring(name: string, rows: readonly Row[]): CriteriaValue[] {
  const values = rows.flatMap((row) => {
    const value = row[name];
    if (value === null) return [];
    if (Array.isArray(value)) return value as string[];
    return typeof value === 'object' ? [(value as Row).id] : [value as CriteriaValue];
  });
  return [...new Set(values)].map((value) => (value === 1e-5 ? '0.00001' : value));
}

const LIKE: readonly CriteriaOperator[] = ['starts_with', 'ends_with', 'contains', 'not_contains'];

function comparison(dialect: 'search' | 'coql', rows: readonly Row[]): fc.Arbitrary<Comparison> {
  const operatorsOf = dialect === 'search' ? searchOperatorsOf : coqlOperatorsOf;
  const choices = HOSTILE_FIELDS.flatMap(({ name, type }) =>
    operatorsOf(type).map((operator) => ({ name, type, operator })),
  );
  const known = new Map(HOSTILE_FIELDS.map(({ name }) => [name, occurring(name, rows)]));
  return fc.constantFrom(...choices).chain(({ name, type, operator }) => {
    const value = fc
      .oneof(
        { weight: 3, arbitrary: fc.constantFrom(...(known.get(name) ?? [])) },
        { weight: 1, arbitrary: freshValue(type) },
      )
      .chain((chosen) => (LIKE.includes(operator) ? partOf(String(chosen)) : fc.constant(chosen)));
    return valuesFor(operator, value).map((values) => ({ field: name, type, operator, values }));
  });
}

/** A piece of a text, cut between characters; without the percent sign, which `like` cannot say. */
function partOf(text: string): fc.Arbitrary<string> {
  const characters = [...text.replaceAll('%', '')];
  return fc
    .tuple(fc.nat(characters.length), fc.nat(characters.length))
    .map(([a, b]) => characters.slice(Math.min(a, b), Math.max(a, b)).join('') || 'x');
}

function valuesFor(operator: CriteriaOperator, value: fc.Arbitrary<CriteriaValue>): fc.Arbitrary<CriteriaValue[]> {
  switch (operator) {
    case 'is_null':
    case 'is_not_null':
      return fc.constant([]);
    case 'between':
    case 'not_between':
      return fc.tuple(value, value);
    case 'in':
    case 'not_in':
      return fc.array(value, { minLength: 1, maxLength: 6 });
    default:
      return value.map((single) => [single]);
  }
}

/** Criteria that a dialect can say, over the hostile module: up to 9 conditions, three levels of groups. */
export function sayableCriteria(dialect: 'search' | 'coql', rows: readonly Row[]): fc.Arbitrary<RecordCriteria> {
  const leaf: fc.Arbitrary<RecordCriteria> = comparison(dialect, rows);
  const group = (inner: fc.Arbitrary<RecordCriteria>): fc.Arbitrary<RecordCriteria> =>
    fc.record({
      groupOperator: fc.constantFrom('and', 'or'),
      group: fc.array(inner, { minLength: 1, maxLength: 3 }),
    });
  return fc.oneof(leaf, group(leaf), group(fc.oneof(leaf, group(leaf))));
}
