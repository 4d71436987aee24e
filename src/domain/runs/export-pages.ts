import { LIMITS } from '../zoho-limits';

/** Pages that an export of so many rows has; one that is empty has one, too. */
export function exportPages(expectedRows: number): number {
  return Math.max(1, Math.ceil(expectedRows / LIMITS.bulkRead.rows));
}

/** Rows that a page, counted from 1, is expected to have; none beyond the last. */
export function expectedRowsOfPage(expectedRows: number, page: number): number {
  return Math.min(LIMITS.bulkRead.rows, Math.max(0, expectedRows - (page - 1) * LIMITS.bulkRead.rows));
}
