/** Rearranges lines of CSV, as an export has them, into rows of COPY's binary format. */

import { CELL_HEADER, JSONB_VERSION, NO_CELL, putPlain, TYPE_BIGINT, TYPE_TEXT } from './binary-rows';
import { fail, OUT_OF_ROOM, UNUSUAL_VALUE } from './failure';
import { BLOCK, COMMA, NEWLINE, QUOTE, RETURN } from './json';
import { LIST_GROWTH, LIST_OVERHEAD, putChoices, putTags } from './lists';
import { copyBytes } from './texts';
import { largestName, putUserName } from './users';

/** Cells of lines that are not written as they are, besides those of the types of columns. */
export const TYPE_SKIPPED: u8 = 16;
/** Only an empty one can be converted here. */
export const TYPE_UNCONVERTED: u8 = 17;
/** Joined texts that become JSON lists: some of the column's options, and texts that have no comma in them. */
export const TYPE_CHOICES: u8 = 18;
export const TYPE_TAGS: u8 = 19;
/** The id of a user, behind which the name is put into a cell of its own. */
export const TYPE_USER: u8 = 20;

const ROW_HEADER: usize = 2;
/** A list may be written twice. */
const MAX_GROWTH: usize = LIST_GROWTH + 1;
/** The most that a number takes beyond its digits: an exponent may stand for hundreds of them. */
const CELL_OVERHEAD: usize = 256;
const JSONB_VERSION_BYTES: usize = 1;

/** Ends of the rows that were written last, and of the lines that they were made of. */
export let csvWritten: usize = 0;
export let csvConsumed: usize = 0;

/** The next byte that ends a cell without quotes, or that such a cell should not have. */
function endOfPlain(at: usize): usize {
  while (true) {
    const block = v128.load(at);
    const ends = v128.or(i8x16.eq(block, i8x16.splat(COMMA)), i8x16.eq(block, i8x16.splat(NEWLINE)));
    const others = v128.or(i8x16.eq(block, i8x16.splat(QUOTE)), i8x16.eq(block, i8x16.splat(RETURN)));
    const special = i8x16.bitmask(v128.or(ends, others));
    if (special !== 0) return at + ctz(special);
    at += BLOCK;
  }
}

function nextQuote(at: usize): usize {
  while (true) {
    const quotes = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(QUOTE)));
    if (quotes !== 0) return at + ctz(quotes);
    at += BLOCK;
  }
}

/** Copies a text in which quotes are doubled. */
function putUndoubled(to: usize, from: usize, end: usize): usize {
  for (; from < end; from += 1) {
    const byte = load<u8>(from);
    store<u8>(to, byte);
    to += 1;
    if (byte === QUOTE) from += 1;
  }
  return to;
}

function putNoCell(to: usize): usize {
  store<u32>(to, NO_CELL);
  return to + CELL_HEADER;
}

/** @returns bytes of the cell's value */
function putValue(to: usize, type: u8, column: i32, start: usize, end: usize, isDoubled: bool): usize {
  if (type === TYPE_TEXT) {
    return (isDoubled ? putUndoubled(to, start, end) : copyBytes(to, start, end - start)) - to;
  }
  if (type === TYPE_CHOICES || type === TYPE_TAGS) return putListCell(to, type, column, start, end, isDoubled);
  if (isDoubled || type === TYPE_UNCONVERTED) fail(UNUSUAL_VALUE, start);
  return putPlain(to, type === TYPE_USER ? TYPE_BIGINT : type, start, end);
}

/** @returns bytes of the list */
function putListCell(to: usize, type: u8, column: i32, start: usize, end: usize, isDoubled: bool): usize {
  if (isDoubled) {
    // The input may be read again, so it stays as it is.
    const text = to + JSONB_VERSION_BYTES + LIST_GROWTH * (end - start) + LIST_OVERHEAD;
    end = putUndoubled(text, start, end);
    start = text;
  }
  store<u8>(to, JSONB_VERSION);
  const list = to + JSONB_VERSION_BYTES;
  return (type === TYPE_TAGS ? putTags(list, start, end) : putChoices(list, start, end, column)) - to;
}

function putCell(to: usize, type: u8, column: i32, start: usize, end: usize, isDoubled: bool): usize {
  if (type === TYPE_SKIPPED) return to;
  // PostgreSQL is asked to take empty cells for null, quoted ones, too: an export cannot tell them apart.
  if (start === end) return type === TYPE_USER ? putNoCell(putNoCell(to)) : putNoCell(to);
  const content = to + CELL_HEADER;
  const size = putValue(content, type, column, start, end, isDoubled);
  store<u32>(to, bswap<u32>(size as u32));
  return type === TYPE_USER ? putUserName(content, start) : content + size;
}

/** End of the line that was converted last. */
let lineEnd: usize = 0;
/** True if quotes are doubled in the cell that was read last. */
let isDoubled: bool = false;

/**
 * Converts as many whole lines as there are; what is left is the beginning of a line. Behind the input stand a quote
 * and zeros, a block at least, which stop every search.
 * @param types of the cells, a byte each
 * @param width columns of a row
 * @param isHeader the first line has the names of the columns
 * @returns number of rows
 */
export function convertLines(
  input: usize,
  length: usize,
  output: usize,
  capacity: usize,
  types: usize,
  columns: i32,
  width: i32,
  isHeader: bool,
): i32 {
  const inputEnd = input + length;
  const room = output + capacity;
  let rows = 0;
  csvWritten = output;
  csvConsumed = input;
  while (csvConsumed < inputEnd) {
    store<u16>(csvWritten, bswap<u16>(width as u16));
    const to = putLine(csvWritten + ROW_HEADER, csvConsumed, inputEnd, room, isHeader ? 0 : types, columns);
    if (to === 0) break;
    csvConsumed = lineEnd;
    if (isHeader) isHeader = false;
    else {
      csvWritten = to;
      rows += 1;
    }
  }
  return rows;
}

/**
 * @param types 0 for a line that is only skipped
 * @returns the address behind the row; 0 if the line goes on behind the input
 */
function putLine(to: usize, at: usize, inputEnd: usize, room: usize, types: usize, columns: i32): usize {
  for (let column = 0; column < columns; column += 1) {
    const isLast = column === columns - 1;
    const isQuoted = load<u8>(at) === QUOTE && at < inputEnd;
    const start = isQuoted ? at + 1 : at;
    const end = isQuoted ? endOfQuoted(start, inputEnd) : endOfPlain(at);
    at = isQuoted ? end + 1 : end;
    if (load<u8>(at) === RETURN && isLast) at += 1;
    if (at >= inputEnd) return 0;
    if (load<u8>(at) !== (isLast ? NEWLINE : COMMA)) fail(UNUSUAL_VALUE, at);
    at += 1;
    if (to + CELL_HEADER + MAX_GROWTH * (end - start) + CELL_OVERHEAD + largestName > room) fail(OUT_OF_ROOM, at);
    if (types !== 0) to = putCell(to, load<u8>(types + column), column, start, end, isQuoted && isDoubled);
  }
  lineEnd = at;
  return to;
}

/** Finds the quote that ends a cell, and says by `isDoubled` whether it has quotes inside. */
function endOfQuoted(start: usize, inputEnd: usize): usize {
  let end = nextQuote(start);
  isDoubled = false;
  while (load<u8>(end + 1) === QUOTE && end + 1 < inputEnd) {
    isDoubled = true;
    end = nextQuote(end + 2);
  }
  return end;
}
