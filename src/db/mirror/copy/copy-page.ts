import type { ColumnType, MirrorField } from '../../../domain/mirror/mirror-field';
import { absentCell } from './absent-cell';
import { binaryIdsOf, binaryRowsOf, binaryToText } from './binary-format';
import { UnusualValue } from './copy-kernel';
import { pageColumns, pageConverter } from './page-columns';
import type { ConvertedPage, CopyFormat, PageToCopy } from './page-to-copy';

/** Rows of a page as COPY takes them. The first column is the record's id. */
export interface CopyPage {
  rows: number;
  copy: Buffer;
  format: CopyFormat;
  /** Every value is written as Zoho writes its type: PostgreSQL's parser reads nothing else into it. */
  isPlain: boolean;
  /** Id of the last row; null if there is none, or if it is not known without looking. */
  lastId: string | null;
  /** Binary rows: indexes of the columns that no record has; text rows say so themselves. */
  absent: readonly number[];
  /** The same rows in text format, each with a last cell that says which columns its record lacks. */
  asText(): Buffer;
  /** Ids of the rows, in their order. */
  ids(): string[];
  /** Each row by itself. */
  eachRow(): Iterable<{ id: string; row: Buffer }>;
  /** Some of the rows, in the same format. */
  reducedTo(rows: readonly Buffer[]): CopyPage;
}

/** Rows that are text already, each with a last cell as of `text_absent`. */
export function textPage(rows: number, copy: Buffer, isPlain: boolean, lastId: string | null = null): CopyPage {
  return {
    rows,
    copy,
    format: 'text',
    isPlain,
    lastId,
    absent: [],
    asText: () => copy,
    ids: () => Array.from(textRowsOf(copy), ({ id }) => id),
    eachRow: () => textRowsOf(copy),
    reducedTo: (some) => textPage(some.length, Buffer.concat(some), isPlain),
  };
}

function binaryPage(page: ConvertedPage, types: readonly ColumnType[]): CopyPage {
  const { rows, copy, lastId, absent } = page;
  const cell = absentCell(types.map((_, column) => absent.includes(column)));
  return {
    rows,
    copy,
    format: 'binary',
    isPlain: true,
    lastId,
    absent,
    asText: () => binaryToText(copy, types, cell),
    ids: () => binaryIdsOf(copy),
    eachRow: () => binaryRowsOf(copy),
    reducedTo: (some) => binaryPage({ rows: some.length, copy: Buffer.concat(some), lastId: null, absent }, types),
  };
}

const NEWLINE = 0x0a;
const TAB = 0x09;

/** COPY escapes the line ends inside of values, so a line is a row. */
function* textRowsOf(copy: Buffer): Generator<{ id: string; row: Buffer }> {
  let start = 0;
  while (start < copy.length) {
    const end = copy.indexOf(NEWLINE, start) + 1;
    const row = copy.subarray(start, end);
    const idEnd = row.indexOf(TAB);
    yield { id: row.toString('latin1', 0, idEnd < 0 ? row.length - 1 : idEnd), row };
    start = end;
  }
}

/** Converts whole bodies: to binary rows if that is asked for and every value of the page can be written so, else to text. */
export class CopyPages {
  readonly #text: PageToCopy;
  readonly #plainText: PageToCopy;
  readonly #binary: PageToCopy | undefined;
  readonly #types: readonly ColumnType[];

  constructor(fields: readonly MirrorField[], format: CopyFormat) {
    this.#text = pageConverter(fields, 'text_absent');
    this.#plainText = pageConverter(fields, 'text_plain');
    this.#binary = format === 'binary' ? pageConverter(fields, 'binary') : undefined;
    this.#types = pageColumns(fields).map(({ type }) => type);
  }

  /** @throws PageNotReadable */
  convert(body: Buffer | null): CopyPage {
    const binary = this.#binary && unlessUnusual(this.#binary, body);
    if (binary) return binaryPage(binary, this.#types);
    const plain = unlessUnusual(this.#plainText, body);
    const { rows, copy, lastId } = plain ?? this.#text.convert(body);
    return textPage(rows, copy, plain !== undefined, lastId);
  }
}

/** @returns undefined for a page with a value that the converter's format does not have */
function unlessUnusual(converter: PageToCopy, body: Buffer | null): ConvertedPage | undefined {
  try {
    return converter.convert(body);
  } catch (error) {
    if (error instanceof UnusualValue) return undefined;
    throw error;
  }
}
