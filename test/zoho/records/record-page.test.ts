import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ZohoError } from '../../../src/zoho/errors/errors';
import { infoAtTail, readRecordPage } from '../../../src/zoho/records/record-page';

const label = { operation: 'list_records', module: 'Deals' };
const answerOf = (text: string) => ({ status: 200, body: Buffer.from(text), serverTime: new Date(0) });
const read = (text: string) => readRecordPage(label, answerOf(text));

/** Values made to look like the end of a page. */
const trap = fc.constantFrom(
  '"info":',
  '"info":{"count":7,"more_records":true}}',
  '],"info":{"count":7,"more_records":true,"next_page_token":"x"}}',
  '\\"info":{}}',
  'info',
  '\\',
  '"',
  '}',
);
const text = fc.oneof(
  trap,
  fc.string(),
  fc.tuple(fc.string(), trap, fc.string()).map((parts) => parts.join('')),
);
const key = fc.oneof(fc.constantFrom('info', 'data', 'a"info', 'info"'), fc.string({ maxLength: 8 }));
const record = fc.dictionary(
  key,
  fc.oneof(text, fc.jsonValue({ maxDepth: 2 }), fc.record({ info: fc.record({ count: fc.nat() }) })),
);
const info = fc.record({
  per_page: fc.constant(200),
  count: fc.nat({ max: 200 }),
  page: fc.nat(),
  more_records: fc.boolean(),
  next_page_token: fc.option(fc.oneof(trap, fc.base64String()), { nil: null }),
});
const indent = fc.constantFrom(undefined, 1, '\t', 2);
const space = fc.constantFrom('', ' ', '\n', ' \r\n\t');

describe('record page', () => {
  it('reads the info of every page as a full parse would, for all records', () => {
    const property = fc.property(fc.array(record, { maxLength: 5 }), info, indent, space, (data, page, tabs, tail) => {
      const result = read(JSON.stringify({ data, info: page }, null, tabs) + tail);
      assert.equal(result.count, page.count);
      assert.equal(result.moreRecords, page.more_records);
      assert.equal(result.nextPageToken, page.next_page_token);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('reads the info also where it stands before the records', () => {
    const property = fc.property(fc.array(record, { maxLength: 5 }), info, (data, page) => {
      const result = read(JSON.stringify({ info: page, data }));
      assert.deepEqual([result.count, result.moreRecords], [page.count, page.more_records]);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('never takes something else of a JSON text for its top-level info', () => {
    const property = fc.property(fc.dictionary(key, fc.jsonValue()), (value) => {
      const found = infoAtTail(Buffer.from(JSON.stringify(value)));
      if (found !== null) assert.equal(found.count, (value['info'] as { count: number }).count);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('finds the info without a full parse in the form Zoho sends', () => {
    const body =
      '{"data":[{"id":"1","Name":"x"}],"info":{"per_page":200,"count":1,"more_records":true,"next_page_token":"t"}}';
    assert.deepEqual(infoAtTail(Buffer.from(body)), { count: 1, moreRecords: true, nextPageToken: 't' });
  });

  it('refuses a page that is cut anywhere', () => {
    const property = fc.property(
      fc.array(record, { maxLength: 3 }),
      info,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (data, page, at) => {
        const whole = Buffer.from(JSON.stringify({ data, info: page }));
        const cut = whole.subarray(0, Math.floor(at * (whole.length - 1)));
        const outcome = () => readRecordPage(label, { ...answerOf(''), body: cut });
        assert.throws(outcome, (error) => error instanceof ZohoError && error.category === 'network');
      },
    );
    fc.assert(property, { numRuns: 300 });
  });

  it('keeps the bytes untouched', () => {
    const answer = answerOf('{"data":[],"info":{"count":0,"more_records":false}}');
    assert.equal(readRecordPage(label, answer).body, answer.body);
  });

  it('raises an error that hides in a successful answer', () => {
    const body = '{"data":[{"code":"NO_PERMISSION","details":{},"message":"permission denied","status":"error"}]}';
    assert.throws(
      () => read(body),
      (error) => error instanceof ZohoError && error.category === 'permission',
    );
  });

  it('does not take a page without info for the last one', () => {
    assert.throws(
      () => read('{"data":[{"id":"1"}]}'),
      (error) => error instanceof ZohoError && error.code === 'UNEXPECTED_ANSWER' && error.retryable,
    );
  });
});
