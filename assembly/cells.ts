/** Finds the cells of a record: where the value of each column lies. */

import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  escapes,
  forgetEscapes,
  isSame,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  skipByte,
  skipComma,
  skipPlain,
  skipSpace,
  skipText,
  skipValue,
} from './json';

/**
 * Forms of a cell, between its start and its end in the page. Absent: the record has no such key, which says nothing about
 * the value; an empty text or list is null, because an export cannot tell them apart.
 */
export const ABSENT: u8 = 0;
export const NULL: u8 = 1;
/** A number, `true` or `false`. */
export const PLAIN: u8 = 2;
/** A text without its quotes; no escapes are in it. The next two forms are this one with escapes, shared and others. */
export const TEXT: u8 = 3;
export const TEXT_SHARED_ESCAPES: u8 = 4;
export const TEXT_OTHER_ESCAPES: u8 = 5;
/** JSON in which COPY sees nothing to unescape, and JSON with escapes or line ends in it. */
export const JSON: u8 = 6;
export const JSON_ESCAPES: u8 = 7;
/** Tags, of which the names are meant. */
export const TAGS: u8 = 8;

const LETTER_N: u8 = 0x6e;
const MAX_KNOWN_KEYS: usize = 1024;

/** A field and the columns that take something from it; -1 for none. */
@unmanaged
class Field {
  key: usize;
  length: usize;
  value: i32;
  id: i32;
  name: i32;
  json: i32;
  names: i32;
}

/** Offsets in bytes at which the host writes the parts of a field. */
export const FIELD_BYTES: usize = offsetof<Field>();
export const FIELD_KEY: usize = offsetof<Field>('key');
export const FIELD_LENGTH: usize = offsetof<Field>('length');
export const FIELD_VALUE: usize = offsetof<Field>('value');
export const FIELD_ID: usize = offsetof<Field>('id');
export const FIELD_NAME: usize = offsetof<Field>('name');
export const FIELD_JSON: usize = offsetof<Field>('json');
export const FIELD_NAMES: usize = offsetof<Field>('names');

/** Room that the host leaves for each column's cell: where it starts, where it ends, its form, and its mark. */
export const CELL_BYTES: usize = 2 * sizeof<u32>() + 2 * sizeof<u8>();

/** A key of the record before, with quotes and colon, and its field if it is asked for: keys mostly keep their order. */
@unmanaged
class KnownKey {
  key: usize;
  length: usize;
  field: Field | null;
}

let fields: usize = 0;
let fieldCount: i32 = 0;
const knownKeys: usize = memory.data(12 * 1024);
let knownCount: usize = 0;

