import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MAX_JSON_DEPTH, parseExactJson } from '../../../src/domain/records/parse-exact-json';

describe('JSON with exact numbers', () => {
  const digits = (text: string): unknown => parseExactJson(text, (number) => `<${number}>`);

  it('hands out the digits of every number as they stand', () => {
    assert.deepEqual(digits('{"a":[1,-2.50,1E+9],"b":12345678901234567890.10}'), {
      a: ['<1>', '<-2.50>', '<1E+9>'],
      b: '<12345678901234567890.10>',
    });
  });

  it('leaves texts and keys alone, even if they look like numbers', () => {
    const text = '{"1":"2","\\u0001n3":"\\u0001n4","a\\"5":"6\\\\","{[":"]}: 7"}';

    assert.deepEqual(digits(text), JSON.parse(text));
  });

  it('agrees with JSON.parse on every value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'medium' }), (value) => {
        const text = JSON.stringify(value);
        assert.deepEqual(parseExactJson(text, Number), JSON.parse(text));
      }),
    );
  });

  it('refuses what is not JSON, without repeating it', () => {
    for (const text of ['', '{"secret":', '[1 2]', '{1:2}', '01', '[secret]', 'NaN']) {
      assert.throws(() => digits(text), { name: 'SyntaxError', message: 'The text is not JSON.' });
    }
  });

  it('refuses what is nested too deep, however deep that is', () => {
    const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

    assert.ok(digits(nested(MAX_JSON_DEPTH)));
    for (const levels of [MAX_JSON_DEPTH + 1, 200_000]) {
      assert.throws(() => digits(nested(levels)), {
        name: 'RangeError',
        message: 'JSON is nested more than 64 levels deep.',
      });
    }
  });
});
