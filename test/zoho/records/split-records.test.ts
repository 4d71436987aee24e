import assert from 'node:assert/strict';
import fc from 'fast-check';
import { joinMembers, splitRecords } from '../../../src/zoho/records/split-records';

const pageOf = (...records: string[]) => Buffer.from(`{"data":[${records.join(',')}],"info":{"count":1}}`);

describe('splitRecords', () => {
  it('keeps every digit and escape of a value', () => {
    const record = String.raw`{"id":"1","a":12345678901234567.10,"b":"\u00e9\"\\","c":{"id":"2","d":[1,{}]},"e":null}`;
    const [{ members } = assert.fail('no record')] = splitRecords(pageOf(record));
    assert.deepEqual(
      [...members.values()],
      ['"1"', '12345678901234567.10', String.raw`"\u00e9\"\\"`, '{"id":"2","d":[1,{}]}', 'null'],
    );
  });

  it('gives back any record byte by byte', () => {
    const name = fc.stringMatching(/^[A-Za-z]\w{0,9}$/).filter((key) => key !== 'id' && key !== '__proto__');
    const record = fc.dictionary(name, fc.jsonValue(), { maxKeys: 8 }).map((fields) => ({ id: '1', ...fields }));
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(undefined, 1, '\t'),
        (rows, space) => {
          const body = Buffer.from(JSON.stringify({ info: { data: [1] }, data: rows }, null, space));
          const joined = splitRecords(body).map(({ members }) => joinMembers(members));
          const text = Buffer.from(`[${joined.join(',')}]`, 'latin1').toString('utf8');
          assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(rows)));
        },
      ),
    );
  });

  it('refuses every beginning of a page', () => {
    const body = pageOf('{"id":"1","a":"x\\"y","b":[1,2]}', '{"id":"2"}');
    for (let length = 0; length < body.length - 1; length++) {
      assert.throws(() => splitRecords(body.subarray(0, length)), SyntaxError, `${length} bytes`);
    }
  });

  it('refuses a record without an id', () => {
    assert.throws(() => splitRecords(pageOf('{"a":1}')), SyntaxError);
  });
});
