/** Lists, which an export joins into one text without quotes, as JSON. */

import { fail, UNUSUAL_VALUE } from './failure';
import { BACKSLASH, CLOSE_BRACKET, COMMA, isSame, OPEN_BRACKET, QUOTE, SPACE } from './json';

const SEMICOLON: u8 = 0x3b;
/** Separates nothing, since no text of PostgreSQL's has it. */
const NO_SEPARATOR: u8 = 0;
const LETTER_U: u16 = 0x75;
const ZEROS: u16 = 0x3030;
const DIGIT_ZERO: u8 = 0x30;
const LETTER_A: u8 = 0x61;

/** A byte becomes six at most: a control character is escaped. */
export const LIST_GROWTH: usize = 6;
/** Brackets and quotes around the list. */
export const LIST_OVERHEAD: usize = 4;

/** Options of one column: their number, then for each the offset in the table and the length, four bytes each. */
const COUNT_BYTES: usize = 4;
const OPTION_BYTES: usize = 8;
const OPTION_LENGTH: usize = 4;

let table: usize = 0;
let options: usize = 0;

/** @param lists begins with an offset of four bytes for each cell of a line: that of its options, if it has choices */
export function setOptions(lists: usize): void {
  table = lists;
}

export function putTags(to: usize, from: usize, end: usize): usize {
  return putList(to, from, end, COMMA);
}

/**
 * Zoho separates choices by a semicolon or a comma, and an option may have either in it: the first reading in which every
 * part is an option wins.
 */
export function putChoices(to: usize, from: usize, end: usize, column: i32): usize {
  options = table + load<u32>(table + 4 * column);
  return putList(to, from, end, separatorOf(from, end));
}

function separatorOf(from: usize, end: usize): u8 {
  if (isOption(from, end)) return NO_SEPARATOR;
  return areOptions(from, end, COMMA) && !areOptions(from, end, SEMICOLON) ? COMMA : SEMICOLON;
}

function areOptions(from: usize, end: usize, separator: u8): bool {
  for (let at = from; at < end; at += 1) {
    if (load<u8>(at) !== separator) continue;
    if (!isOption(from, at)) return false;
    from = at + 1;
  }
  return isOption(from, end);
}

function isOption(from: usize, end: usize): bool {
  const behind = options + COUNT_BYTES + OPTION_BYTES * load<u32>(options);
  for (let at = options + COUNT_BYTES; at < behind; at += OPTION_BYTES) {
    const length: usize = load<u32>(at + OPTION_LENGTH);
    if (length === end - from && isSame(table + load<u32>(at), from, length)) return true;
  }
  return false;
}

function putList(to: usize, from: usize, end: usize, separator: u8): usize {
  store<u16>(to, (OPEN_BRACKET as u16) | ((QUOTE as u16) << 8));
  to += 2;
  for (; from < end; from += 1) {
    const byte = load<u8>(from);
    if (byte === separator) {
      store<u8>(to, QUOTE);
      store<u16>(to + 1, (COMMA as u16) | ((QUOTE as u16) << 8));
      to += 3;
    } else to = putEscaped(to, byte, from);
  }
  store<u16>(to, (QUOTE as u16) | ((CLOSE_BRACKET as u16) << 8));
  return to + 2;
}

function putEscaped(to: usize, byte: u8, from: usize): usize {
  if (byte < SPACE) {
    // PostgreSQL has no such character.
    if (byte === 0) fail(UNUSUAL_VALUE, from);
    store<u16>(to, (BACKSLASH as u16) | (LETTER_U << 8));
    store<u16>(to + 2, ZEROS);
    store<u8>(to + 4, DIGIT_ZERO + (byte >> 4));
    const low: u8 = byte & 15;
    store<u8>(to + 5, low < 10 ? DIGIT_ZERO + low : LETTER_A + low - 10);
    return to + 6;
  }
  if (byte === QUOTE || byte === BACKSLASH) {
    store<u8>(to, BACKSLASH);
    to += 1;
  }
  store<u8>(to, byte);
  return to + 1;
}
