import { pipeline, type Readable } from 'node:stream';
import { parse, type Parser } from 'csv-parse';
import { openEntry } from './zip-file';

/** Delimiters that Zoho recognizes by the header (Bulk Write: Limitations). */
const DELIMITERS = [',', ';', ':', '|'] as const;
const HEADER_BYTES = 256 * 1024;

/** Encodings a file can be in, by the names they go under. */
export const ENCODINGS: Readonly<Record<string, BufferEncoding>> = {
  'UTF-8': 'utf8',
  UTF8: 'utf8',
  'UTF-16LE': 'utf16le',
  'ISO-8859-1': 'latin1',
  'US-ASCII': 'ascii',
};

export interface CsvHeader {
  readonly delimiter: string;
  readonly names: readonly string[];
}

/** The first line of a CSV in a zip and the delimiter it speaks for. */
export async function readHeader(path: string, name: string, encoding: BufferEncoding): Promise<CsvHeader> {
  const content = await openEntry(path, name);
  let start = Buffer.alloc(0);
  for await (const chunk of content) {
    start = Buffer.concat([start, chunk as Buffer]);
    if (start.length >= HEADER_BYTES || start.includes('\n')) break;
  }
  const line = firstLine(start.toString(encoding).replace(/^\uFEFF/, ''));
  const unquoted = line.replaceAll(/"(?:[^"]|"")*"/g, '');
  const counts = DELIMITERS.map((delimiter) => unquoted.split(delimiter).length);
  const delimiter = DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
  const names = await new Promise<string[]>((resolve, reject) => {
    parse(line, { delimiter, relax_quotes: true }, (error, records: string[][]) => {
      if (error) reject(error);
      else resolve((records[0] ?? []).map((cell) => cell.trim()));
    });
  });
  return { delimiter, names };
}

/** Up to the first line end outside quotes. */
function firstLine(text: string): string {
  const found = /^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text);
  return found?.[0] ?? '';
}

/** The rows of a CSV in a zip after its header, one at a time. */
export async function openRows(
  path: string,
  name: string,
  encoding: BufferEncoding,
  delimiter: string,
): Promise<Parser> {
  const content: Readable = await openEntry(path, name);
  const parser = parse({
    delimiter,
    encoding,
    bom: encoding === 'utf8',
    from_line: 1,
    from: 2,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  });
  return pipeline(content, parser, () => undefined);
}
