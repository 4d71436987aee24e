import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ColumnType } from '../../../domain/mirror/mirror-field';

/** Compiled from `assembly/`; it lies in `dist/` for the sources, too. */
const FILE = path.join(
  __dirname,
  __filename.endsWith('.js') ? '../../../../assembly/copy-rows.wasm' : '../../../../dist/assembly/copy-rows.wasm',
);

/** Node's own types leave it to those of browsers. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: unknown };
};

/** The page is not the JSON that Zoho documents. */
export class PageNotReadable extends Error {
  override readonly name = 'PageNotReadable';
}

/** A value is not written as its type usually is; PostgreSQL's own parser has to look at it. */
export class UnusualValue extends Error {
  override readonly name = 'UnusualValue';
}

interface Exported {
  readonly value: number;
}

/** Parts of a field's value that columns take. */
export const FIELD_PARTS = ['value', 'id', 'name', 'json', 'names'] as const;
export type FieldPart = (typeof FIELD_PARTS)[number];

/** Cells of an export's lines that are not written as the type of their column. */
export type LineCell = ColumnType | 'skipped' | 'unconverted' | 'tags' | 'user' | ChoicesCell;

/** Some of a field's options, joined. */
export interface ChoicesCell {
  choices: readonly string[];
}

/** Numbers that the kernel shares with its host, so that neither repeats them. */
type SharedNumbers = {
  readonly [
    Name in
      | `TYPE_${Uppercase<Exclude<LineCell, ChoicesCell>>}`
      | 'TYPE_CHOICES'
      | `FIELD_${'BYTES' | 'KEY' | 'LENGTH' | Uppercase<FieldPart>}`
      | `FORMAT_${'TEXT' | 'BINARY' | 'TEXT_ABSENT' | 'TEXT_PLAIN'}`
      | 'NOT_JSON'
      | 'UNUSUAL_VALUE'
      | 'OUT_OF_ROOM'
      | 'CELL_BYTES'
      | 'USER_BYTES'
      | 'BLOCK'
  ]: Exported;
};

/** Exports of `assembly/index.ts`. Numbers are addresses in memory, lengths and counts. */
export interface CopyKernel extends SharedNumbers {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly failure: { value: number };
  readonly failedAt: Exported;
  readonly written: Exported;
  readonly firstStart: Exported;
  readonly firstEnd: Exported;
  readonly marks: Exported;
  readonly csvWritten: Exported;
  readonly csvConsumed: Exported;
  heap(): number;
  configure(fields: number, fieldCount: number, types: number, columnCount: number, cells: number): void;
  convert(page: number, length: number, output: number, capacity: number, format: number): number;
  convertLines(
    input: number,
    length: number,
    output: number,
    capacity: number,
    types: number,
    columns: number,
    width: number,
    isHeader: number,
  ): number;
  setOptions(lists: number): void;
  setUsers(places: number, sizeBits: number, longest: number): void;
  placeOf(id: bigint, sizeBits: number): number;
}

const MEMORY_PAGE = 64 * 1024;

let kernel: CopyKernel | undefined;
let block: number | undefined;

/** The kernel of this process: a conversion is never interrupted by another. */
export function copyKernel(): CopyKernel {
  kernel ??= new WebAssembly.Instance(new WebAssembly.Module(readFileSync(FILE))).exports as CopyKernel;
  return kernel;
}

/** The kernel's memory, grown to at least so many bytes. Every call may move it. */
export function memoryOf({ memory }: CopyKernel, bytes: number): Buffer {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / MEMORY_PAGE));
  return Buffer.from(memory.buffer);
}

/**
 * Bytes that the kernel reads or writes at once; it may do so behind everything that it is given. Read from the kernel
 * once: an exported global costs a call into the engine, and every page asks for this one.
 */
export function blockBytes(): number {
  block ??= copyKernel().BLOCK.value;
  return block;
}

/** The next address at which a block begins. */
export function aligned(address: number): number {
  return Math.ceil(address / blockBytes()) * blockBytes();
}

/** Types in the kernel's numbers, a byte each. */
export function typeNumbers(types: readonly LineCell[]): Buffer {
  return Buffer.from(types.map(typeNumber));
}

function typeNumber(type: LineCell): number {
  const kernel = copyKernel();
  if (typeof type === 'object') return kernel.TYPE_CHOICES.value;
  return kernel[`TYPE_${type.toUpperCase() as Uppercase<typeof type>}`].value;
}

/** Offset in bytes of a part's column in a field of the kernel's table. */
export function partOffset(part: FieldPart): number {
  return copyKernel()[`FIELD_${part.toUpperCase() as Uppercase<FieldPart>}`].value;
}

/**
 * Runs the kernel.
 *
 * @param input address of its input, for the message of a failure
 * @returns undefined when there is not enough room for the output
 * @throws PageNotReadable
 * @throws UnusualValue
 */
export function attempt(input: number, work: (kernel: CopyKernel) => number): number | undefined {
  const running = copyKernel();
  running.failure.value = 0;
  try {
    return work(running);
  } catch (error) {
    switch (running.failure.value) {
      case running.OUT_OF_ROOM.value:
        return undefined;
      case running.UNUSUAL_VALUE.value:
        throw new UnusualValue('A value is not written as its type usually is.');
      case running.NOT_JSON.value:
        throw new PageNotReadable(`The page is not JSON as documented, at byte ${running.failedAt.value - input}.`);
      default:
        throw error;
    }
  }
}
