import { MAX_JSON_DEPTH } from './parse-exact-json';

/** More names than a module of Zoho's has fields. */
export const MAX_JSON_NAMES = 500;

/** Kinds of bounds: levels of nesting, names of one object, values of the whole text. */
export type JsonBound = 'depth' | 'names' | 'values';

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
  readonly #maxValues: number;
  readonly #names = new Uint32Array(MAX_JSON_DEPTH + 1);
  readonly #isObject = new Uint8Array(MAX_JSON_DEPTH + 1);
  #depth = 0;
  #values = 1;
  #isInText = false;
  #isEscaped = false;

  constructor(maxValues: number) {
    this.#maxValues = maxValues;
  }

  /** Continues with the next bytes of the text. @throws JsonBoundExceeded at the first byte beyond a bound */
  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at++) {
      if (this.#isInText) at = this.#skipText(bytes, at);
      else this.#take(bytes[at] ?? 0);
    }
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

  #take(byte: number): void {
    switch (byte) {
      case QUOTE:
        this.#isInText = true;
        return;
      case COMMA:
        this.#countValue();
        if (this.#isObject[this.#depth] === 1) this.#countName();
        return;
      case OPENING_BRACKET:
      case OPENING_BRACE:
        this.#open(byte === OPENING_BRACE);
        return;
      case CLOSING_BRACKET:
      case CLOSING_BRACE:
        if (this.#depth > 0) this.#depth -= 1;
        return;
    }
  }

  #open(isObject: boolean): void {
    this.#countValue();
    if (this.#depth === MAX_JSON_DEPTH) throw new JsonBoundExceeded('depth', MAX_JSON_DEPTH);
    this.#depth += 1;
    this.#isObject[this.#depth] = isObject ? 1 : 0;
    this.#names[this.#depth] = 1;
  }

  #countName(): void {
    const names = (this.#names[this.#depth] ?? 0) + 1;
    if (names > MAX_JSON_NAMES) throw new JsonBoundExceeded('names', MAX_JSON_NAMES);
    this.#names[this.#depth] = names;
  }

  #countValue(): void {
    if (this.#values === this.#maxValues) throw new JsonBoundExceeded('values', this.#maxValues);
    this.#values += 1;
  }
}
