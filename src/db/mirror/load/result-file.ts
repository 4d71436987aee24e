import { pipeline, Transform, type Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { open, type Entry, type ZipFile } from 'yauzl';

/** The file is not a whole zip with one CSV: it was cut off on its way, or Zoho sent something else. */
export class ResultFileBroken extends Error {
  override readonly name = 'ResultFileBroken';
}

/** A header line is API names; no module has enough fields for a longer one. */
const MAX_HEADER = 256 * 1024;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const NEWLINE = 0x0a;
/** Every chunk is a journey to zlib's thread and back; its default of 16 KB makes them most of the work. */
const INFLATED_CHUNK = 256 * 1024;
/** Names shown of a zip without a table. */
const MAX_NAMED_ENTRIES = 5;
const MAX_ENTRY_NAME = 80;
/** Methods of a zip entry (APPNOTE 4.4.5). */
const DEFLATED = 8;

/**
 * Reads the header line of the zipped CSV of a bulk read (Zoho's documentation: Bulk Read, Download Result).
 * @returns column names as Zoho wrote them, e.g. `['Id', 'Deal_Name']`
 * @throws ResultFileBroken
 */
export async function readHeader(file: string): Promise<string[]> {
  let head = Buffer.alloc(0);
  for await (const chunk of await openCsv(file)) {
    head = Buffer.concat([head, chunk as Buffer]);
    const end = head.indexOf(NEWLINE);
    if (end >= 0) return columnNames(head.subarray(0, end));
    if (head.length > MAX_HEADER) throw new ResultFileBroken('The result file has no header line.');
  }
  return columnNames(head);
}

function columnNames(line: Buffer): string[] {
  const text = line.toString('utf8').trim();
  if (text === '') throw new ResultFileBroken('The result file is empty: even a file without rows has a header.');
  return text.split(',').map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
}

/**
 * Streams the CSV, header line included, without a byte order mark.
 * @param largest bytes that the CSV may have; a zip of a few kilobytes can hold gigabytes
 * @throws ResultFileBroken at once for a file that is cut off; from the stream for one that is damaged inside
 */
export async function openCsv(file: string, largest = Infinity): Promise<Readable> {
  const zip = await openZip(file);
  try {
    const entry = await findTable(zip);
    const stored = await openEntry(zip, entry);
    const inflate = entry.compressionMethod === DEFLATED ? [createInflateRaw({ chunkSize: INFLATED_CHUNK })] : [];
    const verified = verifiedContent([stored, ...inflate], entry, largest);
    // A stream that ends or breaks takes the file with it; its reader gets the error.
    pipeline([stored, ...inflate, verified], () => zip.close());
    return verified;
  } catch (error) {
    zip.close();
    throw error;
  }
}

function openZip(file: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    open(file, { lazyEntries: true, autoClose: false }, (error, zip) => (error ? reject(broken(error)) : resolve(zip)));
  });
}

/** The table of the zip: operating systems put entries of their own beside it. */
function findTable(zip: ZipFile): Promise<Entry> {
  return new Promise((resolve, reject) => {
    const others: string[] = [];
    zip.on('entry', (entry: Entry) => {
      if (isTable(entry.fileName)) return resolve(entry);
      if (others.length < MAX_NAMED_ENTRIES) others.push(entry.fileName.slice(0, MAX_ENTRY_NAME));
      zip.readEntry();
    });
    zip.once('error', (error: Error) => reject(broken(error)));
    zip.once('end', () => {
      const content = others.length === 0 ? 'is an empty zip' : `has no CSV: it holds ${others.join(', ')}`;
      reject(new ResultFileBroken(`The result file ${content}.`));
    });
    zip.readEntry();
  });
}

function isTable(name: string): boolean {
  const [folder = '', file = folder] = name.split('/').slice(-2);
  return !name.startsWith('__MACOSX/') && !file.startsWith('.') && /\.csv$/i.test(file);
}

function openEntry(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    const options = entry.compressionMethod === DEFLATED ? { decompress: false } : {};
    zip.openReadStream(entry, options, (error, stream) => (error ? reject(broken(error)) : resolve(stream)));
  });
}

function broken(error: Error): ResultFileBroken {
  return new ResultFileBroken(`The result file is not a whole zip: ${error.message}.`, { cause: error });
}

/** Passes the content on, checks it against the zip's checksum and its limit, and drops a byte order mark. */
function verifiedContent(sources: readonly Readable[], entry: Entry, largest: number): Transform {
  let bytes = 0;
  let sum = 0;
  let first = true;
  let damage: ResultFileBroken | undefined;
  for (const source of sources) source.once('error', (error: Error) => (damage ??= broken(error)));
  return new Transform({
    highWaterMark: 1 << 20,
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > largest) {
        done(new ResultFileBroken(`The result file holds more than the ${largest} bytes that its rows can have.`));
        return;
      }
      sum = crc32(chunk, sum);
      const marked = first && chunk.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
      first = false;
      done(null, marked ? chunk.subarray(BYTE_ORDER_MARK.length) : chunk);
    },
    flush(done) {
      done(sum === entry.crc32 ? null : new ResultFileBroken('The checksum of the result file does not match.'));
    },
    destroy(error, done) {
      done(damage ?? error);
    },
  });
}
