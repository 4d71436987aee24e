const INITIAL_CAPACITY = 64 * 1024;
/** Bytes that are copied together. */
const WORD = 4;
/** Above this many bytes a native copy beats a loop. */
const LOOP_LIMIT = 256;
/** Of ten, beyond every number that `digits` takes. */
const POWERS = Float64Array.from({ length: 17 }, (_, exponent) => 10 ** exponent);
const ZERO = 48;
const POINT = 46;

/** Many texts, encoded once. */
export class Fragments {
  readonly #starts: Int32Array;
  readonly #bytes: Buffer;
  readonly #view: DataView;

  constructor(texts: readonly string[]) {
    const parts = texts.map((text) => Buffer.from(text));
    this.#starts = new Int32Array(parts.length + 1);
    parts.forEach((part, k) => (this.#starts[k + 1] = (this.#starts[k] ?? 0) + part.length));
    this.#bytes = Buffer.concat(parts, (this.#starts.at(-1) ?? 0) + WORD);
    this.#view = viewOf(this.#bytes);
  }

  /**
   * Copies a text to a place in `target`, behind which a word may be written over; none for a `k` there is no text of.
   */
  copy(k: number, target: Buffer, view: DataView, at: number): void {
    const start = this.#starts[k] ?? 0;
    const length = this.lengthOf(k);
    if (length > LOOP_LIMIT) target.set(this.#bytes.subarray(start, start + length), at);
    else {
      const source = this.#view;
      for (let i = 0; i < length; i += WORD) view.setInt32(at + i, source.getInt32(start + i, true), true);
    }
  }

  lengthOf(k: number): number {
    return (this.#starts[k + 1] ?? 0) - (this.#starts[k] ?? 0);
  }
}

/** Buffers that wait to be written into again: new memory for every page costs more than filling it. */
const spare: Buffer<ArrayBuffer>[] = [];
const MAX_SPARE = 32;
const lent = new WeakMap<Buffer, Buffer<ArrayBuffer>>();

/** Gives back what a sink has handed over; anything else is left alone. */
export function reuse(written: Buffer): void {
  const bytes = lent.get(written);
  if (bytes && lent.delete(written) && spare.length < MAX_SPARE) spare.push(bytes);
}

/**
 * A growing buffer that records are written into as UTF-8. Building JavaScript strings and encoding them later takes
 * several times as long, and a page of records or a bulk-read file is nothing but this.
 */
export class ByteSink {
  #bytes = Buffer.allocUnsafeSlow(INITIAL_CAPACITY);
  #view = viewOf(this.#bytes);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /**
   * Written bytes, without a copy; the sink continues with another buffer. The sender gives the bytes back
   * with `reuse`, else they are garbage.
   */
  handOver(): Buffer {
    const written = this.#bytes.subarray(0, this.#length);
    lent.set(written, this.#bytes);
    this.#bytes = spare.pop() ?? Buffer.allocUnsafeSlow(this.#bytes.length);
    this.#view = viewOf(this.#bytes);
    this.#length = 0;
    return written;
  }

  /** Copies the written bytes and empties the sink. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return taken;
  }

  clear(): void {
    this.#length = 0;
  }

  /** Any text. */
  text(text: string): void {
    this.#reserve(text.length * 3);
    this.#length += this.#bytes.write(text, this.#length, 'utf8');
  }

  /** A short text of ASCII characters. */
  ascii(text: string): void {
    this.#reserve(text.length);
    const target = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < text.length; i++) target[at++] = text.charCodeAt(i);
    this.#length = at;
  }

  fragment(fragments: Fragments, k: number): void {
    const length = fragments.lengthOf(k);
    this.#reserve(length + WORD);
    fragments.copy(k, this.#bytes, this.#view, this.#length);
    this.#length += length;
  }

  /** A whole number from 0 to 2^31 in decimal digits, with zeros in front up to a width. */
  digits(value: number, width = 1): void {
    this.#reserve(16);
    let size = width;
    while (value >= (POWERS[size] as number)) size++;
    let rest = value | 0;
    for (let at = this.#length + size - 1; at >= this.#length; at--) {
      const next = (rest / 10) | 0;
      this.#bytes[at] = ZERO + rest - next * 10;
      rest = next;
    }
    this.#length += size;
  }

  /** An amount in cents as its shortest decimal text: `12.5`, `3`, `0.07`. */
  cents(cents: number): void {
    const whole = Math.floor(cents / 100);
    const fraction = cents - whole * 100;
    if (whole < 0 || whole > 0x7fffffff) {
      this.ascii(String(cents / 100));
      return;
    }
    this.digits(whole);
    if (fraction === 0) return;
    this.#reserve(3);
    this.#bytes[this.#length++] = POINT;
    this.#bytes[this.#length++] = ZERO + ((fraction / 10) | 0);
    if (fraction % 10 !== 0) this.#bytes[this.#length++] = ZERO + (fraction % 10);
  }

  #reserve(extra: number): void {
    const needed = this.#length + extra;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
    this.#view = viewOf(grown);
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
