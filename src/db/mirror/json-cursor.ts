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

/** Letters behind a backslash that mean the same to JSON and to COPY: quote, backslash, slash, b, f, n, r, t. */
function isSharedEscape(letter: number): boolean {
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

/** Walks over the bytes of a JSON document: finds where keys and values lie, without making objects of them. */
export class JsonCursor {
  protected page: Buffer = Buffer.alloc(0);
  protected position = 0;

  /** Skips `"key":` if that is what stands here, byte by byte. */
  protected skipKnownKey(key: Buffer): boolean {
    this.skipSpace();
    const page = this.page;
    const length = key.length;
    const start = this.position + 1;
    if (page[start + length] !== QUOTE || page[start + length + 1] !== COLON) return false;
    for (let index = 0; index < length; index += 1) {
      if (page[start + index] !== key[index]) return false;
    }
    this.position = start + length + 2;
    return true;
  }

  /** Reads `"key":` and returns where the key's bytes lie. Zoho's keys have no escapes. */
  protected key(): [number, number] {
    this.skipSpace();
    const start = this.position + 1;
    this.skipText();
    const end = this.position - 1;
    this.expect(COLON);
    return [start, end];
  }

  /** Skips a value; tells whether COPY needs escapes for its JSON. */
  protected skipValue(): boolean {
    this.skipSpace();
    const page = this.page;
    const first = page[this.position];
    if (first === QUOTE) return this.skipText() !== ESCAPES.NONE;
    if (first !== OPEN_BRACE && first !== OPEN_BRACKET) {
      this.skipPlain();
      return false;
    }
    let needsEscapes = false;
    let depth = 0;
    do {
      const byte = page[this.position];
      if (byte === undefined) throw new PageNotReadable('The page ends inside a value.');
      if (byte === QUOTE) {
        if (this.skipText() !== ESCAPES.NONE) needsEscapes = true;
        continue;
      }
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1;
      else if (byte < SPACE) needsEscapes = true;
      this.position += 1;
    } while (depth > 0);
    return needsEscapes;
  }

  /** Skips a number, `true`, `false` or `null`. */
  private skipPlain(): void {
    const page = this.page;
    const length = page.length;
    const start = this.position;
    let position = start;
    while (position < length) {
      const byte = page[position] as number;
      if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte <= SPACE) break;
      position += 1;
    }
    this.position = position;
    if (position === start) throw new PageNotReadable(`A value is missing at byte ${start}.`);
  }

  /** Skips a text with its quotes; tells which escapes it holds. */
  protected skipText(): number {
    this.expect(QUOTE);
    const page = this.page;
    const length = page.length;
    let position = this.position;
    let escapes: number = ESCAPES.NONE;
    while (position < length) {
      const byte = page[position] as number;
      position += 1;
      if (byte > BACKSLASH) continue;
      if (byte === QUOTE) {
        this.position = position;
        return escapes;
      }
      if (byte === BACKSLASH) {
        escapes |= isSharedEscape(page[position] as number) ? ESCAPES.SHARED : ESCAPES.OTHER;
        position += 1;
      } else if (byte < SPACE) escapes |= ESCAPES.OTHER;
    }
    throw new PageNotReadable('The page ends inside a text.');
  }

  protected skipSpace(): void {
    const page = this.page;
    let position = this.position;
    let byte = page[position] as number;
    if (byte > SPACE) return;
    while (byte === SPACE || byte === NEWLINE || byte === RETURN || byte === TAB) {
      position += 1;
      byte = page[position] as number;
    }
    this.position = position;
  }

  protected skipIf(byte: number): boolean {
    this.skipSpace();
    if (this.page[this.position] !== byte) return false;
    this.position += 1;
    return true;
  }

  protected expect(byte: number): void {
    this.skipSpace();
    if (this.page[this.position] !== byte) {
      throw new PageNotReadable(`The page is not JSON as documented: "${String.fromCharCode(byte)}" is missing.`);
    }
    this.position += 1;
  }
}
