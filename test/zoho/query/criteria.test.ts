import assert from 'node:assert/strict';
import { ZohoError } from '../../../src/zoho/errors/errors';
import { checkCriteriaFields } from '../../../src/zoho/query/check-criteria-fields';
import { coqlText, type CoqlQuery } from '../../../src/zoho/query/coql-query';
import { and, compare, type Comparison, type RecordCriteria, or } from '../../../src/zoho/query/criteria';
import { searchCriteria } from '../../../src/zoho/query/search-criteria';

const label = { operation: 'search_records', module: 'Deals' };
const search = (criteria: RecordCriteria) => searchCriteria(label, criteria);
const where = (criteria: RecordCriteria) =>
  coqlText({ select: ['id'], from: 'Deals', where: criteria }).replace(/^.* where (.*) limit 0, 200$/s, '$1');
const stage = compare('Stage', 'picklist', 'equals', 'Closed Won');
const amount = compare('Amount', 'currency', 'between', '-1.50', 1000);
const renewal = compare('Is_Renewal', 'boolean', 'equals', true);

function refusalOf(run: () => unknown): ZohoError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof ZohoError);
    assert.deepEqual([error.category, error.code, error.retryable], ['request_bug', 'NOT_SENT', false]);
    return error;
  }
  assert.fail('It was not refused.');
}

describe('searchCriteria', () => {
  it('writes groups in brackets', () => {
    const text = search(and(stage, or(amount, renewal)));
    assert.equal(text, '((Stage:equals:Closed Won)and((Amount:between:-1.50,1000)or(Is_Renewal:equals:true)))');
  });

  it('writes a group of one as what it contains', () => {
    assert.equal(search(and(or(stage))), '(Stage:equals:Closed Won)');
  });

  it('escapes brackets, commas and backslashes in values', () => {
    const text = search(compare('Deal_Name', 'text', 'in', 'a,b', ')or(Deal_Name:equals:x', '\\'));
    assert.equal(text, '(Deal_Name:in:a\\,b,\\)or\\(Deal_Name:equals:x,\\\\)');
  });

  const untyped = (change: Partial<Comparison>): RecordCriteria => ({ ...stage, ...change });
  const refused: [what: string, criteria: RecordCriteria, message: RegExp][] = [
    ['an operator of COQL', compare('Deal_Name', 'text', 'contains', 'x'), /operator/],
    [
      'an operator the type has not',
      untyped({ type: 'boolean', operator: 'greater_than', values: [true] }),
      /operator/,
    ],
    ['a type nobody compares', untyped({ type: 'subform' as 'text' }), /operator/],
    ['a type named like a method', untyped({ type: 'constructor' as 'text' }), /operator/],
    ['a name that breaks out', untyped({ field: 'Stage:equals:x)or(Stage' }), /API name/],
    ['a path through a lookup', compare('Account_Name.Industry', 'picklist', 'equals', 'x'), /API name/],
    ['two values for equals', untyped({ values: ['a', 'b'] }), /2 values, and 1/],
    ['one value for between', compare('Amount', 'currency', 'between', 1), /1 values, and 2/],
    [
      '101 values for in',
      untyped({ operator: 'in', values: Array<string>(101).fill('x') }),
      /101 values, and 1 to 100/,
    ],
    ['no value for in', untyped({ operator: 'in', values: [] }), /0 values/],
    ['an empty text', compare('Deal_Name', 'text', 'equals', ''), /empty text/],
    ['half a surrogate pair', compare('Deal_Name', 'text', 'equals', 'a\ud800'), /Unicode/],
    ['a number in exponents', compare('Amount', 'currency', 'equals', 1e21), /number/],
    ['an unsafe integer', compare('Amount', 'currency', 'equals', 2 ** 53), /as text/],
    ['NaN', compare('Amount', 'currency', 'equals', NaN), /decimal/],
    ['a fraction of an integer', compare('Probability', 'integer', 'equals', '1.5'), /whole/],
    ['a day that does not exist', compare('Closing_Date', 'date', 'equals', '2026-02-29'), /not a date/],
    ['a datetime without offset', compare('Modified_Time', 'datetime', 'equals', '2026-01-01T00:00:00'), /offset/],
    ['milliseconds', compare('Modified_Time', 'datetime', 'equals', '2026-01-01T00:00:00.5Z'), /whole seconds/],
    ['an id of 20 digits', compare('Owner', 'ownerlookup', 'equals', '10000000000000000000'), /id/],
    ['an id past 63 bits', compare('Owner', 'ownerlookup', 'equals', '9223372036854775808'), /id/],
    ['an empty group', and(), /empty/],
    ['11 conditions', or(...Array<RecordCriteria>(11).fill(stage)), /11 conditions .* 10/],
    ['a text too long for an address', compare('Deal_Name', 'text', 'equals', 'ü'.repeat(1_001)), /6006|characters/],
    ['26 levels', Array.from({ length: 26 }).reduce<RecordCriteria>((inner) => and(inner), stage), /levels deep/],
  ];
  for (const [what, criteria, message] of refused) {
    it(`refuses ${what}`, () => {
      assert.match(refusalOf(() => search(criteria)).message, message);
    });
  }

  it('keeps the value it refuses out of the error', () => {
    const error = refusalOf(() => search(compare('Amount', 'currency', 'equals', 'secret')));
    assert.doesNotMatch(`${error.stack} ${JSON.stringify(error)}`, /secret/);
  });
});

