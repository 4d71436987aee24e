import { pipeline, type Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { parse } from 'csv-parse';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { LARGEST_LINE } from '../../domain/runs/export-pages';
import { categoryOfCode } from '../errors/error-codes';
import { type CallLabel, type ErrorCategory, unexpectedAnswer, unreadableAnswer } from '../errors/errors';

/** `UNPROCESSED`: Zoho did not come to the row, send it again. */
export const BULK_WRITE_ROW_STATUSES = ['ADDED', 'UPDATED', 'SKIPPED', 'UNPROCESSED'] as const;
export type BulkWriteRowStatus = (typeof BULK_WRITE_ROW_STATUSES)[number];

export interface BulkWriteRowError {
  code: string;
  category: ErrorCategory;
  /** API names. */
  fields: string[];
}

export interface BulkWriteRow {
  /** The CSV inside the zip: the module and the name of the uploaded file. */
  fileName: string;
  /** From 1, the line of the upload without its header: Zoho keeps the order. */
  rowNumber: number;
  /** The first columns of the upload (Zoho returns three), by their names. */
  values: Readonly<Record<string, string>>;
  status: BulkWriteRowStatus;
  recordId: string | null;
  errors: BulkWriteRowError[];
}

const label: CallLabel = { operation: 'parse_bulk_write_result' };
const OWN_COLUMNS = ['STATUS', 'RECORD_ID', 'ERRORS'] as const;

/**
 * Reads what became of each row from the result file of a bulk write (Zoho's documentation: Bulk Write, Download
 * Result), one row at a time.
 *
 * @param file the zip from `downloadBulkWriteResult`.
 * @param largest bytes that each CSV may have; a zip of a few kilobytes can hold gigabytes.
 * @throws ZohoError `network` for a zip that is cut off or damaged; `server` for one without the columns and statuses
 *   that Zoho documents.
 */
export async function* parseBulkWriteResult(file: string, largest = Infinity): AsyncGenerator<BulkWriteRow> {
  const zip = await readable(openPromise(file, { autoClose: false, lazyEntries: true }));
  try {
    for await (const entry of entriesOf(zip)) {
      if (entry.fileName.toLowerCase().endsWith('.csv')) yield* rowsOf(zip, entry, largest);
    }
  } finally {
    zip.close();
  }
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  const entries = zip.eachEntry();
  for (;;) {
    const next = await readable(entries.next());
    if (next.done) return;
    yield next.value;
  }
}

async function* rowsOf(zip: ZipFile, entry: Entry, largest: number): AsyncGenerator<BulkWriteRow> {
  const content = await readable(zip.openReadStreamPromise(entry));
  const parser = parse({ bom: true, columns: true, max_record_size: LARGEST_LINE });
  const lines = pipeline(content, verified(entry, largest), parser, () => undefined);
  let rowNumber = 0;
  for await (const line of readableLines(lines)) {
    rowNumber += 1;
    yield rowOf(entry.fileName, rowNumber, line);
  }
}

/** Passes the content on and holds it against the zip's checksum, which inflating alone does not. */
function verified(entry: Entry, largest: number): (content: AsyncIterable<Buffer>) => AsyncGenerator<Buffer> {
  return async function* (content) {
    let sum = 0;
    let bytes = 0;
    for await (const chunk of content) {
      bytes += chunk.length;
      if (bytes > largest) throw damaged();
      sum = crc32(chunk, sum);
      yield chunk;
    }
    if (sum !== entry.crc32) throw damaged();
  };
}

async function* readableLines(lines: Readable): AsyncGenerator<Record<string, string>> {
  try {
    yield* lines as AsyncIterable<Record<string, string>>;
  } catch {
    throw damaged();
  }
}

function rowOf(fileName: string, rowNumber: number, line: Record<string, string>): BulkWriteRow {
  const { STATUS, RECORD_ID, ERRORS, ...values } = line;
  const missing = OWN_COLUMNS.filter((name) => line[name] === undefined);
  if (missing.length > 0) throw unexpectedAnswer(label, 200, `column ${missing.join(', ')}`);
  const status = BULK_WRITE_ROW_STATUSES.find((known) => known === STATUS);
  if (status === undefined) throw unexpectedAnswer(label, 200, `status of row ${rowNumber}`);
  return { fileName, rowNumber, values, status, recordId: RECORD_ID || null, errors: errorsOf(ERRORS ?? '') };
}

/** `CODE-field,field:CODE-field`; neither codes nor API names have a hyphen or a colon. */
function errorsOf(text: string): BulkWriteRowError[] {
  return text
    .split(':')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const [code = '', fields = ''] = part.trim().split('-', 2);
      const names = fields.split(',').filter((name) => name !== '');
      return { code, category: categoryOfCode(code) ?? 'validation', fields: names };
    });
}

async function readable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    // An error of the disk is not Zoho's: it passes through.
    if (error instanceof Error && 'code' in error) throw error;
    throw damaged();
  }
}

function damaged(): Error {
  return unreadableAnswer(label, 200, 'the result file is cut off or damaged');
}
