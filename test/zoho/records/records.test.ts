import assert from 'node:assert/strict';
import { queryRecords } from '../../../src/zoho/query/coql-query';
import { countRecords } from '../../../src/zoho/records/count-records';
import { listDeleted } from '../../../src/zoho/records/deleted-records';
import { getRecord } from '../../../src/zoho/records/get-record';
import { listRecords, type ListRecordsQuery } from '../../../src/zoho/records/list-records';
import { failureOf } from '../support/failures';
import { type Bench, startBench } from '../support/stub-zoho';

const page = { data: [{ id: '5500000000376008' }], info: { count: 1, more_records: true, next_page_token: 'bca6fb' } };
const names = (count: number) => Array.from({ length: count }, (_, index) => `Field_${index}`);

describe('record calls', () => {
  let bench: Bench;
  before(async () => {
    bench = await startBench();
  });
  after(() => bench.stop());

  describe('listRecords', () => {
    it('sends the requested parameters, with times in the header and escaped values', async () => {
      bench.zoho.answer(200, page);
      await listRecords(bench.transport, 'Deals', {
        fields: ['Deal_Name', 'Amount'],
        perPage: 200,
        pageToken: 'a+b/c=',
        sortBy: 'Modified_Time',
        sortOrder: 'asc',
        modifiedSince: '2026-01-28T13:00:00+05:30',
        converted: 'both',
      });
      const { url, headers } = bench.zoho.last;
      assert.equal(url.pathname, '/crm/v8/Deals');
      assert.deepEqual(Object.fromEntries(url.searchParams), {
        fields: 'Deal_Name,Amount',
        per_page: '200',
        page_token: 'a+b/c=',
        sort_by: 'Modified_Time',
        sort_order: 'asc',
        converted: 'both',
      });
      assert.equal(headers['if-modified-since'], '2026-01-28T13:00:00+05:30');
    });

    it('returns the bytes and what info says about them', async () => {
      const text = JSON.stringify(page);
      bench.zoho.answer(200, text);
      const result = await listRecords(bench.transport, 'Deals', { fields: ['Deal_Name'] });
      assert.equal(result.body?.toString('utf8'), text);
      assert.deepEqual([result.count, result.moreRecords, result.nextPageToken], [1, true, 'bca6fb']);
    });

    it('takes 204 and 304 as no records', async () => {
      for (const status of [204, 304]) {
        bench.zoho.respond((response) => response.writeHead(status).end());
        const { body, count, moreRecords, nextPageToken } = await listRecords(bench.transport, 'Deals', {
          fields: ['id'],
        });
        assert.deepEqual([body, count, moreRecords, nextPageToken], [null, 0, false, null]);
      }
    });

    it('keeps a module name from changing the path', async () => {
      bench.zoho.answer(200, page);
      await listRecords(bench.transport, '../../oauth?x=', { fields: ['id'] });
      assert.equal(bench.zoho.last.url.pathname, '/crm/v8/..%2F..%2Foauth%3Fx%3D');
    });

    const overLimit: [what: string, query: ListRecordsQuery, message: RegExp][] = [
      ['51 fields', { fields: names(51) }, /51 fields .* 50/],
      ['no field', { fields: [] }, /no field/],
      ['101 ids', { fields: ['id'], ids: names(101) }, /101 ids .* 100/],
      ['an empty list of ids', { fields: ['id'], ids: [] }, /ids is empty/],
      ['page and page token', { fields: ['id'], page: 1, pageToken: 'x' }, /page token/],
      ['201 rows a page', { fields: ['id'], perPage: 201 }, /201 rows/],
      ['0 rows a page', { fields: ['id'], perPage: 0 }, /0 rows/],
      ['page 0', { fields: ['id'], page: 0 }, /page 0/],
    ];
    for (const [what, query, message] of overLimit) {
      it(`refuses ${what} before the call`, async () => {
        const sent = bench.zoho.received.length;
        const error = await failureOf(listRecords(bench.transport, 'Deals', query));
        assert.deepEqual([error.category, error.retryable], ['request_bug', false]);
        assert.match(error.message, message);
        assert.equal(bench.zoho.received.length, sent);
      });
    }

    it('refuses a header value that would break the request', async () => {
      const query = { fields: ['id'], modifiedSince: '2026-01-01\r\nx: y' };
      assert.equal((await failureOf(listRecords(bench.transport, 'Deals', query))).category, 'request_bug');
    });
  });

  describe('getRecord', () => {
    const id = '5500000000376008';

    it('returns the bytes of the record', async () => {
      const text = JSON.stringify({ data: [{ id, code: 'A', status: 'error' }] });
      bench.zoho.answer(200, text);
      const record = await getRecord(bench.transport, 'Deals', id, { fields: ['Deal_Name'] });
      assert.equal(record?.body.toString('utf8'), text);
      assert.equal(bench.zoho.last.url.href, `http://stub.invalid/crm/v8/Deals/${id}?fields=Deal_Name`);
    });

    it('returns null however Zoho says that there is no such record', async () => {
      const invalid = (details: object) => ({ code: 'INVALID_DATA', details, message: 'm', status: 'error' });
      const answers: [number, unknown][] = [
        [204, undefined],
        [404, invalid({ id })],
        [404, { code: 'RESOURCE_NOT_FOUND', details: {}, message: 'm', status: 'error' }],
        [400, invalid({ id })],
        [400, invalid({ resource_path_index: 1 })],
      ];
      for (const [status, body] of answers) {
        bench.zoho.answer(status, body);
        assert.equal(await getRecord(bench.transport, 'Deals', id), null, `${status} ${JSON.stringify(body)}`);
      }
    });

    it('does not take a wrong module, a wrong address or a proxy page for a missing record', async () => {
      const invalid = (code: string, details: object) => ({ code, details, message: 'm', status: 'error' });
      const answers: [number, unknown][] = [
        [400, invalid('INVALID_MODULE', { resource_path_index: 0 })],
        [400, invalid('INVALID_DATA', { resource_path_index: 0 })],
        [404, invalid('INVALID_URL_PATTERN', {})],
        [404, '<html>Not Found</html>'],
      ];
      for (const [status, body] of answers) {
        bench.zoho.answer(status, body);
        await failureOf(getRecord(bench.transport, 'Deals', id));
      }
    });

    it('does not return a record that is cut', async () => {
      bench.zoho.answer(200, `{"data":[{"id":"${id}"`);
      assert.equal((await failureOf(getRecord(bench.transport, 'Deals', id))).category, 'network');
    });
  });

  describe('countRecords', () => {
    it('reads the count as number and as text', async () => {
      for (const count of [1_234_567, '1234567']) {
        bench.zoho.answer(200, { count });
        assert.equal((await countRecords(bench.transport, 'Deals')).count, 1_234_567);
      }
    });

    it('does not take an answer without a count for zero', async () => {
      bench.zoho.answer(200, { cnt: 5 });
      assert.equal((await failureOf(countRecords(bench.transport, 'Deals'))).category, 'server');
    });

    it('passes criteria and converted', async () => {
      bench.zoho.answer(200, { count: 0 });
      await countRecords(bench.transport, 'Leads', { criteria: '(Company:equals:A&B)', converted: 'both' });
      const query = Object.fromEntries(bench.zoho.last.url.searchParams);
      assert.deepEqual(query, { criteria: '(Company:equals:A&B)', converted: 'both' });
    });
  });

  describe('listDeleted', () => {
    it('returns ids, kinds and times', async () => {
      const deleted = {
        id: '5500000000376008',
        type: 'permanent',
        deleted_time: '2026-02-01T10:00:00+05:30',
        deleted_by: null,
      };
      bench.zoho.answer(200, { data: [deleted], info: { per_page: 200, count: 1, page: 1, more_records: true } });
      const result = await listDeleted(bench.transport, 'Deals', { type: 'all', page: 1, perPage: 200 });
      assert.deepEqual(result.records, [
        { id: '5500000000376008', type: 'permanent', deletedTime: '2026-02-01T10:00:00+05:30' },
      ]);
      assert.equal(result.moreRecords, true);
      assert.equal(bench.calls.at(-1)?.credits, 2);
    });

    it('takes 204 as nothing deleted', async () => {
      bench.zoho.answer(204);
      assert.deepEqual((await listDeleted(bench.transport, 'Deals', {})).records, []);
    });

    it('raises errors that come inside data', async () => {
      bench.zoho.answer(200, { data: [{ code: 'NO_PERMISSION', details: {}, message: 'm', status: 'error' }] });
      assert.equal((await failureOf(listDeleted(bench.transport, 'Deals', {}))).category, 'permission');
    });
  });

  describe('queryRecords', () => {
    it('posts the query and keeps it out of reports', async () => {
      bench.zoho.answer(200, { data: [{ id: '1' }], info: { count: 1, more_records: false } });
      const query = "select Last_Name from Contacts where Last_Name = 'Roe' limit 0, 2000";
      const result = await queryRecords(bench.transport, query);
      assert.deepEqual([result.count, result.moreRecords, result.nextPageToken], [1, false, null]);
      assert.deepEqual(JSON.parse(bench.zoho.last.body), { select_query: query });
      const call = bench.calls.at(-1);
      assert.deepEqual([call?.module, call?.credits, call?.bytesSent], ['Contacts', 3, bench.zoho.last.body.length]);
      assert.doesNotMatch(JSON.stringify(call), /Roe/);
    });

    it('keeps the query out of errors', async () => {
      const details = { near: "'Roe'", line: 1, column: 42, clause: 'where' };
      bench.zoho.answer(400, { code: 'SYNTAX_ERROR', details, message: "near 'Roe'", status: 'error' });
      const error = await failureOf(queryRecords(bench.transport, "select id from Contacts where Last_Name == 'Roe'"));
      assert.equal(error.category, 'validation');
      assert.deepEqual(error.details, { line: 1, column: 42, clause: 'where' });
      assert.doesNotMatch(`${error.stack}${JSON.stringify(error)}`, /Roe/);
    });
  });
});
