/** Unescapes JSON texts and escapes them for COPY. Functions that write return the address behind what they wrote. */

import { fail, NOT_JSON } from './failure';
import {
  BACKSLASH,
  BLOCK,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  isSame,
  NEWLINE,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  RETURN,
  skipByte,
  skipComma,
  skipSpace,
  skipText,
  skipValue,
  SPACE,
  TAB,
} from './json';

const LONG: usize = 256;
const REPLACEMENT: u32 = 0xfffd;
const LETTER_B: u8 = 0x62;
const LETTER_F: u8 = 0x66;
const LETTER_N: u8 = 0x6e;
const LETTER_R: u8 = 0x72;
const LETTER_T: u8 = 0x74;
const LETTER_U: u8 = 0x75;
const SLASH: u8 = 0x2f;

/** Copies whole blocks: up to a block is read and written behind the given length. */
export function copyBytes(to: usize, from: usize, length: usize): usize {
  if (length > LONG) memory.copy(to, from, length);
  else for (let at: usize = 0; at < length; at += BLOCK) v128.store(to + at, v128.load(from + at));
  return to + length;
}

/** Writes a byte that may have a meaning in COPY's text format. */
function putForCopy(to: usize, byte: u8): usize {
  let letter: u8 = 0;
  if (byte === BACKSLASH) letter = BACKSLASH;
  else if (byte === NEWLINE) letter = LETTER_N;
  else if (byte === RETURN) letter = LETTER_R;
  else if (byte === TAB) letter = LETTER_T;
  if (letter === 0) {
    store<u8>(to, byte);
    return to + 1;
  }
  store<u8>(to, BACKSLASH);
  store<u8>(to + 1, letter);
  return to + 2;
}

export function copyForCopy(to: usize, from: usize, end: usize): usize {
  for (; from < end; from += 1) to = putForCopy(to, load<u8>(from));
  return to;
}

/** Byte that an escape of one letter stands for; 0 if it is none of JSON's. */
function meaningOf(letter: u8): u8 {
  switch (letter) {
    case QUOTE:
    case BACKSLASH:
    case SLASH:
      return letter;
    case LETTER_B:
      return 0x08;
    case LETTER_F:
      return 0x0c;
    case LETTER_N:
      return NEWLINE;
    case LETTER_R:
      return RETURN;
    case LETTER_T:
      return TAB;
    default:
      return 0;
  }
}

function hexDigits(at: usize): u32 {
  let value: u32 = 0;
  for (let index: usize = 0; index < 4; index += 1) {
    const byte = load<u8>(at + index);
    const lower = byte | 0x20;
    if (byte - 0x30 <= 9) value = (value << 4) | (byte - 0x30);
    else if (lower - 0x61 <= 5) value = (value << 4) | (lower - 0x61 + 10);
    else fail(NOT_JSON, at);
  }
  return value;
}

function putCharacter(to: usize, code: u32): usize {
  if (code < 0x80) {
    store<u8>(to, code as u8);
    return to + 1;
  }
  if (code < 0x800) {
    store<u8>(to, (0xc0 | (code >> 6)) as u8);
    store<u8>(to + 1, (0x80 | (code & 0x3f)) as u8);
    return to + 2;
  }
  if (code < 0x10000) {
    store<u8>(to, (0xe0 | (code >> 12)) as u8);
    store<u8>(to + 1, (0x80 | ((code >> 6) & 0x3f)) as u8);
    store<u8>(to + 2, (0x80 | (code & 0x3f)) as u8);
    return to + 3;
  }
  store<u8>(to, (0xf0 | (code >> 18)) as u8);
  store<u8>(to + 1, (0x80 | ((code >> 12) & 0x3f)) as u8);
  store<u8>(to + 2, (0x80 | ((code >> 6) & 0x3f)) as u8);
  store<u8>(to + 3, (0x80 | (code & 0x3f)) as u8);
  return to + 4;
}

/** True if an escape of four hexadecimal digits stands here. */
function isUnicodeEscape(at: usize, end: usize): bool {
  return at + 6 <= end && load<u8>(at) === BACKSLASH && load<u8>(at + 1) === LETTER_U;
}

/** Length of an escape, and of the two that a character beyond the first plane takes. */
const UNICODE_ESCAPE: usize = 6;
const ESCAPED_PAIR: usize = 12;

