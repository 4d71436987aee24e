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

/** Exports of `assembly/index.ts`. Numbers are addresses, lengths and counts. */
export interface CopyKernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly failure: { value: number };
  readonly failedAt: Exported;
  readonly written: Exported;
  readonly firstStart: Exported;
  readonly firstEnd: Exported;
  readonly csvWritten: Exported;
  readonly csvConsumed: Exported;
  heap(): number;
  configure(fields: number, fieldCount: number, types: number, columnCount: number, cells: number): void;
  convert(page: number, length: number, output: number, capacity: number, isBinary: number): number;
  convertLines(
    input: number,
    length: number,
    output: number,
    capacity: number,
    types: number,
    columns: number,
    isHeader: number,
  ): number;
}

/** As in `assembly/failure.ts`. */
const FAILURE = { NOT_JSON: 1, UNUSUAL_VALUE: 2, OUT_OF_ROOM: 3 } as const;
/** The kernel's numbers of the types. */
const TYPES: readonly ColumnType[] = [
  'text',
  'jsonb',
  'bigint',
  'timestamptz',
  'date',
  'integer',
  'boolean',
  'numeric',
];
const MEMORY_PAGE = 64 * 1024;
/** Bytes that the kernel reads or writes at once; it may do so behind everything that it is given. */
export const BLOCK = 16;

let kernel: CopyKernel | undefined;

/** One for the process: a conversion is never interrupted by another. */
export function copyKernel(): CopyKernel {
  kernel ??= new WebAssembly.Instance(new WebAssembly.Module(readFileSync(FILE))).exports as CopyKernel;
  return kernel;
}

/** The kernel's memory, of so many bytes at least. Every call may move it. */
export function memoryOf({ memory }: CopyKernel, bytes: number): Buffer {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / MEMORY_PAGE));
  return Buffer.from(memory.buffer);
}

/** The next place that blocks begin at. */
export function aligned(place: number): number {
  return Math.ceil(place / BLOCK) * BLOCK;
}

/** Types as the kernel has them, a byte each. */
export function typeNumbers(types: readonly ColumnType[]): Buffer {
  return Buffer.from(types.map((type) => TYPES.indexOf(type)));
}

/**
 * Runs the kernel.
 * @param input where its input lies, for the message of a failure
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
      case FAILURE.OUT_OF_ROOM:
        return undefined;
      case FAILURE.UNUSUAL_VALUE:
        throw new UnusualValue('A value is not written as its type usually is.');
      case FAILURE.NOT_JSON:
        throw new PageNotReadable(`The page is not JSON as documented, at byte ${running.failedAt.value - input}.`);
      default:
        throw error;
    }
  }
}