describe('coqlText', () => {
  it('writes a query with all its clauses', () => {
    const text = coqlText({
      select: ['Deal_Name', 'Account_Name.Account_Name'],
      from: 'Deals',
      where: and(stage, renewal, compare('id', 'id', 'greater_than', '5500000000376008')),
      orderBy: [{ field: 'Modified_Time', order: 'desc' }, { field: 'id' }],
      limit: 2_000,
      offset: 400,
    });
    assert.equal(
      text,
      'select Deal_Name, Account_Name.Account_Name from Deals ' +
        "where ((Stage = 'Closed Won' and Is_Renewal = 'true') and id > 5500000000376008) " +
        'order by Modified_Time desc, id asc limit 400, 2000',
    );
  });

  it('writes the WHERE clause that Zoho demands if none is given', () => {
    assert.equal(coqlText({ select: ['id'], from: 'Deals' }), 'select id from Deals where id is not null limit 0, 200');
  });

  const texts: [criteria: RecordCriteria, text: string][] = [
    [compare('Deal_Name', 'text', 'equals', 'O\'Neil \\ "x" 50%'), `Deal_Name = 'O''Neil \\ "x" 50%'`],
    [compare('Deal_Name', 'text', 'starts_with', "a'"), "Deal_Name like 'a''%'"],
    [compare('Deal_Name', 'text', 'ends_with', 'a'), "Deal_Name like '%a'"],
    [compare('Deal_Name', 'text', 'not_contains', 'a'), "Deal_Name not like '%a%'"],
    [compare('Deal_Name', 'text', 'is_null'), 'Deal_Name is null'],
    [compare('Amount', 'currency', 'not_between', '1', '2.5'), 'Amount not between 1 and 2.5'],
    [compare('Closing_Date', 'date', 'less_equal', '2026-01-31'), "Closing_Date <= '2026-01-31'"],
    [compare('Owner', 'ownerlookup', 'not_in', '1', '2'), 'Owner not in (1, 2)'],
    [compare('External', 'text', 'equals', 'x'), `"External" = 'x'`],
    [compare('What_Id->Deals.Stage', 'picklist', 'equals', 'x'), "What_Id->Deals.Stage = 'x'"],
    [and(stage), "Stage = 'Closed Won'"],
  ];
  for (const [criteria, text] of texts) {
    it(`writes ${text}`, () => {
      assert.equal(where(criteria), text);
    });
  }

  it('writes aggregates with their groups', () => {
    const text = coqlText({
      select: ['Stage', { aggregate: 'SUM', field: 'Amount', as: 'total' }],
      from: 'Deals',
      groupBy: ['Stage'],
    });
    assert.equal(
      text,
      'select Stage, SUM(Amount) as total from Deals where id is not null group by Stage limit 0, 200',
    );
  });

  const base: CoqlQuery = { select: ['id'], from: 'Deals' };
  const names = (count: number) => Array.from({ length: count }, (_, index) => `Field_${index}`);
  const refused: [what: string, query: CoqlQuery, message: RegExp][] = [
    ['a percent sign for like', { ...base, where: compare('Deal_Name', 'text', 'contains', '5%') }, /%/],
    ['a multi-line text in WHERE', { ...base, where: compare('Notes', 'textarea', 'equals', 'x') }, /operator/],
    ['26 conditions', { ...base, where: or(...Array<RecordCriteria>(26).fill(stage)) }, /26 conditions .* 25/],
    ['51 columns', { ...base, select: names(51) }, /51 columns .* 50/],
    ['no column', { ...base, select: [] }, /no column/],
    ['a column named twice', { ...base, select: ['Stage', 'Stage'] }, /column field is named twice/],
    ['three relations', { ...base, select: ['A.B.C.D'] }, /two relations/],
    ['a column that breaks out', { ...base, select: ['id from Users where id is not null --'] }, /API name/],
    ['a module that breaks out', { ...base, from: 'Deals where' }, /module is not an API name/],
    ['a limit of 0', { ...base, limit: 0 }, /limit of 0/],
    ['a limit of 2,001', { ...base, limit: 2_001 }, /2001 rows/],
    ['rows past 100,000', { ...base, offset: 99_900, limit: 101 }, /keyset/],
    ['11 fields to order by', { ...base, orderBy: names(11).map((field) => ({ field })) }, /ORDER BY .* 10/],
    ['ordering twice by a field', { ...base, orderBy: [{ field: 'id' }, { field: 'id' }] }, /ORDER BY field/],
    ['5 fields to group by', { ...base, select: ['Field_0'], groupBy: names(5) }, /GROUP BY .* 4/],
    ['a column outside of GROUP BY', { ...base, groupBy: ['Stage'] }, /neither/],
    ['COUNT without GROUP BY', { ...base, select: [{ aggregate: 'COUNT', field: 'id', as: 'n' }] }, /countRecords/],
    [
      'two columns with one key',
      { ...base, select: ['n', { aggregate: 'COUNT', field: 'id', as: 'n' }], groupBy: ['n'] },
      /named twice/,
    ],
    ['an alias that breaks out', { ...base, select: [{ aggregate: 'SUM', field: 'Amount', as: 'a from b' }] }, /alias/],
  ];
  for (const [what, query, message] of refused) {
    it(`refuses ${what}`, () => {
      assert.match(refusalOf(() => coqlText(query)).message, message);
    });
  }

  it('takes more columns where the organization does', () => {
    assert.match(coqlText({ ...base, select: names(60) }, 500), /Field_59 from/);
  });
});

