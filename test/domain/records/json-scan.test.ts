import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type JsonBound, JsonBoundExceeded, JsonScan, MAX_JSON_NAMES } from '../../../src/domain/records/json-scan';
import { MAX_JSON_DEPTH } from '../../../src/domain/records/parse-exact-json';

/** @returns the bound that the text exceeds, if it does; the text comes in pieces of this many bytes */
function exceeded(text: string, { values = 1_000_000, pieceBytes = 7 } = {}): JsonBound | undefined {
  const bytes = Buffer.from(text);
  const scan = new JsonScan(values);
  try {
    for (let at = 0; at < bytes.length; at += pieceBytes) scan.add(bytes.subarray(at, at + pieceBytes));
    return undefined;
  } catch (error) {
    assert.ok(error instanceof JsonBoundExceeded);
    return error.bound;
  }
}

function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, part) => sum + countValues(part), 1);
}

describe('a scan of JSON', () => {
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
  const wide = (names: number): string =>
    JSON.stringify(Object.fromEntries(Array.from({ length: names }, (_, index) => [`n${index}`, index])));

  it('bounds levels of nesting', () => {
    assert.equal(exceeded(nested(MAX_JSON_DEPTH)), undefined);
    assert.equal(exceeded(nested(MAX_JSON_DEPTH + 1)), 'depth');
  });

  it('bounds the names of each object, and not those of all of them', () => {
    assert.equal(exceeded(`[${wide(MAX_JSON_NAMES)},${wide(MAX_JSON_NAMES)}]`), undefined);
    assert.equal(exceeded(`[1,${wide(MAX_JSON_NAMES + 1)}]`), 'names');
  });

  it('takes a list for a list, however long', () => {
    assert.equal(exceeded(JSON.stringify({ list: Array.from({ length: 5_000 }, () => 1), more: 1 })), undefined);
  });

  it('stops at the byte that exceeds a bound', () => {
    const scan = new JsonScan(1_000);
    scan.add(Buffer.from('['.repeat(MAX_JSON_DEPTH)));

    assert.throws(() => scan.add(Buffer.from('[')), JsonBoundExceeded);
  });

  it('counts no fewer values than any text has, and at most one more for each that is empty', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'small' }), fc.integer({ min: 1, max: 9 }), (value, pieceBytes) => {
        const text = JSON.stringify(value);
        const values = countValues(value);
        const empty = [...text.replaceAll(/"(\\.|[^"\\])*"/g, '""').matchAll(/\[\]|\{\}/g)].length;

        assert.equal(exceeded(text, { values: values + empty, pieceBytes }), undefined);
        if (values > 1) assert.equal(exceeded(text, { values: values - 1, pieceBytes }), 'values');
      }),
    );
  });

  it('takes nothing within a text for structure', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('"', '\\', '[', '{', ',', 'a', 'é') }), (text) => {
        assert.equal(exceeded(JSON.stringify(text), { values: 1, pieceBytes: 1 }), undefined);
      }),
    );
  });
});
