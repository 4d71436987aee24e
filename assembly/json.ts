/** Walks over the bytes of a JSON document. Each function takes where something begins and returns what is behind it. */

import { fail, NOT_JSON } from './failure';

export const QUOTE: u8 = 0x22;
export const BACKSLASH: u8 = 0x5c;
export const COMMA: u8 = 0x2c;
export const COLON: u8 = 0x3a;
export const OPEN_BRACE: u8 = 0x7b;
export const CLOSE_BRACE: u8 = 0x7d;
export const OPEN_BRACKET: u8 = 0x5b;
export const CLOSE_BRACKET: u8 = 0x5d;
export const TAB: u8 = 0x09;
export const NEWLINE: u8 = 0x0a;
export const RETURN: u8 = 0x0d;
/** Below it are the control characters, which JSON texts may hold as escapes only. */
export const SPACE: u8 = 0x20;

/** Bytes that are looked at together. Behind a document stand as many zeros, which end whatever is being read. */
export const BLOCK: usize = 16;

/** Kinds of escapes in texts: none; only those that COPY's text format reads the same way; others, too. */
export const NO_ESCAPES: u8 = 0;
export const SHARED_ESCAPES: u8 = 1;
export const OTHER_ESCAPES: u8 = 2;

/** Escapes in the texts that were skipped since they were last forgotten. */
export let escapes: u8 = NO_ESCAPES;

export function forgetEscapes(): void {
  escapes = NO_ESCAPES;
}

/** Letters behind a backslash that mean the same to JSON and to COPY: quote, backslash, slash, b, f, n, r, t. */
function isSharedEscape(letter: u8): bool {
  switch (letter) {
    case 0x22:
    case 0x5c:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return true;
    default:
      return false;
  }
}

export function skipSpace(at: usize): usize {
  while (load<u8>(at) <= SPACE) {
    const byte = load<u8>(at);
    if (byte !== SPACE && byte !== NEWLINE && byte !== RETURN && byte !== TAB) break;
    at += 1;
  }
  return at;
}

/** Skips white space and the byte that has to stand behind it. */
export function skipByte(byte: u8, at: usize): usize {
  at = skipSpace(at);
  if (load<u8>(at) !== byte) fail(NOT_JSON, at);
  return at + 1;
}

/** Goes on to the next item, if there is one. */
export function skipComma(at: usize): usize {
  at = skipSpace(at);
  return load<u8>(at) === COMMA ? skipSpace(at + 1) : at;
}

/** Sets a bit for each of the sixteen bytes that is a quote, a backslash or a control character. */
function specialBytes(at: usize): i32 {
  const block = v128.load(at);
  const quotes = i8x16.eq(block, i8x16.splat(QUOTE));
  const backslashes = i8x16.eq(block, i8x16.splat(BACKSLASH));
  const controls = i8x16.lt_u(block, i8x16.splat(SPACE));
  return i8x16.bitmask(v128.or(v128.or(quotes, backslashes), controls));
}

/** Skips a text with its quotes; `escapes` gets their kind. Control characters count as other escapes. */
export function skipText(at: usize, end: usize): usize {
  if (load<u8>(at) !== QUOTE) fail(NOT_JSON, at);
  at += 1;
  while (true) {
    const special = specialBytes(at);
    if (special === 0) {
      at += BLOCK;
      continue;
    }
    at += ctz(special);
    const byte = load<u8>(at);
    if (byte === QUOTE) return at + 1;
    if (at >= end) fail(NOT_JSON, at);
    if (byte === BACKSLASH) {
      escapes |= isSharedEscape(load<u8>(at + 1)) ? SHARED_ESCAPES : OTHER_ESCAPES;
      at += 2;
    } else {
      escapes |= OTHER_ESCAPES;
      at += 1;
    }
  }
}

/** Skips a number, `true`, `false` or `null`. */
export function skipPlain(from: usize): usize {
  let at = from;
  while (true) {
    const byte = load<u8>(at);
    if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte <= SPACE) break;
    at += 1;
  }
  if (at === from) fail(NOT_JSON, at);
  return at;
}

function skipNested(at: usize, end: usize): usize {
  let depth = 0;
  do {
    const byte = load<u8>(at);
    if (byte === QUOTE) {
      at = skipText(at, end);
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1;
    else if (byte < SPACE) {
      if (at >= end) fail(NOT_JSON, at);
      escapes |= OTHER_ESCAPES;
    }
    at += 1;
  } while (depth > 0);
  return at;
}

/** Skips a value and the white space before it. */
export function skipValue(at: usize, end: usize): usize {
  at = skipSpace(at);
  const first = load<u8>(at);
  if (first === QUOTE) return skipText(at, end);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return skipNested(at, end);
  return skipPlain(at);
}

/** True if two addresses hold the same bytes. Up to a block is read behind both. */
export function isSame(one: usize, other: usize, length: usize): bool {
  let at: usize = 0;
  while (at + BLOCK <= length) {
    if (i8x16.bitmask(i8x16.eq(v128.load(one + at), v128.load(other + at))) !== 0xffff) return false;
    at += BLOCK;
  }
  const rest = length - at;
  const equal = i8x16.bitmask(i8x16.eq(v128.load(one + at), v128.load(other + at)));
  return ((equal | (-1 << (rest as i32))) & 0xffff) === 0xffff;
}
