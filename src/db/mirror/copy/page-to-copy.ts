import type { ColumnType } from '../../../domain/mirror/mirror-field';
import {
  aligned,
  attempt,
  blockBytes,
  copyKernel,
  FIELD_PARTS,
  type FieldPart,
  memoryOf,
  partOffset,
  typeNumbers,
} from './copy-kernel';

/** The two formats of COPY that rows are written in. */
export type CopyFormat = 'text' | 'binary';

/**
 * Formats of a page's rows. With `text_absent` each row ends with a cell that says which columns its record lacks;
 * `text_plain` is the same of pages that could be binary.
 */
export type PageFormat = CopyFormat | 'text_absent' | 'text_plain';

/**
 * Part of a field's value that a column takes: the plain value, the id or the name of a reference, the value as JSON,
 * or the names of a list of tags as JSON.
 */
export type PagePart = FieldPart;

export interface PageColumn {
  /** API name of the field. */
  field: string;
  part: PagePart;
  type: ColumnType;
}

/** Rows of a page, one a record; of the binary format without its header and trailer. */
export interface ConvertedPage {
  rows: number;
  /** The caller may keep it. */
  copy: Buffer;
  /** Value of the first column in the last row. */
  lastId: string | null;
  /** Binary rows: indexes of the columns that no record of the page has. Their null is not a value. */
  absent: number[];
}

const NO_COLUMN = -1;

/**
 * Turns a page of Zoho's records (JSON bytes) into rows as PostgreSQL's COPY takes them, without building objects and
 * without turning a number into a double, so money stays exact to the cent. The work is done by the kernel in
 * `assembly/`; here are its tables and its memory.
 * @example new PageToCopy([{ field: 'id', part: 'value', type: 'bigint' }]).convert(body)
 */
export class PageToCopy {
  readonly #base = aligned(copyKernel().heap());
  readonly #tables: Tables;
  #outputRoom = 64 * 1024;
  readonly #format: number;
  readonly #isBinary: boolean;

  constructor(columns: readonly PageColumn[], format: PageFormat = 'text') {
    this.#isBinary = format === 'binary';
    this.#format = copyKernel()[`FORMAT_${format.toUpperCase() as Uppercase<PageFormat>}`].value;
    this.#tables = tablesOf(columns, this.#base);
  }

  /**
   * @param page `{"data":[{...},...],...}`, or null for an empty answer
   * @throws PageNotReadable
   * @throws UnusualValue in the formats `binary` and `text_plain`, for a value that is not written as Zoho writes its type
   */
  convert(page: Buffer | null): ConvertedPage {
    if (page === null) return { rows: 0, copy: Buffer.alloc(0), lastId: null, absent: [] };
    const tables = this.#tables;
    const pageAt = tables.end;
    const output = aligned(pageAt + page.length + blockBytes());
    for (;;) {
      const memory = memoryOf(copyKernel(), output + this.#outputRoom + blockBytes());
      memory.set(tables.bytes, this.#base);
      memory.set(page, pageAt);
      // Zeros end whatever is being read.
      memory.fill(0, pageAt + page.length, output);
      const rows = attempt(pageAt, (kernel) => {
        kernel.configure(tables.fields, tables.fieldCount, tables.types, tables.columnCount, tables.cells);
        return kernel.convert(pageAt, page.length, output, this.#outputRoom, this.#format);
      });
      if (rows === undefined) this.#outputRoom *= 2;
      else {
        const { firstStart, firstEnd, marks, written } = copyKernel();
        const marked = memory.subarray(marks.value, marks.value + tables.columnCount);
        return {
          rows,
          copy: Buffer.from(memory.subarray(output, written.value)),
          lastId: firstEnd.value > 0 ? memory.toString('latin1', firstStart.value, firstEnd.value) : null,
          absent: this.#isBinary && rows > 0 ? [...marked.keys()].filter((column) => marked[column] === 1) : [],
        };
      }
    }
  }
}

/** Description of the columns as the kernel reads it, and its addresses. */
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
  const kernel = copyKernel();
  const byField = new Map<string, { part: FieldPart; column: number }[]>();
  columns.forEach(({ field, part }, column) => {
    byField.set(field, [...(byField.get(field) ?? []), { part, column }]);
  });
  const names = [...byField.keys()].map((field) => Buffer.from(field));
  const types = base + names.reduce((sum, { length }) => sum + length, 0);
  const fields = aligned(types + columns.length + blockBytes());
  const cells = aligned(fields + kernel.FIELD_BYTES.value * byField.size);
  const bytes = Buffer.alloc(cells - base);
  Buffer.concat(names).copy(bytes);
  typeNumbers(columns.map(({ type }) => type)).copy(bytes, types - base);
  let name = base;
  [...byField.values()].forEach((parts, index) => {
    const field = fields - base + index * kernel.FIELD_BYTES.value;
    const { length = 0 } = names[index] ?? {};
    bytes.writeInt32LE(name, field + kernel.FIELD_KEY.value);
    bytes.writeInt32LE(length, field + kernel.FIELD_LENGTH.value);
    for (const part of FIELD_PARTS) bytes.writeInt32LE(NO_COLUMN, field + partOffset(part));
    for (const { part, column } of parts) bytes.writeInt32LE(column, field + partOffset(part));
    name += length;
  });
  const end = aligned(cells + kernel.CELL_BYTES.value * columns.length + blockBytes());
  return { bytes, fields, fieldCount: byField.size, types, columnCount: columns.length, cells, end };
}
