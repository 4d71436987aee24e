import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Condition } from '../../../simulator/query/condition';
import { parseCoql } from '../../../simulator/query/coql-parser';
import { parseSearchCriteria } from '../../../simulator/query/search-criteria';
import { ZohoError } from '../../../src/zoho/errors/errors';
import { coqlText } from '../../../src/zoho/query/coql-query';
import type { Comparison, RecordCriteria } from '../../../src/zoho/query/criteria';
import { searchCriteria } from '../../../src/zoho/query/search-criteria';
import { anyText, sayableCriteria } from './criteria-arbitraries';
import { HOSTILE_MODULE, type HostileBench, startHostileBench } from './hostile-module';

const label = { operation: 'search_records', module: HOSTILE_MODULE };
const RUNS = { numRuns: 2_000 };

describe('the texts of criteria', () => {
  let bench: HostileBench;
  before(async () => {
    bench = await startHostileBench(50);
  });
  after(() => bench.stop());

  const parseSearch = (text: string): Condition => {
    const { records } = bench.simulator.control.simulation;
    return simplified(parseSearchCriteria(records, records.open(HOSTILE_MODULE), text));
  };
  const searchConditionOf = (criteria: RecordCriteria) => parseSearch(searchCriteria(label, criteria));
  const coqlConditionOf = (where: RecordCriteria) =>
    simplified(parseCoql(coqlText({ select: ['id'], from: HOSTILE_MODULE, where })).condition);

  it('mean in Search Records what the tree means', () => {
    fc.assert(
      fc.property(sayableCriteria('search', bench.rows), (criteria) => {
        assert.deepEqual(searchConditionOf(criteria), conditionOf(criteria));
      }),
      RUNS,
    );
  });

  it('mean in COQL what the tree means, bracketed in pairs', () => {
    fc.assert(
      fc.property(sayableCriteria('coql', bench.rows), (criteria) => {
        assert.deepEqual(coqlConditionOf(criteria), inPairs(conditionOf(criteria)));
      }),
      RUNS,
    );
  });

  it('stand in queries whose clauses mean what was asked for', () => {
    const names = fc.uniqueArray(fc.constantFrom('Name', 'Owner.name', 'External', 'Order', 'limit', 'Field_1'), {
      minLength: 1,
    });
    const queries = fc.record({
      select: names,
      from: fc.constant(HOSTILE_MODULE),
      where: fc.option(sayableCriteria('coql', bench.rows), { nil: undefined }),
      orderBy: names.map((fields) => fields.map((field) => ({ field, order: 'desc' as const }))),
      limit: fc.integer({ min: 1, max: 2_000 }),
      offset: fc.integer({ min: 0, max: 98_000 }),
    });
    fc.assert(
      fc.property(queries, (query) => {
        const { columns, module, order, limit, offset } = parseCoql(coqlText(query));
        assert.deepEqual([columns, module, limit, offset], [query.select, query.from, query.limit, query.offset]);
        assert.deepEqual(
          order,
          query.orderBy.map(({ field }) => ({ path: field, descending: true })),
        );
      }),
    );
  });

  it('stand in grouped queries', () => {
    const functions = fc.uniqueArray(fc.constantFrom('COUNT', 'SUM', 'AVG', 'MIN', 'MAX'), { minLength: 1 });
    fc.assert(
      fc.property(functions, fc.constantFrom('Name', 'Order'), (chosen, group) => {
        const aggregates = chosen.map(
          (aggregate, place) => ({ aggregate, field: 'Field_2', as: `key${place}` }) as const,
        );
        const parsed = parseCoql(coqlText({ select: [group, ...aggregates], from: HOSTILE_MODULE, groupBy: [group] }));
        assert.deepEqual([parsed.columns, parsed.groupBy], [[group], [group]]);
        assert.deepEqual(
          parsed.aggregates,
          aggregates.map(({ aggregate, field, as }) => ({ function: aggregate.toLowerCase(), path: field, key: as })),
        );
      }),
    );
  });

  it('hold every text as one value in Search Records, or are refused', () => {
    const operators = fc.constantFrom('equals', 'not_equal', 'starts_with', 'in');
    fc.assert(
      fc.property(operators, fc.array(anyText, { minLength: 1, maxLength: 3 }), (operator, values) => {
        const criteria = textComparison(operator, values);
        const isLong = values.join('').length > 500;
        assertHeldOrRefused(() => searchConditionOf(criteria), isLong || values.some(isUnsayable), criteria);
      }),
      RUNS,
    );
  });

  it('hold every text as one value in COQL, or are refused', () => {
    const operators = fc.constantFrom('equals', 'in', 'not_in', 'starts_with', 'ends_with', 'contains', 'not_contains');
    fc.assert(
      fc.property(operators, fc.array(anyText, { minLength: 1, maxLength: 3 }), (operator, values) => {
        const criteria = textComparison(operator, values);
        const isPattern = operator !== 'equals' && operator !== 'in' && operator !== 'not_in';
        const mayRefuse = values.some((text) => isUnsayable(text) || (isPattern && text.includes('%')));
        assertHeldOrRefused(() => coqlConditionOf(criteria), mayRefuse, criteria);
      }),
      RUNS,
    );
  });

  it('hold no name but an API name', () => {
    fc.assert(
      fc.property(anyText, (name) => {
        const criteria: RecordCriteria = { field: name, type: 'text', operator: 'equals', values: ['x'] };
        const isName = /^[A-Za-z$][\w$]{0,99}$/.test(name);
        assert.equal(outcome(() => searchCriteria(label, criteria)) !== 'refused', isName);
        assert.equal(outcome(() => coqlText({ select: [name], from: HOSTILE_MODULE })) !== 'refused', isName);
        assert.equal(outcome(() => coqlText({ select: ['id'], from: name })) !== 'refused', isName);
      }),
    );
  });
});

