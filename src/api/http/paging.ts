import { z } from 'zod';
import { isPlainText } from './parameters';

/** Fields of every page beside its items. */
export const PAGE_FIELDS = {
  nextCursor: z.string().nullable().meta({
    description: 'Where the next page begins; also at the end of a growing list, to ask again later.',
  }),
  hasMore: z.boolean().meta({ description: 'Whether the next page has something now.' }),
};

export type Page<Name extends string, Item> = Record<Name, Item[]> & { nextCursor: string | null; hasMore: boolean };

/**
 * Query parameters of a list: `limit`, and `cursor` as the page before answered it.
 * @param schema position that a cursor of this list stands for
 */
export function pageQuery<Position extends object>(schema: z.ZodType<Position>, { usual = 50, most = 200 } = {}) {
  const limit = z.coerce.number().int().min(1).max(most).default(usual);
  return {
    limit: limit.meta({
      description: `Rows of this page, at most ${most}. Each page of a list may have another limit. A page with fewer rows need not be the last: \`hasMore\` tells.`,
    }),
    cursor: cursorOf(schema).optional(),
  };
}

/**
 * One page of a list.
 *
 * @param query limit and cursor, as `pageQuery` parses them
 * @param fetch reads rows from a position on; it is asked for one more than the page holds, which tells whether there
 *   is a next page
 * @param after position of a row, after which the next page begins
 * @param name plural under which the answer has the items
 */
export async function page<Position extends object, Row, Item, Name extends string>(
  query: { limit: number; cursor?: Position | undefined },
  fetch: (at: { limit: number } & Partial<Position>) => Promise<readonly Row[]>,
  after: (row: Row) => NoInfer<Position>,
  present: (rows: readonly Row[]) => Promise<Item[]> | Item[],
  name: Name,
): Promise<Page<Name, Item>> {
  const found = await fetch({ ...query.cursor, limit: query.limit + 1 } as { limit: number } & Partial<Position>);
  const rows = found.slice(0, query.limit);
  const last = rows.at(-1);
  const next = last === undefined ? query.cursor : after(last);
  return pageOf(name, await present(rows), next, found.length > query.limit);
}

/** Cursor of a list that Zoho numbers by pages: the rows before the next page, which holds for pages of any size. */
export const zohoPageCursor = z.strictObject({ offset: z.int32().min(1) });

/**
 * One page of a list that Zoho numbers by pages. Where the limit has changed, the next row may lie within a page of
 * Zoho's: then the page begins with it and ends where Zoho's page ends, so that one page costs one call.
 * @param fetch asks Zoho for a page
 */
export async function zohoPage<Item, Name extends string>(
  query: { limit: number; cursor?: z.infer<typeof zohoPageCursor> | undefined },
  fetch: (at: { page: number; perPage: number }) => Promise<{ items: Item[]; moreRecords: boolean }>,
  name: Name,
): Promise<Page<Name, Item>> {
  const { limit: perPage, cursor: { offset } = { offset: 0 } } = query;
  const page = Math.floor(offset / perPage) + 1;
  const { items, moreRecords } = await fetch({ page, perPage });
  return pageOf(name, items.slice(offset % perPage), moreRecords ? { offset: page * perPage } : undefined, moreRecords);
}

function pageOf<Name extends string, Item>(
  name: Name,
  items: Item[],
  next: object | undefined,
  hasMore: boolean,
): Page<Name, Item> {
  const nextCursor = next === undefined ? null : encodeCursor(next);
  return { [name]: items, nextCursor, hasMore } as Page<Name, Item>;
}

/** Cursors are opaque to clients: their content may change. */
function encodeCursor(position: object): string {
  return Buffer.from(JSON.stringify(position), 'utf8').toString('base64url');
}

function cursorOf<Position>(schema: z.ZodType<Position>): z.ZodType<Position, string> {
  return z
    .string()
    .max(400)
    .transform((cursor, context) => {
      const decoded = schema.safeParse(decode(cursor));
      if (decoded.success) return decoded.data;
      context.addIssue({ code: 'custom', message: 'Not a cursor of this list' });
      return z.NEVER;
    })
    .meta({ description: '`nextCursor` of the page before.' });
}

/** @returns undefined for what is no JSON, or has texts that PostgreSQL cannot keep: no row has them */
function decode(cursor: string): unknown {
  let isPlain = true;
  try {
    const position: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'), (_, value: unknown) => {
      if (typeof value === 'string' && !isPlainText(value)) isPlain = false;
      return value;
    });
    return isPlain ? position : undefined;
  } catch {
    return undefined;
  }
}
