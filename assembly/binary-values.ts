/**
 * Values from their decimal text to what COPY's binary format has for them (PostgreSQL: the `*_recv` functions of each
 * type). Only what Zoho writes is understood; whatever else PostgreSQL might make of a text is left to its own parser.
 * Each function writes at `to` and returns the number of bytes.
 */

import { fail, UNUSUAL_VALUE } from './failure';

const MINUS: u8 = 0x2d;
const PLUS: u8 = 0x2b;
const POINT: u8 = 0x2e;
const COLON: u8 = 0x3a;
const ZERO: u8 = 0x30;
const LETTER_E: u8 = 0x65;
const LETTER_T: u8 = 0x54;
const LETTER_Z: u8 = 0x5a;

/** Value of the digit at an address; above 9 if there is none. */
function digitAt(at: usize): u8 {
  return load<u8>(at) - ZERO;
}

/** Reads a whole number of at most so many digits, or fails. */
function wholeNumber(start: usize, end: usize, maxDigits: usize): i64 {
  const isNegative = load<u8>(start) === MINUS;
  let at = isNegative ? start + 1 : start;
  if (at >= end || end - at > maxDigits) fail(UNUSUAL_VALUE, start);
  let value: u64 = 0;
  for (; at < end; at += 1) {
    const digit = digitAt(at);
    if (digit > 9) fail(UNUSUAL_VALUE, start);
    value = value * 10 + digit;
  }
  // Nineteen digits fit into sixty-four bits without a sign.
  if (value > (i64.MAX_VALUE as u64)) fail(UNUSUAL_VALUE, start);
  return isNegative ? -(value as i64) : (value as i64);
}

export function putBigint(to: usize, start: usize, end: usize): usize {
  store<u64>(to, bswap<u64>(wholeNumber(start, end, 19) as u64));
  return 8;
}

export function putInteger(to: usize, start: usize, end: usize): usize {
  const value = wholeNumber(start, end, 10);
  if (value < (i32.MIN_VALUE as i64) || value > (i32.MAX_VALUE as i64)) fail(UNUSUAL_VALUE, start);
  store<u32>(to, bswap<u32>(value as u32));
  return 4;
}

const TRUE: u32 = 0x65757274;
const FALSE: u32 = 0x736c6166;

export function putBoolean(to: usize, start: usize, end: usize): usize {
  const word = load<u32>(start);
  if (end - start === 4 && word === TRUE) store<u8>(to, 1);
  else if (end - start === 5 && word === FALSE && load<u8>(start + 4) === LETTER_E) store<u8>(to, 0);
  else fail(UNUSUAL_VALUE, start);
  return 1;
}

const NUMERIC_HEADER: usize = 8;
const NEGATIVE_SIGN: u16 = 0x4000;
const MAX_DIGITS: i32 = 1_000;
/** Digits of the number that is being converted, without its point. */
const digits: usize = memory.data(1024);
let digitCount: i32 = 0;
/** Digits behind the point. */
let decimals: i32 = 0;

function putShort(to: usize, value: u16): void {
  store<u16>(to, bswap<u16>(value));
}

/** The digit at an index; zeros stand before and behind the `count` of them. */
function digitOr0(index: i32, count: i32): u16 {
  return index >= 0 && index < count ? (load<u8>(digits + index) as u16) : 0;
}

/**
 * Converts a decimal number, digit by digit, with as many decimals as it has; an exponent moves its point. A `numeric`
 * has groups of four digits; the weight of the first one is its distance from the point.
 */
export function putNumeric(to: usize, start: usize, end: usize): usize {
  const isNegative = load<u8>(start) === MINUS;
  const at = readDigits(isNegative ? start + 1 : start, end);
  const exponent = at < end ? exponentAt(at, start, end) : 0;
  const wholeDigits: i32 = digitCount - decimals + exponent;
  let count = digitCount;
  let zeros: i32 = 0;
  while (zeros < count && load<u8>(digits + zeros) === 0) zeros += 1;
  while (count > zeros && load<u8>(digits + count - 1) === 0) count -= 1;
  const isZero = zeros === count;
  // Counted from the point: group n has the digits from 4n + 4 to 4n + 1 before it.
  const weight: i32 = isZero ? 0 : (wholeDigits - zeros - 1) >> 2;
  const groups = to + NUMERIC_HEADER;
  const groupsEnd = isZero ? groups : putGroups(groups, wholeDigits - 4 * (weight + 1), count);
  putShort(to, ((groupsEnd - groups) >> 1) as u16);
  putShort(to + 2, weight as u16);
  putShort(to + 4, isNegative && !isZero ? NEGATIVE_SIGN : 0);
  putShort(to + 6, max(decimals - exponent, 0) as u16);
  return groupsEnd - to;
}

/**
 * Reads digits and their point into `digits`.
 * @returns the address behind them
 */
function readDigits(from: usize, end: usize): usize {
  let at = from;
  let count: i32 = 0;
  let point: i32 = -1;
  for (; at < end; at += 1) {
    const byte = load<u8>(at);
    const digit = byte - ZERO;
    if (digit <= 9) {
      if (count >= MAX_DIGITS) fail(UNUSUAL_VALUE, from);
      store<u8>(digits + count, digit);
      count += 1;
    } else if (byte === POINT && point < 0 && count > 0) point = count;
    else break;
  }
  if (count === 0 || count === point) fail(UNUSUAL_VALUE, from);
  digitCount = count;
  decimals = point < 0 ? 0 : count - point;
  return at;
}

