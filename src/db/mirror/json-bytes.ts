/** The page is not the JSON that Zoho documents. */
export class PageNotReadable extends Error {
  override readonly name = 'PageNotReadable';
}

/** Bytes that mean something in JSON. Modules that look at every byte copy them into constants of their own. */
export const BYTES = {
  QUOTE: 0x22,
  BACKSLASH: 0x5c,
  COMMA: 0x2c,
  COLON: 0x3a,
  OPEN_BRACE: 0x7b,
  CLOSE_BRACE: 0x7d,
  OPEN_BRACKET: 0x5b,
  CLOSE_BRACKET: 0x5d,
  TAB: 0x09,
  NEWLINE: 0x0a,
  RETURN: 0x0d,
  /** Below it are the control characters, which JSON texts may hold as escapes only. */
  SPACE: 0x20,
} as const;
const { QUOTE, BACKSLASH, COMMA, COLON, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET } = BYTES;
const { TAB, NEWLINE, RETURN, SPACE } = BYTES;

/** What a text holds: nothing to unescape; only escapes that COPY's text format reads the same way; others, too. */
export const ESCAPES = { NONE: 0, SHARED: 1, OTHER: 2 } as const;

/** Bytes that are looked at together. */
export const WORD = 4;
/** The same byte in each place of a word. */
const ONES = 0x01010101;
const HIGH_BITS = 0x80808080;
const QUOTES = QUOTE * ONES;
const BACKSLASHES = BACKSLASH * ONES;
const SPACES = SPACE * ONES;

const INITIAL_CAPACITY = 512 * 1024;

/** Letters behind a backslash that mean the same to JSON and to COPY: quote, backslash, slash, b, f, n, r, t. */
function isSharedEscape(letter: number | undefined): boolean {
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

/** The bytes of `"key":`, to be compared word by word. */
export class KnownKey {
  readonly length: number;
  private readonly words: Int32Array;
  private readonly lastWord: number;

  /** @param key as it stands in the JSON, without its quotes */
  constructor(key: string) {
    const bytes = Buffer.from(`"${key}":`);
    this.length = bytes.length;
    this.words = Int32Array.from({ length: Math.floor(bytes.length / WORD) }, (_, place) =>
      bytes.readInt32LE(place * WORD),
    );
    // The last word overlaps the one before: no key needs to be compared byte by byte.
    this.lastWord = bytes.length >= WORD ? bytes.readInt32LE(bytes.length - WORD) : NaN;
  }

  standsAt(at: number, view: DataView, end: number): boolean {
    const { words, length } = this;
    if (at + length > end || view.getInt32(at + length - WORD, true) !== this.lastWord) return false;
    for (let place = 0; place < words.length; place += 1) {
      if (view.getInt32(at + place * WORD, true) !== words[place]) return false;
    }
    return true;
  }
}

/**
 * Walks over the bytes of a JSON document: finds where keys and values lie, without making objects of them. Every method
 * takes the place where something begins and returns the place behind it, so that places stay in registers. Texts are
 * searched four bytes at a time: most of a page is texts.
 */
export class JsonBytes {
  /** The document; behind it stand zeros, which end whatever is being read. */
  protected bytes = Buffer.alloc(INITIAL_CAPACITY);
  protected view = viewOf(this.bytes);
  protected end = 0;
  /** What the texts hold that were skipped since this was last set to nothing. */
  protected escapes: number = ESCAPES.NONE;

  protected load(document: Buffer): void {
    const { length } = document;
    if (length + 2 * WORD > this.bytes.length) {
      this.bytes = Buffer.alloc(2 * length + 2 * WORD);
      this.view = viewOf(this.bytes);
    }
    this.bytes.set(document);
    this.bytes.fill(0, length, length + 2 * WORD);
    this.end = length;
  }

  /** Reads `"key":`; the key's own bytes are from one behind `at` to one before the quote. Zoho's keys have no escapes. */
  protected skipKey(at: number): { end: number; behind: number } {
    const end = this.skipText(at);
    return { end: end - 1, behind: this.skipByte(COLON, end) };
  }

  /** Skips a value and the white space before it. */
  protected skipValue(from: number): number {
    const at = this.skipSpace(from);
    const first = this.bytes[at];
    if (first === QUOTE) return this.skipText(at);
    if (first === OPEN_BRACE || first === OPEN_BRACKET) return this.skipNested(at);
    return this.skipPlain(at);
  }

  private skipNested(from: number): number {
    const { bytes } = this;
    let at = from;
    let depth = 0;
    do {
      const byte = bytes[at] as number;
      if (byte === QUOTE) {
        at = this.skipText(at);
        continue;
      }
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1;
      else if (byte < SPACE) {
        if (at >= this.end) throw new PageNotReadable('The page ends inside a value.');
        this.escapes |= ESCAPES.OTHER;
      }
      at += 1;
    } while (depth > 0);
    return at;
  }

  /** Skips a number, `true`, `false` or `null`. */
  protected skipPlain(from: number): number {
    const { bytes } = this;
    let at = from;
    for (;;) {
      const byte = bytes[at] as number;
      if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte <= SPACE) break;
      at += 1;
    }
    if (at === from) throw new PageNotReadable(`A value is missing at byte ${from}.`);
    return at;
  }

  /** Skips a text with its quotes; `escapes` gets what it holds. */
  protected skipText(from: number): number {
    const { bytes, view } = this;
    if (bytes[from] !== QUOTE) throw missing(QUOTE);
    let at = from + 1;
    for (;;) {
      const special = specialBytes(view.getInt32(at, true));
      if (special === 0) {
        at += WORD;
        continue;
      }
      at += firstOf(special);
      const byte = bytes[at] as number;
      if (byte === QUOTE) return at + 1;
      if (at >= this.end) throw new PageNotReadable('The page ends inside a text.');
      if (byte === BACKSLASH) {
        this.escapes |= isSharedEscape(bytes[at + 1]) ? ESCAPES.SHARED : ESCAPES.OTHER;
        at += 2;
      } else {
        this.escapes |= ESCAPES.OTHER;
        at += 1;
      }
    }
  }

  protected skipSpace(from: number): number {
    const { bytes } = this;
    let at = from;
    let byte = bytes[at] as number;
    if (byte > SPACE) return at;
    while (byte === SPACE || byte === NEWLINE || byte === RETURN || byte === TAB) {
      at += 1;
      byte = bytes[at] as number;
    }
    return at;
  }

  /** Skips white space and the byte that has to stand behind it. */
  protected skipByte(byte: number, from: number): number {
    const at = this.skipSpace(from);
    if (this.bytes[at] !== byte) throw missing(byte);
    return at + 1;
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function missing(byte: number): PageNotReadable {
  return new PageNotReadable(`The page is not JSON as documented: "${String.fromCharCode(byte)}" is missing.`);
}

/** Sets the high bit of each byte that is a quote, a backslash or a control character, up to the first of them at least. */
function specialBytes(word: number): number {
  const quotes = word ^ QUOTES;
  const backslashes = word ^ BACKSLASHES;
  return (((quotes - ONES) & ~quotes) | ((backslashes - ONES) & ~backslashes) | ((word - SPACES) & ~word)) & HIGH_BITS;
}

/** The place of the lowest byte whose high bit is set. */
function firstOf(highBits: number): number {
  return (31 - Math.clz32(highBits & -highBits)) >> 3;
}
