import { LIMITS } from '../zoho-limits';

const MEGABYTE = 1024 * 1024;
/** Bytes of the largest line of an export, and of its largest row on average: far more than Zoho's fields hold. */
export const LARGEST_LINE = 16 * MEGABYTE;
const LARGEST_AVERAGE_ROW = MEGABYTE / 4;
const ROOM_FOR_FEW_ROWS = 64 * MEGABYTE;

/** Bytes that an export of so many rows can have at the most; what is larger is no export, and must not fill the disk. */
export function largestExport(rows: number): number {
  return ROOM_FOR_FEW_ROWS + rows * LARGEST_AVERAGE_ROW;
}

/** Number of pages of an export of so many rows; an empty one has a page, too. */
export function exportPages(expectedRows: number): number {
  return Math.max(1, Math.ceil(expectedRows / LIMITS.bulkRead.rows));
}

/** Expected rows of a page, which is counted from 1; 0 after the last page. */
export function expectedRowsOfPage(expectedRows: number, page: number): number {
  return Math.min(LIMITS.bulkRead.rows, Math.max(0, expectedRows - (page - 1) * LIMITS.bulkRead.rows));
}
