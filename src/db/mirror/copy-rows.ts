import { WORD } from './json-bytes';

const INITIAL_CAPACITY = 512 * 1024;
/** From so many bytes on, a native copy is faster than a loop. */
const LONG = 64;
const TAB = 0x09;
const NEWLINE = 0x0a;
/** `\N` and a tab, as a word whose last byte is written over. */
const NULL_CELL = 0x00_09_4e_5c;
const NULL_CELL_LENGTH = 3;

/** Rows of COPY's text format, written into memory that is kept from page to page. */
export class CopyRows {
  private bytes = Buffer.allocUnsafeSlow(INITIAL_CAPACITY);
  private view = viewOf(this.bytes);
  private length = 0;

  clear(): void {
    this.length = 0;
  }

  /** A copy; the caller may keep it. */
  take(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.length));
  }

  /** Makes room for cells of so many bytes altogether; without it they must not be written. */
  reserve(cells: number, bytes: number): void {
    const needed = this.length + bytes + (cells + 1) * WORD;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, needed));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
    this.view = viewOf(larger);
  }

  nullCell(): void {
    this.view.setInt32(this.length, NULL_CELL, true);
    this.length += NULL_CELL_LENGTH;
  }

  /** A cell of bytes that need no escapes. `source` may be read a little behind `end`. */
  cell(source: DataView, start: number, end: number): void {
    const { view, length } = this;
    const size = end - start;
    if (size >= LONG) return this.longCell(new Uint8Array(source.buffer, source.byteOffset + start, size));
    for (let index = 0; index < size; index += WORD) {
      view.setInt32(length + index, source.getInt32(start + index, true), true);
    }
    view.setUint8(length + size, TAB);
    this.length = length + size + 1;
  }

  longCell(content: Uint8Array): void {
    this.bytes.set(content, this.length);
    this.length += content.length + 1;
    this.bytes[this.length - 1] = TAB;
  }

  endRow(): void {
    this.bytes[this.length - 1] = NEWLINE;
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
