// For `fetchAllPages`: splits a page into records without parsing their values.

/** One record of a page as Zoho wrote it: values stay text, so no digit of a number and no escape changes. */
export interface RawRecord {
  id: string;
  /** API name -> the value's JSON, in Zoho's order. One character a byte (latin1). */
  members: ReadonlyMap<string, string>;
}

const QUOTE = '"';
const BACKSLASH = '\\';
/** Numbers, true, false and null. */
const PLAIN = /[\w.+-]+/y;

/**
 * Splits the `data` of a page into its records and their members, without giving the values a JavaScript form.
 *
 * @throws SyntaxError if the body is not a JSON object with an array of objects with ids under `data`. The error says
 *   where, never what the text holds.
 */
export function splitRecords(body: Buffer): RawRecord[] {
  // In latin1 every byte is one character, and the characters of JSON's structure stay themselves in any text.
  const scanner = new Scanner(body.toString('latin1'));
  const records: RawRecord[] = [];
  scanner.object((key) => {
    if (key === 'data') scanner.array(() => records.push(readRecord(scanner)));
    else scanner.value();
  });
  return records;
}

/** The JSON of a record with these members. */
export function joinMembers(members: Iterable<readonly [name: string, json: string]>): string {
  return `{${[...members].map(([name, json]) => `"${name}":${json}`).join(',')}}`;
}

function readRecord(scanner: Scanner): RawRecord {
  const members = new Map<string, string>();
  scanner.object((key) => members.set(key, scanner.value()));
  const id = members.get('id') ?? '';
  if (!/^"\d+"$/.test(id)) throw scanner.error();
  return { id: id.slice(1, -1), members };
}

class Scanner {
  #at = 0;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  object(member: (key: string) => void): void {
    this.#expect('{');
    if (this.#skips('}')) return;
    do {
      const key = this.#string();
      this.#expect(':');
      this.#space();
      member(key.slice(1, -1));
    } while (this.#skips(','));
    this.#expect('}');
  }

  array(item: () => void): void {
    this.#expect('[');
    if (this.#skips(']')) return;
    do item();
    while (this.#skips(','));
    this.#expect(']');
  }

  /** Passes over a value of any kind and returns its text. */
  value(): string {
    this.#space();
    const start = this.#at;
    const first = this.text[start];
    if (first === QUOTE) return this.#string();
    if (first === '{') this.object(() => this.value());
    else if (first === '[') this.array(() => this.value());
    else {
      PLAIN.lastIndex = start;
      const plain = PLAIN.exec(this.text);
      if (!plain) throw this.error();
      this.#at += plain[0].length;
    }
    return this.text.slice(start, this.#at);
  }

  error(): SyntaxError {
    return new SyntaxError(`unexpected text at byte ${this.#at}`);
  }

  /** With its quotes. A quote ends it unless an odd number of backslashes precedes. */
  #string(): string {
    this.#expect(QUOTE);
    const start = this.#at - 1;
    for (;;) {
      const end = this.text.indexOf(QUOTE, this.#at);
      if (end < 0) throw this.error();
      let escapes = 0;
      while (this.text[end - 1 - escapes] === BACKSLASH && end - escapes > this.#at) escapes++;
      this.#at = end + 1;
      if (escapes % 2 === 0) return this.text.slice(start, this.#at);
    }
  }

  #expect(sign: string): void {
    if (!this.#skips(sign)) throw this.error();
  }

  #skips(sign: string): boolean {
    this.#space();
    if (this.text[this.#at] !== sign) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    while (/[ \t\n\r]/.test(this.text[this.#at] ?? '')) this.#at++;
  }
}