function textComparison(operator: Comparison['operator'], values: readonly string[]): Comparison {
  const several = operator === 'in' || operator === 'not_in';
  return { field: 'Name', type: 'text', operator, values: several ? values : values.slice(0, 1) };
}

/** Neither grammar can say an empty text or one that no UTF-8 can carry. */
function isUnsayable(text: string): boolean {
  return text === '' || /\0|\p{Surrogate}/u.test(text);
}

function assertHeldOrRefused(parsed: () => Condition, mayRefuse: boolean, criteria: Comparison): void {
  const result = outcome(parsed);
  if (result === 'refused') assert.ok(mayRefuse);
  else assert.deepEqual(result, conditionOf(criteria));
}

/** Result of a function, or its refusal of the input as a bug of the caller. Everything else fails the test. */
function outcome<T>(run: () => T): T | 'refused' {
  try {
    return run();
  } catch (error) {
    if (error instanceof ZohoError && error.category === 'request_bug') return 'refused';
    throw error;
  }
}

const COMPARISONS = { equals: 'equal', is_null: 'empty', is_not_null: 'not_empty' } as const;

/** A tree in the words of the simulator. */
function conditionOf(criteria: RecordCriteria): Condition {
  if ('group' in criteria) {
    const parts = criteria.group.map(conditionOf);
    return simplified(criteria.groupOperator === 'and' ? { all: parts } : { any: parts });
  }
  const { field, operator, values } = criteria;
  const comparison = operator in COMPARISONS ? COMPARISONS[operator as keyof typeof COMPARISONS] : operator;
  return { path: field, comparison, operands: values.map(String) } as Condition;
}

/** Groups of one are what they contain. */
function simplified(condition: Condition): Condition {
  if ('path' in condition) return condition;
  const parts = ('all' in condition ? condition.all : condition.any).map(simplified);
  const [only] = parts;
  if (only && parts.length === 1) return only;
  return 'all' in condition ? { all: parts } : { any: parts };
}

function inPairs(condition: Condition): Condition {
  if ('path' in condition) return condition;
  const isAnd = 'all' in condition;
  return (isAnd ? condition.all : condition.any)
    .map(inPairs)
    .reduce((left, right) => (isAnd ? { all: [left, right] } : { any: [left, right] }));
}
