import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ZohoError } from '../../../src/zoho/errors/errors';
import { JsonNumber, exactJson } from '../../../src/zoho/http/exact-json';

const label = { operation: 'update_records' };
const write = (value: unknown) => exactJson(label, value);

const decimal = fc
  .tuple(fc.constantFrom('', '-'), fc.stringMatching(/^(0|[1-9]\d{0,30})$/), fc.stringMatching(/^(\.\d{1,20})?$/))
  .map((parts) => parts.join(''));
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.maxSafeInteger(),
    fc.array(tie('any')),
    fc.dictionary(fc.string(), tie('any')),
  ),
})).any;

describe('exact JSON', () => {
  it('writes every exact number digit by digit', () => {
    fc.assert(
      fc.property(decimal, (text) => {
        assert.equal(write({ Amount: new JsonNumber(text) }), `{"Amount":${text}}`);
      }),
    );
  });

  it('is the JSON that a parser reads back as the same value', () => {
    fc.assert(
      fc.property(value, (given) => {
        assert.deepEqual(JSON.parse(write(given)), JSON.parse(JSON.stringify(given)));
      }),
    );
  });

  it('keeps null and leaves out what is undefined', () => {
    assert.equal(write({ Amount: null, Stage: undefined, Name: 'A "b"' }), '{"Amount":null,"Name":"A \\"b\\""}');
  });

  for (const [what, given] of [
    ['a number that is not finite, which would clear the field', { Amount: NaN }],
    ['an integer that a double has rounded', { Employees: 2 ** 53 }],
    ['undefined in a list', { Interests: [undefined] }],
    ['a date, which would get milliseconds', { Next_Call: new Date(0) }],
    ['a bigint', { id: 1n }],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => write(given),
        (error) => error instanceof ZohoError && error.category === 'request_bug',
      );
    });
  }

  for (const text of ['', '01', '.5', '1.', '+1', '0x1', '1,5', 'NaN', ' 1', '1}']) {
    it(`does not take ${JSON.stringify(text)} for a number`, () => {
      assert.throws(() => new JsonNumber(text), RangeError);
    });
  }
});
