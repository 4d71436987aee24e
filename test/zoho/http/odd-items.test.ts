import assert from 'node:assert/strict';
import fc from 'fast-check';
import { z } from 'zod';
import { ZohoError } from '../../../src/zoho/errors/errors';
import { decode, listOf, readList } from '../../../src/zoho/http/decode';

const Item = z.object({ id: z.string(), api_name: z.string() });
const LABEL = { operation: 'get_fields' };
const item = fc.record(
  { id: fc.bigInt({ min: 1n, max: 10n ** 18n }).map(String), api_name: fc.string() },
  { noNullPrototype: true },
);
const odd = fc.oneof(
  fc.constantFrom(null, 7, 'text', {}, { id: '7', api_name: null }, { api_name: 'Nameless' }),
  fc.record({ id: fc.constant('1'), api_name: fc.integer() }),
);

describe('a list with odd items', () => {
  it('keeps all others, in their order, and says which are left out', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(item, odd)), item, (mixed, good) => {
        const list = [...mixed, good];

        const { items, unreadable } = decode(readList(Item), list, LABEL, 200);

        assert.deepEqual(
          items,
          list.filter((value) => Item.safeParse(value).success),
        );
        assert.equal(items.length + unreadable.length, list.length);
      }),
    );
  });

  it('names an item by its id, else by its place', () => {
    const { unreadable } = decode(
      readList(Item),
      [{ id: '1', api_name: 'A' }, { id: '554', api_name: null }, { api_name: 'B' }],
      LABEL,
      200,
    );

    assert.deepEqual(unreadable, ['554 (no usable api_name)', 'number 3 of the list (no usable id)']);
  });

  it('does not fit when no item of it does', () => {
    assert.throws(
      () => decode(z.object({ fields: listOf(Item) }), { fields: [{ id: '1' }] }, LABEL, 200),
      (error) => error instanceof ZohoError && /no usable fields\.0\.api_name/.test(error.message),
    );
    assert.deepEqual(decode(listOf(Item), [], LABEL, 200), []);
  });
});
