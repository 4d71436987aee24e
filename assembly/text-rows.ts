/** Rows of COPY's text format. Digits are copied as they stand. */

import { endOf, formOf, JSON_ESCAPES, NULL, startOf, TAGS, TEXT_OTHER_ESCAPES } from './cells';
import { NEWLINE, TAB } from './json';
import { copyBytes, copyForCopy, putNames, unescape } from './texts';

/** `\N` and a tab. */
const NULL_CELL: u32 = 0x00_09_4e_5c;
const NULL_CELL_LENGTH: usize = 3;

export function putTextRow(to: usize, columns: i32): usize {
  for (let column = 0; column < columns; column += 1) {
    const form = formOf(column);
    if (form === NULL) {
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
  store<u8>(to - 1, NEWLINE);
  return to;
}
