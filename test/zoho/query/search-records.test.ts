import assert from 'node:assert/strict';
import { compare } from '../../../src/zoho/query/criteria';
import { searchRecords, type SearchRecordsQuery } from '../../../src/zoho/query/search-records';
import { failureOf } from '../support/failures';
import { type Bench, startBench } from '../support/stub-zoho';

const page = { data: [{ id: '5500000000376008' }], info: { per_page: 50, count: 1, page: 2, more_records: true } };

describe('searchRecords', () => {
  let bench: Bench;
  before(async () => {
    bench = await startBench();
  });
  after(() => bench.stop());

  it('sends criteria, fields and paging', async () => {
    bench.zoho.answer(200, page);
    const criteria = compare('Deal_Name', 'text', 'starts_with', 'A&B (x)');
    const result = await searchRecords(bench.transport, 'Deals', {
      criteria,
      fields: ['Deal_Name', 'Amount'],
      page: 2,
      perPage: 50,
      converted: 'both',
    });
    assert.equal(bench.zoho.last.url.pathname, '/crm/v8/Deals/search');
    assert.deepEqual(Object.fromEntries(bench.zoho.last.url.searchParams), {
      criteria: '(Deal_Name:starts_with:A&B \\(x\\))',
      fields: 'Deal_Name,Amount',
      page: '2',
      per_page: '50',
      converted: 'both',
    });
    assert.deepEqual([result.count, result.moreRecords], [1, true]);
    assert.deepEqual([bench.calls.at(-1)?.operation, bench.calls.at(-1)?.credits], ['search_records', 1]);
  });

  it('sends e-mail, phone and word as they are', async () => {
    for (const [name, value] of [
      ['email', 'a+b@example.test'],
      ['phone', '+1 (555) 0100'],
      ['word', 'Größe, "XL"'],
    ] as const) {
      bench.zoho.answer(200, page);
      await searchRecords(bench.transport, 'Contacts', { [name]: value } as unknown as SearchRecordsQuery);
      assert.deepEqual(Object.fromEntries(bench.zoho.last.url.searchParams), { [name]: value });
    }
  });

  it('takes 204 as no match', async () => {
    bench.zoho.answer(204);
    const { body, count, moreRecords } = await searchRecords(bench.transport, 'Deals', { word: 'nothing' });
    assert.deepEqual([body, count, moreRecords], [null, 0, false]);
  });

  it('keeps what was searched for out of errors', async () => {
    bench.zoho.answer(400, { code: 'INVALID_QUERY', details: { reason: 'near Roe' }, message: 'Roe', status: 'error' });
    const error = await failureOf(searchRecords(bench.transport, 'Contacts', { word: 'Roe' }));
    assert.equal(error.category, 'validation');
    assert.doesNotMatch(`${error.stack}${JSON.stringify(error)}`, /Roe/);
  });

  it('takes the end of what can be paged through as a lost cursor', async () => {
    bench.zoho.answer(400, { code: 'LIMIT_REACHED', details: { limit: '2000' }, message: 'm', status: 'error' });
    assert.equal((await failureOf(searchRecords(bench.transport, 'Deals', { word: 'x' }))).category, 'cursor_lost');
  });

  const refused: [what: string, query: SearchRecordsQuery, message: RegExp][] = [
    ['two filters', { word: 'x', email: 'y' }, /2 of criteria/],
    ['no filter', {} as SearchRecordsQuery, /0 of criteria/],
    ['an empty word', { word: ' ' }, /empty/],
    ['a broken word', { word: '\ud800' }, /address/],
    ['a page past 2,000 records', { word: 'x', page: 11 }, /past 2000/],
    ['51 fields', { word: 'x', fields: Array<string>(51).fill('A') }, /51 fields/],
  ];
  for (const [what, query, message] of refused) {
    it(`refuses ${what} before the call`, async () => {
      const sent = bench.zoho.received.length;
      const error = await failureOf(searchRecords(bench.transport, 'Deals', query));
      assert.equal(error.category, 'request_bug');
      assert.match(error.message, message);
      assert.equal(bench.zoho.received.length, sent);
    });
  }
});
