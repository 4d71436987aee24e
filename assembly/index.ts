/**
 * Rearranges pages of records, which are JSON, and lines of CSV into rows of COPY. Memory is the host's: it says where
 * the input, the rows and the tables lie, and leaves a block of sixteen bytes behind each of them.
 */

import { checkRow, putBinaryRow } from './binary-rows';
import { endOf, forgetKeys, formOf, lacksMarked, markAbsent, NULL, readRecord, setFields, startOf } from './cells';
import { fail, failedAt, failure, OUT_OF_ROOM, UNUSUAL_VALUE } from './failure';
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  isSame,
  OPEN_BRACE,
  OPEN_BRACKET,
  skipByte,
  skipComma,
  skipSpace,
  skipText,
  skipValue,
} from './json';
import { putTextRow } from './text-rows';

export { failedAt, failure };
// Numbers that the host shares.
export {
  TYPE_BIGINT,
  TYPE_BOOLEAN,
  TYPE_DATE,
  TYPE_INTEGER,
  TYPE_JSONB,
  TYPE_NUMERIC,
  TYPE_TEXT,
  TYPE_TIMESTAMPTZ,
} from './binary-rows';
export {
  CELL_BYTES,
  FIELD_BYTES,
  FIELD_ID,
  FIELD_JSON,
  FIELD_KEY,
  FIELD_LENGTH,
  FIELD_NAME,
  FIELD_NAMES,
  FIELD_VALUE,
  marks,
} from './cells';
export { NOT_JSON, OUT_OF_ROOM, UNUSUAL_VALUE } from './failure';
export { BLOCK } from './json';
export {
  convertLines,
  csvConsumed,
  csvWritten,
  TYPE_CHOICES,
  TYPE_SKIPPED,
  TYPE_TAGS,
  TYPE_UNCONVERTED,
  TYPE_USER,
} from './csv';
export { setOptions } from './lists';
export { placeOf, setUsers, USER_BYTES } from './users';

/** No byte becomes more than three, but a number's exponent may stand for hundreds of digits. */
const MAX_GROWTH: usize = 3;
const CELL_OVERHEAD: usize = 256;

/**
 * Formats of rows: text, binary, and text with a last cell that says which columns the record lacks, of any values or of
 * such only as binary rows can hold.
 */
export const FORMAT_TEXT: i32 = 0;
export const FORMAT_BINARY: i32 = 1;
export const FORMAT_TEXT_ABSENT: i32 = 2;
export const FORMAT_TEXT_PLAIN: i32 = 3;

const DATA_KEY: usize = memory.data<u8>([0x22, 0x64, 0x61, 0x74, 0x61, 0x22, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const DATA_KEY_LENGTH: usize = 6;

let columns: i32 = 0;
let types: usize = 0;

/** End of the rows that were written last. */
export let written: usize = 0;
/** The first cell of the last record; nothing if both are 0. */
export let firstStart: usize = 0;
export let firstEnd: usize = 0;

/** Address at which the host's own memory begins. */
export function heap(): usize {
  return __heap_base;
}

/**
 * @param fields `FIELD_BYTES` each: address and length of the name, then the columns that take its parts, -1 for none
 * @param columnTypes a byte each
 * @param cells room for `CELL_BYTES` a column
 */
export function configure(fields: usize, fieldCount: i32, columnTypes: usize, columnCount: i32, cells: usize): void {
  setFields(fields, fieldCount, columnCount, cells);
  types = columnTypes;
  columns = columnCount;
}

/** @returns number of records; a trap when `failure` says why */
export function convert(page: usize, length: usize, output: usize, capacity: usize, format: i32): i32 {
  const end = page + length;
  const room = output + capacity;
  let rows = 0;
  written = output;
  firstStart = firstEnd = 0;
  forgetKeys();
  let at = skipSpace(skipByte(OPEN_BRACE, page));
  while (load<u8>(at) !== CLOSE_BRACE) {
    const keyEnd = skipText(at, end);
    const isData = keyEnd - at === DATA_KEY_LENGTH && isSame(DATA_KEY, at, DATA_KEY_LENGTH);
    const behind = skipByte(COLON, keyEnd);
    if (isData) {
      at = skipSpace(skipByte(OPEN_BRACKET, behind));
      while (load<u8>(at) !== CLOSE_BRACKET) {
        const start = at;
        at = readRecord(at, end);
        if (written + MAX_GROWTH * (at - start) + CELL_OVERHEAD * (columns + 1) > room) fail(OUT_OF_ROOM, at);
        written = putRow(written, format, rows === 0, at);
        rows += 1;
        at = skipComma(at);
      }
      at += 1;
    } else at = skipValue(behind, end);
    at = skipComma(at);
  }
  if (rows > 0 && columns > 0 && formOf(0) > NULL) {
    firstStart = startOf(0);
    firstEnd = endOf(0);
  }
  return rows;
}

/** Binary rows have no room to say which columns their record lacks, so it must be the same ones for the whole page. */
function putRow(to: usize, format: i32, isFirst: bool, at: usize): usize {
  if (format === FORMAT_TEXT) return putTextRow(to, columns, false);
  if (format === FORMAT_TEXT_ABSENT) return putTextRow(to, columns, true);
  if (format === FORMAT_TEXT_PLAIN) {
    checkRow(to, columns, types);
    return putTextRow(to, columns, true);
  }
  if (isFirst) markAbsent();
  else if (!lacksMarked()) fail(UNUSUAL_VALUE, at);
  return putBinaryRow(to, columns, types);
}
