/** Rows of COPY's text format. Digits are copied as they stand, and records may lack different columns. */

import { ABSENT, endOf, formOf, JSON_ESCAPES, NULL, startOf, TAGS, TEXT_OTHER_ESCAPES } from './cells';
import { NEWLINE, TAB } from './json';
import { copyBytes, copyForCopy, putNames, unescape } from './texts';

/** `\N` and a tab. */
const NULL_CELL: u32 = 0x00_09_4e_5c;
const NULL_CELL_LENGTH: usize = 3;

const DIGIT_0: u8 = 0x30;
const DIGIT_1: u8 = 0x31;

/** @param saysAbsent a cell more is written: the columns that the record lacks, see `putAbsent` */
export function putTextRow(to: usize, columns: i32, saysAbsent: bool): usize {
  let absent = 0;
  for (let column = 0; column < columns; column += 1) {
    const form = formOf(column);
    if (form <= NULL) {
      if (form === ABSENT) absent += 1;
      store<u32>(to, NULL_CELL);
      to += NULL_CELL_LENGTH;
      continue;
    }
    const start = startOf(column);
    const end = endOf(column);
    if (form === TEXT_OTHER_ESCAPES) to = unescape(to, start, end, true);
    else if (form === JSON_ESCAPES) to = copyForCopy(to, start, end);
    else if (form === TAGS) to = putNames(to, start, end, true);
    else to = copyBytes(to, start, end - start);
    store<u8>(to, TAB);
    to += 1;
  }
  if (saysAbsent) to = putAbsent(to, columns, absent) + 1;
  store<u8>(to - 1, NEWLINE);
  return to;
}

/** Writes a digit a column, 1 if the record lacks it; null if it lacks none. */
function putAbsent(to: usize, columns: i32, absent: i32): usize {
  if (absent === 0) {
    store<u16>(to, NULL_CELL as u16);
    return to + NULL_CELL_LENGTH - 1;
  }
  for (let column = 0; column < columns; column += 1) {
    store<u8>(to, formOf(column) === ABSENT ? DIGIT_1 : DIGIT_0);
    to += 1;
  }
  return to;
}
