import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Compiled from `assembly/`; it lies in `dist/` for the sources, too. */
const FILE = path.join(
  __dirname,
  __filename.endsWith('.js') ? '../../../assembly/page-rows.wasm' : '../../../dist/assembly/page-rows.wasm',
);

/** Node's own types leave it to those of browsers. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: unknown };
};

/** As in `assembly/failure.ts`. */
export const FAILURE = { NOT_JSON: 1, UNUSUAL_VALUE: 2, OUT_OF_ROOM: 3 } as const;

/** What `assembly/index.ts` exports. Numbers are places in memory, lengths and counts. */
export interface PageKernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly failure: { value: number };
  readonly failedAt: { readonly value: number };
  readonly written: { readonly value: number };
  readonly firstStart: { readonly value: number };
  readonly firstEnd: { readonly value: number };
  heap(): number;
  configure(fields: number, fieldCount: number, types: number, columnCount: number, cells: number): void;
  convert(page: number, length: number, output: number, capacity: number, isBinary: number): number;
}

const MEMORY_PAGE = 64 * 1024;

let kernel: PageKernel | undefined;

/** One for the process: a conversion is never interrupted by another. */
export function pageKernel(): PageKernel {
  kernel ??= new WebAssembly.Instance(new WebAssembly.Module(readFileSync(FILE))).exports as PageKernel;
  return kernel;
}

/** The kernel's memory, of so many bytes at least. Every call may move it. */
export function memoryOf({ memory }: PageKernel, bytes: number): Buffer {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / MEMORY_PAGE));
  return Buffer.from(memory.buffer);
}
