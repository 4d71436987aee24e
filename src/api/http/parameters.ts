import { z } from 'zod';

export const SessionParams = z.strictObject({
  id: z.uuid('Must be the id of a session').meta({ description: 'Id of the session.' }),
});

export const limit = z.coerce.number().int().min(1).max(200).default(50).meta({ description: 'Most rows to answer.' });

/** `a,b,c` of a closed set of values. */
export function listOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(values)))
    .meta({ description: `Any of ${values.join(', ')}; several separated by commas.` });
}

export const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

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