describe('checkCriteriaFields', () => {
  const field = (apiName: string, dataType: string, changes = {}) => ({
    apiName,
    dataType,
    formulaReturnType: null,
    rollupReturnType: null,
    encrypted: false,
    filterable: true,
    searchable: true,
    ...changes,
  });
  const fields = [
    field('Amount', 'currency'),
    field('Secret', 'text', { encrypted: true }),
    field('Margin', 'formula', { formulaReturnType: 'Currency' }),
    field('Account_Name', 'lookup'),
    field('Lines', 'subform'),
    field('Hidden', 'text', { filterable: false, searchable: false }),
  ];
  const check = (criteria: RecordCriteria) => checkCriteriaFields(label, criteria, fields);

  it('takes fields as their metadata says, formulas by what they return, paths by their lookup', () => {
    check(
      and(
        amount,
        compare('Margin', 'currency', 'less_than', 5),
        compare('Secret', 'text', 'equals', 'x'),
        compare('Account_Name.Industry', 'picklist', 'equals', 'x'),
        compare('id', 'id', 'in', '1'),
      ),
    );
  });

  const refused: [criteria: RecordCriteria, message: RegExp][] = [
    [compare('Nope', 'text', 'equals', 'x'), /Nope is no field/],
    [compare('Amount', 'text', 'equals', 'x'), /type currency and is compared as text/],
    [compare('Amount.x', 'text', 'equals', 'x'), /not a lookup/],
    [compare('Lines', 'text', 'equals', 'x'), /subform, which cannot/],
    [compare('Secret', 'text', 'starts_with', 'x'), /encrypted/],
    [compare('Hidden', 'text', 'equals', 'x'), /neither be filtered nor searched/],
    [compare('id', 'text', 'equals', 'x'), /is an id/],
  ];
  for (const [criteria, message] of refused) {
    it(`refuses what ${message} says`, () => {
      assert.match(refusalOf(() => check(criteria)).message, message);
    });
  }
});