/**
 * The character of the escape here, with the next escape if both are a surrogate pair. PostgreSQL cannot store NUL and
 * half of a pair: they become U+FFFD.
 */
function escapedCharacter(at: usize, end: usize): u32 {
  const code = hexDigits(at + 2);
  if (code === 0) return REPLACEMENT;
  if (code < 0xd800 || code > 0xdfff) return code;
  const next = at + UNICODE_ESCAPE;
  const low = code <= 0xdbff && isUnicodeEscape(next, end) ? hexDigits(next + 2) : 0;
  if (low < 0xdc00 || low > 0xdfff) return REPLACEMENT;
  return 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
}

/**
 * Writes the text that a JSON text stands for.
 * @param forCopy with the escapes of COPY's text format
 */
export function unescape(to: usize, at: usize, end: usize, forCopy: bool): usize {
  while (at < end) {
    const byte = load<u8>(at);
    if (byte < SPACE) fail(NOT_JSON, at);
    if (byte !== BACKSLASH) {
      store<u8>(to, byte);
      to += 1;
      at += 1;
    } else if (isUnicodeEscape(at, end)) {
      const code = escapedCharacter(at, end);
      at += code < 0x10000 ? UNICODE_ESCAPE : ESCAPED_PAIR;
      to = forCopy && code < 0x80 ? putForCopy(to, code as u8) : putCharacter(to, code);
    } else {
      const meaning = meaningOf(load<u8>(at + 1));
      if (meaning === 0) fail(NOT_JSON, at);
      at += 2;
      if (forCopy) to = putForCopy(to, meaning);
      else {
        store<u8>(to, meaning);
        to += 1;
      }
    }
  }
  return to;
}

const NULL_TEXT: usize = memory.data<u8>([0x6e, 0x75, 0x6c, 0x6c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const NULL_LENGTH: usize = 4;
const NAME_KEY: usize = memory.data<u8>([0x22, 0x6e, 0x61, 0x6d, 0x65, 0x22, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const NAME_KEY_LENGTH: usize = 6;

function putJson(to: usize, from: usize, end: usize, forCopy: bool): usize {
  return forCopy ? copyForCopy(to, from, end) : copyBytes(to, from, end - from);
}

/** Value of the name of the tag that was read last, as it stands in the page; `null` if it has none. */
let nameStart: usize = NULL_TEXT;
let nameEnd: usize = NULL_TEXT + NULL_LENGTH;

/** Converts `[{"name":"A","id":"1"}]` to `["A"]`; anything but a list stays as it is. */
export function putNames(to: usize, at: usize, end: usize, forCopy: bool): usize {
  if (load<u8>(at) !== OPEN_BRACKET) return putJson(to, at, end, forCopy);
  store<u8>(to, OPEN_BRACKET);
  to += 1;
  at = skipSpace(at + 1);
  while (load<u8>(at) !== CLOSE_BRACKET) {
    at = skipSpace(readTag(at, end));
    to = putJson(to, nameStart, nameEnd, forCopy);
    if (load<u8>(at) === COMMA) {
      store<u8>(to, COMMA);
      to += 1;
      at = skipSpace(at + 1);
    } else if (load<u8>(at) !== CLOSE_BRACKET) fail(NOT_JSON, at);
  }
  store<u8>(to, CLOSE_BRACKET);
  return to + 1;
}

/**
 * Finds the name of a tag: a member of an object, or a plain value itself.
 * @returns the address behind the tag
 */
function readTag(at: usize, end: usize): usize {
  const first = load<u8>(at);
  nameStart = NULL_TEXT;
  nameEnd = NULL_TEXT + NULL_LENGTH;
  if (first === OPEN_BRACE) return readTagMembers(skipSpace(at + 1), end);
  const behind = skipValue(at, end);
  if (first !== OPEN_BRACKET) {
    nameStart = at;
    nameEnd = behind;
  }
  return behind;
}

function readTagMembers(at: usize, end: usize): usize {
  while (load<u8>(at) !== CLOSE_BRACE) {
    const keyEnd = skipText(at, end);
    const isName = keyEnd - at === NAME_KEY_LENGTH && isSame(NAME_KEY, at, NAME_KEY_LENGTH);
    const value = skipSpace(skipByte(COLON, keyEnd));
    const behind = skipValue(value, end);
    if (isName) {
      nameStart = value;
      nameEnd = behind;
    }
    at = skipComma(behind);
  }
  return at + 1;
}
