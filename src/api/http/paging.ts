import { z } from 'zod';

/** Cursors are opaque to clients: what is in them may change. */
export function encodeCursor(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place), 'utf8').toString('base64url');
}

/** A query parameter that holds a cursor of this API, decoded to the place it stands for. */
export function cursorOf<T>(place: z.ZodType<T>): z.ZodType<T, string> {
  return z
    .string()
    .max(400)
    .transform((cursor, context) => {
      const decoded = place.safeParse(decode(cursor));
      if (decoded.success) return decoded.data;
      context.addIssue({ code: 'custom', message: 'Not a cursor of this list' });
      return z.NEVER;
    })
    .meta({ description: '`nextCursor` of the page before.' });
}

function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Cuts the row that was read beyond the limit, which tells whether there is more.
 * @param here the place before this page, which stays the next one when nothing was read
 */
export function pageOf<Row>(
  rows: readonly Row[],
  most: number,
  cursorAfter: (row: Row) => string,
  here: string | undefined,
): { rows: readonly Row[]; nextCursor: string | null; hasMore: boolean } {
  const page = rows.slice(0, most);
  const last = page.at(-1);
  return {
    rows: page,
    nextCursor: last === undefined ? (here ?? null) : cursorAfter(last),
    hasMore: rows.length > most,
  };
}