/**
 * Writes groups of four digits.
 * @param first index of the first group's first digit; below 0 if zeros have to stand before the digits
 * @returns the address behind them
 */
function putGroups(to: usize, first: i32, count: i32): usize {
  for (let index = first; index < count; index += 4) {
    const group =
      digitOr0(index, count) * 1000 +
      digitOr0(index + 1, count) * 100 +
      digitOr0(index + 2, count) * 10 +
      digitOr0(index + 3, count);
    putShort(to, group);
    to += 2;
  }
  return to;
}

const MAX_EXPONENT: i64 = 400;

/** Reads the exponent that begins at an `e`, or fails. */
function exponentAt(at: usize, start: usize, end: usize): i32 {
  if ((load<u8>(at) | 0x20) !== LETTER_E) fail(UNUSUAL_VALUE, start);
  at += 1;
  if (load<u8>(at) === PLUS) at += 1;
  const exponent = wholeNumber(at, end, 3);
  if (exponent > MAX_EXPONENT || exponent < -MAX_EXPONENT) fail(UNUSUAL_VALUE, start);
  return exponent as i32;
}

const DATE_LENGTH: usize = 10;
const TIME_LENGTH: usize = 19;
const DAYS_TO_2000: i32 = 730_425;

/** Reads two digits, or fails. */
function pairAt(at: usize): i32 {
  const tens = digitAt(at);
  const ones = digitAt(at + 1);
  if (tens > 9 || ones > 9) fail(UNUSUAL_VALUE, at);
  return (tens as i32) * 10 + (ones as i32);
}

function expect(byte: u8, at: usize): void {
  if (load<u8>(at) !== byte) fail(UNUSUAL_VALUE, at);
}

function daysOf(month: i32, year: i32): i32 {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days from 2000-01-01 to the `YYYY-MM-DD` at an address. */
function dayAt(at: usize): i32 {
  const year = pairAt(at) * 100 + pairAt(at + 2);
  const month = pairAt(at + 5);
  const day = pairAt(at + 8);
  expect(MINUS, at + 4);
  expect(MINUS, at + 7);
  if (year === 0 || month < 1 || month > 12 || day < 1 || day > daysOf(month, year)) fail(UNUSUAL_VALUE, at);
  // Counted in years that begin in March, so that the leap day comes last.
  const marchYear = month > 2 ? year : year - 1;
  const marchMonth = month > 2 ? month - 3 : month + 9;
  const leapDays = marchYear / 4 - marchYear / 100 + marchYear / 400;
  return marchYear * 365 + leapDays + (153 * marchMonth + 2) / 5 + day - 1 - DAYS_TO_2000;
}

export function putDate(to: usize, start: usize, end: usize): usize {
  if (end - start !== DATE_LENGTH) fail(UNUSUAL_VALUE, start);
  store<u32>(to, bswap<u32>(dayAt(start) as u32));
  return 4;
}

/** From 0002-01-01 to 9998-12-31: the next time zone has years of four digits, too. */
const FIRST_DAY: i32 = -729754;
const LAST_DAY: i32 = 2921574;

/** Converts a time of ISO 8601 with its offset to microseconds from 2000-01-01T00:00:00Z. */
export function putTimestamp(to: usize, start: usize, end: usize): usize {
  if (end - start <= TIME_LENGTH) fail(UNUSUAL_VALUE, start);
  const day = dayAt(start);
  const hour = pairAt(start + 11);
  const minute = pairAt(start + 14);
  const second = pairAt(start + 17);
  expect(LETTER_T, start + 10);
  expect(COLON, start + 13);
  expect(COLON, start + 16);
  if (day < FIRST_DAY || day > LAST_DAY || hour > 23 || minute > 59 || second > 59) fail(UNUSUAL_VALUE, start);
  const fraction = start + TIME_LENGTH;
  const offset = load<u8>(fraction) === POINT ? skipDigits(fraction + 1, end) : fraction;
  const seconds = (day as i64) * 86_400 + hour * 3600 + minute * 60 + second - offsetSeconds(offset, end);
  store<u64>(to, bswap<u64>((seconds * 1_000_000 + microsecondsOf(fraction, offset)) as u64));
  return 8;
}

function skipDigits(at: usize, end: usize): usize {
  while (at < end && digitAt(at) <= 9) at += 1;
  return at;
}

/** Reads a fraction of a second with its point; 0 for none. */
function microsecondsOf(point: usize, end: usize): i64 {
  if (point === end) return 0;
  if (end === point + 1 || end > point + 7) fail(UNUSUAL_VALUE, point);
  let fraction: i64 = 0;
  let unit: i64 = 100_000;
  for (let at = point + 1; at < end; at += 1) {
    fraction += unit * (digitAt(at) as i64);
    unit /= 10;
  }
  return fraction;
}

/** `Z` or `+HH:MM`, in seconds. */
function offsetSeconds(at: usize, end: usize): i64 {
  const sign = load<u8>(at);
  if (end - at === 1 && sign === LETTER_Z) return 0;
  if (end - at !== 6 || (sign !== PLUS && sign !== MINUS)) fail(UNUSUAL_VALUE, at);
  const hours = pairAt(at + 1);
  const minutes = pairAt(at + 4);
  expect(COLON, at + 3);
  if (hours > 15 || minutes > 59) fail(UNUSUAL_VALUE, at);
  const seconds = (hours * 3600 + minutes * 60) as i64;
  return sign === MINUS ? -seconds : seconds;
}
