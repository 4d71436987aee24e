import assert from 'node:assert/strict';
import { z } from 'zod';
import type { ApiClient } from '../../../src/cli/client/api-client';
import { listPages } from '../../../src/cli/client/list-pages';

describe('listing every page', () => {
  it('ends where the same page comes again and again', async () => {
    let calls = 0;
    const get = async () => ({ rows: [1, 2], nextCursor: `page ${(calls += 1)}`, hasMore: true });
    const ignore = (): void => undefined;
    const streams = { out: ignore, err: ignore, note: ignore };
    const context = { api: { get } as unknown as ApiClient, environment: {}, json: false, ...streams };
    const schema = z.object({ rows: z.array(z.number()), nextCursor: z.string().nullable(), hasMore: z.boolean() });

    await assert.rejects(
      listPages(context, '/rows', schema, { all: true, limit: 20 }, ({ rows }) => rows, ignore),
      /does not end/,
    );

    assert.equal(calls, 3);
  });

  it('shows the rows before a page that fails, and how to continue', async () => {
    const answers = [{ rows: [1, 2], nextCursor: 'second', hasMore: true }];
    const api = { get: async () => answers.shift() ?? Promise.reject(new Error('away')) } as unknown as ApiClient;
    const errors: string[] = [];
    const shown: number[][] = [];
    const ignore = (): void => undefined;
    const streams = { out: ignore, err: ignore, note: (line: string) => void errors.push(line) };
    const context = { api, environment: {}, json: false, ...streams };
    const schema = z.object({ rows: z.array(z.number()), nextCursor: z.string().nullable(), hasMore: z.boolean() });
    const query = { all: true, limit: 20 } as const;

    const listing = listPages(
      context,
      '/rows',
      schema,
      query,
      ({ rows }) => rows,
      (rows) => shown.push(rows),
    );

    await assert.rejects(listing, /away/);
    assert.deepEqual(shown, [[1, 2]]);
    assert.deepEqual(errors, ['more: --all --cursor second']);
  });
});
