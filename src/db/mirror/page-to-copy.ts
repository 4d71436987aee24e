import type { ColumnType } from '../../domain/mirror-field';
import { FAILURE, memoryOf, pageKernel } from './page-kernel';

/** The two formats of COPY that rows are written in. */
export type CopyFormat = 'text' | 'binary';

/**
 * What a column takes from a field's value: the plain value, the id or the name of a reference, the value as JSON, or
 * the names of a list of tags as JSON.
 */
export type PagePart = 'value' | 'id' | 'name' | 'json' | 'names';

export interface PageColumn {
  /** API name of the field. */
  field: string;
  part: PagePart;
  type: ColumnType;
}

/** The page is not the JSON that Zoho documents. */
export class PageNotReadable extends Error {
  override readonly name = 'PageNotReadable';
}

/** A value is not written as its type usually is; PostgreSQL's own parser has to look at it. */
export class UnusualValue extends Error {
  override readonly name = 'UnusualValue';
}

/** The order of a field's columns in the kernel's table. */
const PARTS = ['value', 'id', 'name', 'json', 'names'] as const satisfies readonly PagePart[];
/** The kernel's numbers of the types. */
const TYPES = [
  'text',
  'jsonb',
  'bigint',
  'timestamptz',
  'date',
  'integer',
  'boolean',
  'numeric',
] as const satisfies readonly ColumnType[];
const NO_COLUMN = -1;
const CELL_BYTES = 9;
/** What the kernel reads or writes at once; it may do so behind everything that it is given. */
const BLOCK = 16;

/**
 * Turns a page of Zoho's records (JSON bytes) into rows as PostgreSQL's COPY takes them, without building objects and
 * without turning a number into a double, so money stays exact to the cent. The work is done by the kernel in
 * `assembly/`; here are its tables and its memory.
 * @example new PageToCopy([{ field: 'id', part: 'value', type: 'bigint' }]).convert(body)
 */
export class PageToCopy {
  private readonly kernel = pageKernel();
  private readonly base = alignedTo(BLOCK, this.kernel.heap());
  private readonly tables: Tables;
  private outputRoom = 64 * 1024;

  constructor(
    columns: readonly PageColumn[],
    private readonly format: CopyFormat = 'text',
  ) {
    this.tables = tablesOf(columns, this.base);
  }

  /**
   * @param page `{"data":[{...},...],...}`, or null for an empty answer
   * @returns rows, one a record, and what the first column has in the last of them; of the binary format without its
   * header and trailer. The caller may keep the buffer.
   * @throws PageNotReadable
   * @throws UnusualValue in binary format, for what can only be written as text
   */
  convert(page: Buffer | null): { rows: number; copy: Buffer; lastId: string | null } {
    if (page === null) return { rows: 0, copy: Buffer.alloc(0), lastId: null };
    const { kernel, tables } = this;
    const pageAt = tables.end;
    const output = alignedTo(BLOCK, pageAt + page.length + BLOCK);
    for (;;) {
      const memory = memoryOf(kernel, output + this.outputRoom + BLOCK);
      memory.set(tables.bytes, this.base);
      memory.set(page, pageAt);
      // Zeros end whatever is being read.
      memory.fill(0, pageAt + page.length, output);
      kernel.configure(tables.fields, tables.fieldCount, tables.types, tables.columnCount, tables.cells);
      const rows = this.attempt(pageAt, page.length, output);
      if (rows === undefined) this.outputRoom *= 2;
      else {
        const [start, end] = [kernel.firstStart.value, kernel.firstEnd.value];
        return {
          rows,
          copy: Buffer.from(memory.subarray(output, kernel.written.value)),
          lastId: end > 0 ? memory.toString('latin1', start, end) : null,
        };
      }
    }
  }

  /** @returns undefined when there is not enough room for the output */
  private attempt(pageAt: number, length: number, output: number): number | undefined {
    const { kernel } = this;
    kernel.failure.value = 0;
    try {
      return kernel.convert(pageAt, length, output, this.outputRoom, Number(this.format === 'binary'));
    } catch (error) {
      switch (kernel.failure.value) {
        case FAILURE.OUT_OF_ROOM:
          return undefined;
        case FAILURE.UNUSUAL_VALUE:
          throw new UnusualValue('A value is not written as its type usually is.');
        case FAILURE.NOT_JSON:
          throw new PageNotReadable(`The page is not JSON as documented, at byte ${kernel.failedAt.value - pageAt}.`);
        default:
          throw error;
      }
    }
  }
}

/** What the kernel needs to know of the columns, as it lies in its memory, and where. */
interface Tables {
  bytes: Buffer;
  fields: number;
  fieldCount: number;
  types: number;
  columnCount: number;
  cells: number;
  end: number;
}

function tablesOf(columns: readonly PageColumn[], base: number): Tables {
  const byField = new Map<string, Int32Array>();
  columns.forEach(({ field, part }, index) => {
    const targets = byField.get(field) ?? new Int32Array(PARTS.length).fill(NO_COLUMN);
    targets[PARTS.indexOf(part)] = index;
    byField.set(field, targets);
  });
  const names = [...byField.keys()].map((field) => Buffer.from(field));
  let at = base;
  const nameTable = names.map((name) => {
    const place = at;
    at += name.length;
    return [place, name.length] as const;
  });
  const types = at;
  const fields = alignedTo(BLOCK, types + columns.length + BLOCK);
  const table = Int32Array.from(
    [...byField.values()].flatMap((targets, index) => [...(nameTable[index] ?? []), ...targets]),
  );
  const cells = alignedTo(BLOCK, fields + table.byteLength);
  const bytes = Buffer.alloc(cells - base);
  Buffer.concat(names).copy(bytes);
  columns.forEach(({ type }, index) => bytes.writeUInt8(TYPES.indexOf(type), types - base + index));
  Buffer.from(table.buffer).copy(bytes, fields - base);
  const end = alignedTo(BLOCK, cells + CELL_BYTES * columns.length + BLOCK);
  return { bytes, fields, fieldCount: byField.size, types, columnCount: columns.length, cells, end };
}

function alignedTo(size: number, place: number): number {
  return Math.ceil(place / size) * size;
}
