import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { ZipFile } from 'yazl';
import { LIMITS } from '../../domain/zoho-limits';
import { type CallLabel, requestBug } from '../errors/errors';
import { checkCount } from '../http/request-limits';

const label: CallLabel = { operation: 'write_bulk_file' };

/**
 * Writes the zip that a bulk write uploads: one CSV, its first line the API names, then a line for each row. Rows are
 * streamed; memory does not grow with them.
 *
 * @param destinationFile exists only once it is complete.
 * @param content.fileName of the CSV inside the zip.
 * @param content.columns API names; the key by which rows are found again should be among the first three, since the
 *   result file has no more.
 * @param content.rows cells in the order of the columns; null and '' are an empty cell.
 * @returns the rows written and the bytes of the zip.
 * @throws ZohoError `request_bug` for more than 25,000 rows, 200 columns or 25 MB, no row at all, or a row of another
 *   length or without a value. Errors of the disk and of `rows` pass through.
 */
export async function writeBulkFile(
  destinationFile: string,
  content: {
    fileName: string;
    columns: readonly string[];
    rows: Iterable<readonly (string | null)[]> | AsyncIterable<readonly (string | null)[]>;
  },
): Promise<{ rows: number; bytes: number }> {
  checkCount(label, content.columns.length, LIMITS.bulkWrite.columns, 'columns');
  const partFile = `${destinationFile}.part`;
  const counted = { rows: 0 };
  try {
    const csv = stringify({ header: true, columns: [...content.columns], record_delimiter: '\n' });
    const zip = new ZipFile();
    zip.addReadStream(csv, content.fileName);
    zip.end();
    const rows = Readable.from(checkedRows(content.rows, content.columns.length, counted));
    await allOrStopped((signal) => [
      pipeline(rows, csv, { signal }),
      pipeline(zip.outputStream, createWriteStream(partFile, { flags: 'wx', mode: 0o600 }), { signal }),
    ]);
    const { size: bytes } = await stat(partFile);
    if (counted.rows === 0) throw requestBug(label, 'there is no row to write');
    if (bytes > LIMITS.bulkWrite.zipBytes) {
      throw requestBug(label, `the file has ${bytes} bytes, and Zoho takes ${LIMITS.bulkWrite.zipBytes}`);
    }
    await rename(partFile, destinationFile);
    return { rows: counted.rows, bytes };
  } catch (error) {
    await rm(partFile, { force: true });
    throw error;
  }
}

/**
 * Waits for streams that depend on each other. When one fails the others are stopped and closed before its error is
 * thrown: a file that is still being opened would be there again after it was removed.
 */
async function allOrStopped(start: (signal: AbortSignal) => Promise<void>[]): Promise<void> {
  const stop = new AbortController();
  const running = start(stop.signal);
  try {
    await Promise.all(running);
  } catch (error) {
    stop.abort();
    await Promise.allSettled(running);
    throw error;
  }
}

async function* checkedRows(
  rows: Iterable<readonly (string | null)[]> | AsyncIterable<readonly (string | null)[]>,
  columns: number,
  counted: { rows: number },
): AsyncGenerator<readonly (string | null)[]> {
  for await (const row of rows) {
    counted.rows += 1;
    if (counted.rows > LIMITS.bulkWrite.rows) {
      throw requestBug(label, `there are more than the ${LIMITS.bulkWrite.rows} rows that Zoho takes`);
    }
    if (row.length !== columns)
      throw requestBug(label, `row ${counted.rows} has ${row.length} cells for ${columns} columns`);
    if (row.every((cell) => (cell ?? '').trim() === '')) {
      // Readers of CSV take an empty line for none: the results of all rows behind it would move up.
      throw requestBug(label, `row ${counted.rows} has no value`);
    }
    yield row;
  }
}
