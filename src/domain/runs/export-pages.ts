import { LIMITS } from '../zoho-limits';

/** Number of pages of an export of so many rows; an empty one has a page, too. */
export function exportPages(expectedRows: number): number {
  return Math.max(1, Math.ceil(expectedRows / LIMITS.bulkRead.rows));
}

/** Expected rows of a page, which is counted from 1; 0 after the last page. */
export function expectedRowsOfPage(expectedRows: number, page: number): number {
  return Math.min(LIMITS.bulkRead.rows, Math.max(0, expectedRows - (page - 1) * LIMITS.bulkRead.rows));
}
