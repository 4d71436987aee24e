/** Start of a page of changes: a time, or the position of a page token. */
export interface ChangeCursor {
  /** ISO 8601, whole seconds, UTC. */
  modifiedSince: string;
  token: string | null;
}

/**
 * Cursor of the page after this one, in a list of changes sorted by Modified_Time.
 *
 * The next page begins at the time this one reached, not at the token. So a record that moves to the end when it
 * changes shifts nothing, no token can expire, and the limit of rows that tokens reach starts over. That second is read
 * again, since other records may share it and Zoho may take the bound as exclusive. Only if so many records share it
 * that the page did not get past it, the scan continues by its token.
 *
 * @param page `lastModified`: Modified_Time of its last record, as Zoho wrote it; null if it has none
 * @returns null after the last page
 */
export function nextCursor(
  cursor: ChangeCursor,
  page: { lastModified: string | null; nextToken: string | null },
): ChangeCursor | null {
  if (page.nextToken === null) return null;
  const reached = page.lastModified === null ? NaN : Math.floor(Date.parse(page.lastModified) / 1000) - 1;
  if (reached * 1000 > Date.parse(cursor.modifiedSince)) {
    return { modifiedSince: new Date(reached * 1000).toISOString().replace('.000Z', '+00:00'), token: null };
  }
  return { ...cursor, token: page.nextToken };
}
