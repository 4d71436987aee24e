import assert from 'node:assert/strict';
import fc from 'fast-check';
import { z } from 'zod';
import { page, pageQuery, zohoPage, zohoPageCursor } from '../../../src/api/http/paging';
import { RowNumber } from '../../../src/api/http/parameters';

const numbers = z.strictObject(pageQuery(z.strictObject({ after: z.int() })));

describe('pages of a list', () => {
  it('go on after every row number of PostgreSQL, and after no other', () => {
    const rows = z.strictObject(pageQuery(z.strictObject({ after: RowNumber })));
    const [least, most] = [-(2n ** 63n), 2n ** 63n - 1n];
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n }), (number) => {
        const cursor = Buffer.from(JSON.stringify({ after: String(number) })).toString('base64url');
        assert.equal(rows.safeParse({ cursor }).success, number >= least && number <= most);
      }),
    );
  });

  it('hold every row once, in order, whatever their size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(60), fc.integer({ min: 1, max: 20 }), async (count, limit) => {
        const rows = Array.from({ length: count }, (_, index) => index);
        const seen: number[] = [];
        for (let cursor: string | null | undefined; ;) {
          const query = numbers.parse({ limit, ...(cursor && { cursor }) });
          const answer = await page(
            query,
            async ({ after = -1, limit: most }) => rows.filter((row) => row > after).slice(0, most),
            (row) => ({ after: row }),
            (found) => [...found],
            'rows',
          );
          seen.push(...answer.rows);
          cursor = answer.nextCursor;
          if (!answer.hasMore) break;
        }

        assert.deepEqual(seen, rows);
      }),
    );
  });

  it('of an end that grows keep the cursor, to ask again later', async () => {
    const cursor = Buffer.from('{"after":7}').toString('base64url');
    const query = numbers.parse({ cursor });

    const answer = await page(
      query,
      async () => [],
      (row: number) => ({ after: row }),
      (rows) => [...rows],
      'rows',
    );

    assert.deepEqual(answer, { rows: [], nextCursor: cursor, hasMore: false });
  });

  it('that Zoho numbers keep the size of the first one', async () => {
    const query = z.strictObject(pageQuery(zohoPageCursor));
    const asked: object[] = [];
    const fetch = async (at: { page: number; perPage: number }) => {
      asked.push(at);
      return { items: [at.page], moreRecords: at.page < 2 };
    };

    const first = await zohoPage(query.parse({ limit: 10 }), fetch, 'users');
    const second = await zohoPage(query.parse({ limit: 99, cursor: first.nextCursor ?? undefined }), fetch, 'users');

    assert.deepEqual(asked, [
      { page: 1, perPage: 10 },
      { page: 2, perPage: 10 },
    ]);
    assert.deepEqual([first.hasMore, second.hasMore, second.nextCursor], [true, false, null]);
  });
});
