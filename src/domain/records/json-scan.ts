import { MAX_JSON_DEPTH } from './parse-exact-json';

/** More names than a module of Zoho's has fields. */
export const MAX_JSON_NAMES = 500;

/** Bounds of a JSON text in values: those within others count, too, and a name counts with its value. */
export interface JsonLimit {
  readonly values: number;
  /**
   * For texts that are mostly long lists. A list is an array at this level, the outermost value being at level 1; what
   * is in lists does not count among `values`.
   */
  readonly lists?: { readonly level: number; readonly values: number; readonly valuesPerItem: number };
}

/** A list of a scanned text: what is between its brackets, as offsets of bytes. */
export interface JsonList {
  readonly start: number;
  /** -1 where the text ends within the list. */
  readonly end: number;
  /** Between its items. */
  readonly commas: readonly number[];
}

/** Kinds of bounds: levels of nesting, names of one object, values of an item of a list, values of the whole text. */
export type JsonBound = 'depth' | 'names' | 'itemValues' | 'values';

/** Raised by a JSON text that exceeds a bound. */
export class JsonBoundExceeded extends Error {
  override readonly name = 'JsonBoundExceeded';
  readonly bound: JsonBound;
  readonly limit: number;

  constructor(bound: JsonBound, limit: number) {
    super(`The JSON text has more than ${limit} ${bound}.`);
    this.bound = bound;
    this.limit = limit;
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/**
 * Counts levels, names and values of a JSON text while its bytes come in, so that a text that would cost too much is
 * refused before it is parsed, or even read to its end. One pass, and memory for the levels alone.
 *
 * It does not tell whether the text is JSON: a parser still has to. A text that is not JSON is counted, too, and ends
 * in one of the two refusals.
 */
export class JsonScan {
  readonly #limit: JsonLimit;
  readonly #lists: { start: number; end: number; commas: number[] }[] = [];
  readonly #names = new Uint32Array(MAX_JSON_DEPTH + 1);
  readonly #isObject = new Uint8Array(MAX_JSON_DEPTH + 1);
  #depth = 0;
  #values = 1;
  #list: { end: number; commas: number[] } | undefined;
  #listValues = 0;
  #itemValues = 0;
  /** Offset of the bytes that are being scanned. */
  #offset = 0;
  #isInText = false;
  #isEscaped = false;

  constructor(limit: JsonLimit) {
    this.#limit = limit;
  }

  /** Lists in the order in which they begin; complete once the text is. */
  get lists(): readonly JsonList[] {
    return this.#lists;
  }

  /** Continues with the next bytes of the text. @throws JsonBoundExceeded at the first byte beyond a bound */
  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at++) {
      if (this.#isInText) at = this.#skipText(bytes, at);
      else this.#take(bytes[at] ?? 0, this.#offset + at);
    }
    this.#offset += bytes.length;
  }

  /** @returns index of the text's closing quote, or of the last byte if it is not there */
  #skipText(bytes: Uint8Array, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (bytes[at] === BACKSLASH) this.#isEscaped = true;
      else if (bytes[at] === QUOTE) {
        this.#isInText = false;
        return at;
      }
    }
    return bytes.length;
  }

  #take(byte: number, offset: number): void {
    switch (byte) {
      case QUOTE:
        this.#isInText = true;
        return;
      case COMMA:
        this.#separate(offset);
        return;
      case OPENING_BRACKET:
      case OPENING_BRACE:
        this.#open(byte === OPENING_BRACE, offset);
        return;
      case CLOSING_BRACKET:
      case CLOSING_BRACE:
        this.#close(offset);
        return;
    }
  }

  #separate(offset: number): void {
    if (this.#list && this.#depth === this.#limit.lists?.level) {
      this.#list.commas.push(offset);
      this.#itemValues = 0;
    }
    this.#countValue();
    if (this.#isObject[this.#depth] === 1) this.#countName();
  }

  #open(isObject: boolean, offset: number): void {
    this.#countValue();
    if (this.#depth === MAX_JSON_DEPTH) throw new JsonBoundExceeded('depth', MAX_JSON_DEPTH);
    this.#depth += 1;
    this.#isObject[this.#depth] = isObject ? 1 : 0;
    this.#names[this.#depth] = 1;
    if (isObject || this.#depth !== this.#limit.lists?.level) return;
    const list = { start: offset + 1, end: -1, commas: [] };
    this.#lists.push(list);
    this.#list = list;
    this.#itemValues = 0;
  }

  #close(offset: number): void {
    if (this.#depth === this.#limit.lists?.level && this.#list) {
      this.#list.end = offset;
      this.#list = undefined;
    }
    if (this.#depth > 0) this.#depth -= 1;
  }

  #countName(): void {
    const names = (this.#names[this.#depth] ?? 0) + 1;
    if (names > MAX_JSON_NAMES) throw new JsonBoundExceeded('names', MAX_JSON_NAMES);
    this.#names[this.#depth] = names;
  }

  #countValue(): void {
    const { values, lists } = this.#limit;
    if (this.#list === undefined || lists === undefined) {
      this.#values += 1;
      if (this.#values > values) throw new JsonBoundExceeded('values', values);
      return;
    }
    this.#listValues += 1;
    if (this.#listValues > lists.values) throw new JsonBoundExceeded('values', lists.values);
    this.#itemValues += 1;
    if (this.#itemValues > lists.valuesPerItem) throw new JsonBoundExceeded('itemValues', lists.valuesPerItem);
  }
}
