/** Start of a page of changes: a time, or the position of a page token. */
export interface ChangeCursor {
  /** ISO 8601, whole seconds, UTC. */
  modifiedSince: string;
  token: string | null;
}

/**
 * Cursor of the page after this one, in a list of changes sorted by Modified_Time that has more pages.
 *
 * The next page begins at the time this one reached, not at the token. So a record that moves to the end when it
 * changes shifts nothing, no token can expire, and the limit of rows that tokens reach starts over. That second is read
 * again, since other records may share it and Zoho may take the bound as exclusive. Only if so many records share it
 * that the page did not get past it, the scan continues by its token.
 *
 * @param page `lastModified`: Modified_Time of its last record, as Zoho wrote it; null if it has none
 * @returns null if the page neither got past its time nor has a token: then nothing leads on
 */
export function nextCursor(
  cursor: ChangeCursor,
  page: { lastModified: string | null; nextToken: string | null },
): ChangeCursor | null {
  const reached = page.lastModified === null ? NaN : secondOf(page.lastModified) - 1;
  if (reached * 1000 > Date.parse(cursor.modifiedSince)) {
    return { modifiedSince: new Date(reached * 1000).toISOString().replace('.000Z', '+00:00'), token: null };
  }
  return page.nextToken === null ? null : { ...cursor, token: page.nextToken };
}

/**
 * Whether a page of changes comes in the order of their times, from the time on that was asked for. Only then does the
 * time that it reached tell what was read. Records without a time say nothing.
 * @param times Modified_Time of its records, as Zoho wrote it; null for one that has none
 */
export function isInOrderOfTime({ modifiedSince }: ChangeCursor, times: readonly (string | null)[]): boolean {
  const seconds = times.filter((time) => time !== null).map(secondOf);
  const bounds = [secondOf(modifiedSince), ...seconds];
  return seconds.every((second, index) => second >= (bounds[index] ?? -Infinity));
}

function secondOf(time: string): number {
  return Math.floor(Date.parse(time) / 1000);
}