const ID_KEY: usize = memory.data<u8>([0x22, 0x69, 0x64, 0x22, 0x3a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const ID_KEY_LENGTH: usize = 5;
const NAME_KEY: usize = memory.data<u8>([0x22, 0x6e, 0x61, 0x6d, 0x65, 0x22, 0x3a, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const NAME_KEY_LENGTH: usize = 7;

let columns: i32 = 0;
let starts: usize = 0;
let ends: usize = 0;
let forms: usize = 0;
/** Marks of the columns that no record of the page has, a byte each. */
export let marks: usize = 0;
/** Number of marked columns. */
let markCount: i32 = 0;

/** @param table of `Field`s; `cells` has room for `CELL_BYTES` a column */
export function setFields(table: usize, count: i32, columnCount: i32, cells: usize): void {
  fields = table;
  fieldCount = count;
  columns = columnCount;
  starts = cells;
  ends = cells + 4 * columnCount;
  forms = cells + 8 * columnCount;
  marks = cells + 9 * columnCount;
}

export function startOf(column: i32): usize {
  return load<u32>(starts + 4 * column);
}

export function endOf(column: i32): usize {
  return load<u32>(ends + 4 * column);
}

export function formOf(column: i32): u8 {
  return load<u8>(forms + column);
}

/** Forgets the keys of the page before, which lay elsewhere in memory. */
export function forgetKeys(): void {
  knownCount = 0;
}

/** Marks the columns that the first record of a page lacks. */
export function markAbsent(): void {
  markCount = 0;
  for (let column = 0; column < columns; column += 1) {
    const isAbsent = formOf(column) === ABSENT;
    store<u8>(marks + column, isAbsent ? 1 : 0);
    if (isAbsent) markCount += 1;
  }
}

/** True if the record lacks exactly the marked columns. */
export function lacksMarked(): bool {
  let count = 0;
  for (let column = 0; column < columns; column += 1) {
    if (formOf(column) !== ABSENT) continue;
    if (load<u8>(marks + column) === 0) return false;
    count += 1;
  }
  return count === markCount;
}

function keepNull(column: i32): void {
  if (column >= 0) store<u8>(forms + column, NULL);
}

function findField(key: usize, length: usize): Field | null {
  for (let index = 0; index < fieldCount; index += 1) {
    const field = changetype<Field>(fields + index * offsetof<Field>());
    if (field.length === length && isSame(field.key, key, length)) return field;
  }
  return null;
}

function keep(column: i32, form: u8, start: usize, end: usize): void {
  store<u8>(forms + column, form);
  store<u32>(starts + 4 * column, start as u32);
  store<u32>(ends + 4 * column, end as u32);
}

/** Finds the cells of the record that begins here. */
export function readRecord(from: usize, end: usize): usize {
  memory.fill(forms, ABSENT, columns);
  let at = skipSpace(skipByte(OPEN_BRACE, from));
  let index: usize = 0;
  while (load<u8>(at) !== CLOSE_BRACE) {
    let field: Field | null;
    const known = changetype<KnownKey>(knownKeys + index * offsetof<KnownKey>());
    if (index < knownCount && isSame(known.key, at, known.length)) {
      at += known.length;
      field = known.field;
    } else {
      const keyEnd = skipText(at, end);
      field = findField(at + 1, keyEnd - at - 2);
      const behind = skipByte(COLON, keyEnd);
      if (index < MAX_KNOWN_KEYS && index <= knownCount) {
        known.key = at;
        known.length = behind - at;
        known.field = field;
        knownCount = max(knownCount, index + 1);
      }
      at = behind;
    }
    at = field === null ? skipValue(at, end) : takeField(field, skipSpace(at), end);
    at = skipComma(at);
    index += 1;
  }
  return at + 1;
}

function takeField(field: Field, at: usize, end: usize): usize {
  if (field.value >= 0) return take(field.value, at, end);
  if (field.json >= 0) return takeJson(field.json, JSON, at, end);
  if (field.names >= 0) return takeJson(field.names, TAGS, at, end);
  keepNull(field.id);
  keepNull(field.name);
  const first = load<u8>(at);
  if (first === OPEN_BRACE) return takeReference(field, at, end);
  // A reference that is a bare id, as some modules write it.
  if (field.id >= 0 && (first === QUOTE || first - 0x30 <= 9)) return take(field.id, at, end);
  return skipValue(at, end);
}

function takeReference(field: Field, at: usize, end: usize): usize {
  at = skipSpace(at + 1);
  while (load<u8>(at) !== CLOSE_BRACE) {
    if (field.name >= 0 && isSame(NAME_KEY, at, NAME_KEY_LENGTH)) {
      at = take(field.name, skipSpace(at + NAME_KEY_LENGTH), end);
    } else if (field.id >= 0 && isSame(ID_KEY, at, ID_KEY_LENGTH)) {
      at = take(field.id, skipSpace(at + ID_KEY_LENGTH), end);
    } else at = skipValue(skipByte(COLON, skipText(at, end)), end);
    at = skipComma(at);
  }
  return at + 1;
}

/** Takes a value as it is meant. */
function take(column: i32, from: usize, end: usize): usize {
  keepNull(column);
  const first = load<u8>(from);
  if (first === QUOTE) {
    forgetEscapes();
    const at = skipText(from, end);
    if (at - from > 2) keep(column, TEXT + min<u8>(escapes, 2), from + 1, at - 1);
    return at;
  }
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return takeJson(column, JSON, from, end);
  const at = skipPlain(from);
  if (first !== LETTER_N) keep(column, PLAIN, from, at);
  return at;
}

/** Takes a value as JSON text; what is empty is null. */
function takeJson(column: i32, form: u8, from: usize, end: usize): usize {
  keepNull(column);
  forgetEscapes();
  const at = skipValue(from, end);
  const first = load<u8>(from);
  const isEmpty =
    first === LETTER_N ||
    (first === QUOTE && at - from === 2) ||
    (first === OPEN_BRACKET && load<u8>(skipSpace(from + 1)) === CLOSE_BRACKET);
  if (!isEmpty) keep(column, form === JSON && escapes > 0 ? JSON_ESCAPES : form, from, at);
  return at;
}
