/** Rows of COPY's binary format. */

import { putBigint, putBoolean, putDate, putInteger, putNumeric, putTimestamp } from './binary-values';
import {
  endOf,
  formOf,
  JSON,
  JSON_ESCAPES,
  NULL,
  PLAIN,
  startOf,
  TAGS,
  TEXT,
  TEXT_OTHER_ESCAPES,
  TEXT_SHARED_ESCAPES,
} from './cells';
import { fail, UNUSUAL_VALUE } from './failure';
import { copyBytes, putNames, unescape } from './texts';

/** Types of columns, which the host reads from here. */
export const TYPE_TEXT: u8 = 0;
export const TYPE_JSONB: u8 = 1;
export const TYPE_BIGINT: u8 = 2;
export const TYPE_TIMESTAMPTZ: u8 = 3;
export const TYPE_DATE: u8 = 4;
export const TYPE_INTEGER: u8 = 5;
export const TYPE_BOOLEAN: u8 = 6;
export const TYPE_NUMERIC: u8 = 7;

/** The length of a cell stands before it. */
export const CELL_HEADER: usize = 4;
export const NO_CELL: u32 = 0xffffffff;
export const JSONB_VERSION: u8 = 1;

/** @param types of the columns, a byte each, exactly those of the table: PostgreSQL cannot tell when they are not */
export function putBinaryRow(to: usize, columns: i32, types: usize): usize {
  store<u16>(to, bswap<u16>(columns as u16));
  to += 2;
  for (let column = 0; column < columns; column += 1) {
    const form = formOf(column);
    if (form <= NULL) {
      store<u32>(to, NO_CELL);
      to += CELL_HEADER;
      continue;
    }
    const size = putValue(to + CELL_HEADER, load<u8>(types + column), form, startOf(column), endOf(column));
    store<u32>(to, bswap<u32>(size as u32));
    to += CELL_HEADER + size;
  }
  return to;
}

/**
 * Stops at a value that a binary row cannot hold: PostgreSQL's parser would read more than Zoho writes, such as `NaN` and
 * `today`.
 * @param room a cell's, which is written over
 */
export function checkRow(room: usize, columns: i32, types: usize): void {
  for (let column = 0; column < columns; column += 1) {
    const form = formOf(column);
    const type = load<u8>(types + column);
    if (form <= NULL || type === TYPE_TEXT) continue;
    const start = startOf(column);
    if (type === TYPE_JSONB) {
      if (form < JSON) fail(UNUSUAL_VALUE, start);
    } else if (form !== PLAIN && form !== TEXT) fail(UNUSUAL_VALUE, start);
    else putPlain(room, type, start, endOf(column));
  }
}

function putValue(to: usize, type: u8, form: u8, start: usize, end: usize): usize {
  if (type === TYPE_TEXT) return putText(to, form, start, end) - to;
  if (type === TYPE_JSONB) {
    store<u8>(to, JSONB_VERSION);
    if (form === TAGS) return putNames(to + 1, start, end, false) - to;
    if (form !== JSON && form !== JSON_ESCAPES) fail(UNUSUAL_VALUE, start);
    return copyBytes(to + 1, start, end - start) - to;
  }
  if (form !== PLAIN && form !== TEXT) fail(UNUSUAL_VALUE, start);
  return putPlain(to, type, start, end);
}

/** A value of a type that is written as one plain text. */
export function putPlain(to: usize, type: u8, start: usize, end: usize): usize {
  switch (type) {
    case TYPE_BIGINT:
      return putBigint(to, start, end);
    case TYPE_TIMESTAMPTZ:
      return putTimestamp(to, start, end);
    case TYPE_DATE:
      return putDate(to, start, end);
    case TYPE_INTEGER:
      return putInteger(to, start, end);
    case TYPE_BOOLEAN:
      return putBoolean(to, start, end);
    case TYPE_NUMERIC:
      return putNumeric(to, start, end);
    default:
      fail(UNUSUAL_VALUE, start);
      return 0;
  }
}

function putText(to: usize, form: u8, start: usize, end: usize): usize {
  if (form === TEXT_SHARED_ESCAPES || form === TEXT_OTHER_ESCAPES) return unescape(to, start, end, false);
  if (form === TAGS) return putNames(to, start, end, false);
  return copyBytes(to, start, end - start);
}
