import assert from 'node:assert/strict';
import fc from 'fast-check';
import { z } from 'zod';
import { type Page, page, pageQuery, zohoPage, zohoPageCursor } from '../../../src/api/http/paging';
import { RowNumber } from '../../../src/api/http/parameters';

const numbers = z.strictObject(pageQuery(z.strictObject({ after: z.int() })));
/** Limits of one page after the other. */
const limits = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 });

describe('pages of a list', () => {
  it('continue after every row number of PostgreSQL, and after no other', () => {
    const rows = z.strictObject(pageQuery(z.strictObject({ after: RowNumber })));
    const [least, most] = [-(2n ** 63n), 2n ** 63n - 1n];
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n }), (number) => {
        const cursor = Buffer.from(JSON.stringify({ after: String(number) })).toString('base64url');
        assert.equal(rows.safeParse({ cursor }).success, number >= least && number <= most);
      }),
    );
  });

  it('hold every row once, in order, with any limit for each page', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(60), limits, async (count, sizes) => {
        const rows = Array.from({ length: count }, (_, index) => index);

        const seen = await readAll(sizes, (query) =>
          page(
            numbers.parse(query),
            async ({ after = -1, limit: most }) => rows.filter((row) => row > after).slice(0, most),
            (row) => ({ after: row }),
            (found) => [...found],
            'rows',
          ),
        );

        assert.deepEqual(seen, rows);
      }),
    );
  });

  it('that Zoho numbers do so, too, for one call each', async () => {
    const zohoNumbers = z.strictObject(pageQuery(zohoPageCursor));
    await fc.assert(
      fc.asyncProperty(fc.nat(60), limits, async (count, sizes) => {
        const rows = Array.from({ length: count }, (_, index) => index);
        let calls = 0;
        let pages = 0;

        const seen = await readAll(sizes, (query) => {
          pages += 1;
          const fetch = async (at: { page: number; perPage: number }) => {
            calls += 1;
            const end = at.page * at.perPage;
            return { items: rows.slice(end - at.perPage, end), moreRecords: end < count };
          };
          return zohoPage(zohoNumbers.parse(query), fetch, 'rows');
        });

        assert.deepEqual(seen, rows);
        assert.equal(calls, pages);
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
});

/** Follows the cursors to the end, with one limit after the other; each page has its limit at most. */
async function readAll(
  sizes: readonly number[],
  fetch: (query: { limit: number; cursor?: string }) => Promise<Page<'rows', number>>,
): Promise<number[]> {
  const seen: number[] = [];
  let cursor: string | null = null;
  for (let read = 0; ; read += 1) {
    const limit = sizes[read % sizes.length] ?? 1;
    const answer: Page<'rows', number> = await fetch({ limit, ...(cursor !== null && { cursor }) });
    assert.ok(answer.rows.length <= limit);
    seen.push(...answer.rows);
    cursor = answer.nextCursor;
    if (!answer.hasMore) return seen;
  }
}
