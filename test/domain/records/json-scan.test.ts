import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type JsonBound,
  JsonBoundExceeded,
  type JsonLimit,
  JsonScan,
  MAX_JSON_NAMES,
} from '../../../src/domain/records/json-scan';
import { MAX_JSON_DEPTH } from '../../../src/domain/records/parse-exact-json';

/** @returns the bound that the text exceeds, if it does; the text comes in pieces of this many bytes */
function exceeded(
  text: string,
  { pieceBytes = 7, values = 1_000_000, lists }: Partial<JsonLimit> & { pieceBytes?: number } = {},
): JsonBound | undefined {
  const bytes = Buffer.from(text);
  const scan = new JsonScan({ values, ...(lists && { lists }) });
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
    assert.equal(exceeded('['.repeat(MAX_JSON_DEPTH - 1) + wide(MAX_JSON_NAMES + 1)), 'names');
  });

  it('takes a list for a list, however long', () => {
    assert.equal(exceeded(JSON.stringify({ list: Array.from({ length: 5_000 }, () => 1), more: 1 })), undefined);
  });

  it('stops at the byte that exceeds a bound', () => {
    const scan = new JsonScan({ values: 1_000 });
    scan.add(Buffer.from('['.repeat(MAX_JSON_DEPTH)));

    assert.throws(() => scan.add(Buffer.from('[')), {
      ...{ name: 'JsonBoundExceeded', bound: 'depth', limit: MAX_JSON_DEPTH },
      message: `The JSON text has more than ${MAX_JSON_DEPTH} depth.`,
    });
  });

  it('names the bound of the list, of the item or of the text', () => {
    const scan = () => new JsonScan({ values: 7, lists: { level: 2, values: 5, valuesPerItem: 3 } });

    assert.throws(() => scan().add(Buffer.from('[1,2,3,4,5,6,7,8]')), { bound: 'values', limit: 7 });
    assert.throws(() => scan().add(Buffer.from('[[1,2,3,4,5,6,7,8]]')), { bound: 'values', limit: 5 });
    assert.throws(() => scan().add(Buffer.from('[[[1,2,3,4,5]]]')), { bound: 'itemValues', limit: 3 });
  });

  it('counts levels of a text that closes more than it opened, too', () => {
    assert.equal(exceeded(`]]]${'['.repeat(MAX_JSON_DEPTH)}`), undefined);
    assert.equal(exceeded(`]]]${'['.repeat(MAX_JSON_DEPTH + 1)}`), 'depth');
  });

  it('takes no object for a list', () => {
    const scan = new JsonScan({ values: 20, lists: { level: 2, values: 1, valuesPerItem: 1 } });
    scan.add(Buffer.from('[{"a":1,"b":2},[3],{"c":[4,5,6]}]'));

    assert.deepEqual(scan.lists, [{ start: 16, end: 17, commas: [] }]);
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

  it('bounds the values of lists, and of each of their items, apart from the rest', () => {
    const limit = { values: 3, lists: { level: 2, values: 10, valuesPerItem: 4 } };
    const bound = (value: unknown): JsonBound | undefined => exceeded(JSON.stringify(value), { ...limit });

    assert.equal(bound([[1, 2, 3, 4, 5, 6, 7, 8, 9, 0]]), undefined);
    assert.equal(bound([[1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]]), undefined);
    assert.equal(bound([[1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2]]), 'values');
    assert.equal(bound([[[1, 2, 3, 4], 5]]), undefined);
    assert.equal(bound([[5, [1, 2, 3, 4, 6]]]), 'itemValues');
    assert.equal(bound([1, 2, 3]), 'values');
  });

  it('finds the items of lists where a parser finds them', () => {
    const lists = fc.array(fc.array(fc.jsonValue({ depthSize: 'small' }), { minLength: 1 }));
    fc.assert(
      fc.property(lists, fc.constantFrom(0, 2), fc.integer({ min: 1, max: 9 }), (values, indent, pieceBytes) => {
        const text = Buffer.from(JSON.stringify(values, null, indent));
        const scan = new JsonScan({ values: 1e6, lists: { level: 2, values: 1e6, valuesPerItem: 1e6 } });

        for (let at = 0; at < text.length; at += pieceBytes) scan.add(text.subarray(at, at + pieceBytes));

        const found = scan.lists.map(({ start, end, commas }) =>
          [...commas, end].map((stop, place): unknown =>
            JSON.parse(text.toString('utf8', place === 0 ? start : commas[place - 1]! + 1, stop)),
          ),
        );
        assert.deepEqual(found, JSON.parse(text.toString('utf8')));
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
