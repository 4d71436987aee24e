import { pipeline, Transform } from 'node:stream';
import { TextDecoder } from 'node:util';
import type pg from 'pg';
import type { MirrorField } from '../../domain/mirror-field';
import type { ChunkSource } from './load-chunk';
import { qualifiedTable, type MirrorModule } from './mirror-module';
import { PageToCopy, type PageColumn } from './page-to-copy';
import { openCsv, readHeader } from './result-file';
import { csvLayout, jsonLayout } from './staged-column';
import { copyStream, openCopy, STAGING } from './staging';

/** Replaces NUL, which PostgreSQL refuses with the whole COPY, as it refuses bytes that are not UTF-8. */
function withoutNul(text: string): Buffer {
  return Buffer.from(text.replaceAll('\0', '\uFFFD'));
}

/** Whole rows, so that no character is split. */
function storableRows(rows: Buffer): Buffer {
  return withoutNul(rows.toString('utf8'));
}

/** Replaces what PostgreSQL refuses in a stream whose pieces may end inside a character. */
function storableBytes(): Transform {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      done(null, withoutNul(decoder.decode(chunk, { stream: true })));
    },
    flush(done) {
      done(null, Buffer.from(decoder.decode()));
    },
  });
}

/**
 * A chunk that is one result file of a bulk read.
 * @throws ResultFileBroken
 */
export async function resultFileSource(mirror: MirrorModule, file: string, signal: AbortSignal): Promise<ChunkSource> {
  return {
    layout: csvLayout(mirror, await readHeader(file)),
    mayRepeat: false,
    async copyInto(client, layout, tolerant) {
      const csv = await openCsv(file);
      // A file that breaks half-way must break the COPY too, through whatever stands between them.
      const rows = tolerant ? pipeline(csv, storableBytes(), () => undefined) : csv;
      await copyStream(client, layout, rows, signal);
    },
  };
}

/** What a page column takes: the same order as the layout's source columns. */
export function pageColumns(fields: readonly MirrorField[]): PageColumn[] {
  return [
    { field: 'id', part: 'value' },
    ...fields.flatMap((field): PageColumn[] =>
      field.shape === 'reference'
        ? [
            { field: field.apiName, part: 'id' },
            ...(field.nameColumn ? [{ field: field.apiName, part: 'name' as const }] : []),
          ]
        : [{ field: field.apiName, part: field.type === 'text' ? 'value' : PARTS[field.shape] }],
    ),
  ];
}

/** Values that become JSON are JSON already: the rows may go straight into the mirror. */
const PARTS = { scalar: 'value', choices: 'json', opaque: 'json', tags: 'names' } as const;

/**
 * A chunk of rows already in COPY's text format, for the given fields (see `PageToCopy`).
 * @param pieces whole rows each
 */
export function copyRowsSource(
  mirror: MirrorModule,
  fields: readonly MirrorField[],
  pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
  signal: AbortSignal,
): ChunkSource {
  const layout = jsonLayout(mirror, fields);
  const copyInto = async (client: pg.Client, table: string, tolerant: boolean): Promise<number> => {
    const copy = openCopy(client, layout, signal, table);
    try {
      for await (const piece of pieces) await copy.write(tolerant ? storableRows(piece) : piece);
      return await copy.end();
    } catch (error) {
      await copy.abandon();
      throw error;
    }
  };
  return {
    layout,
    mayRepeat: true,
    copyInto: async (client, _layout, tolerant) => void (await copyInto(client, STAGING, tolerant)),
    copyIntoMirror: (client) => copyInto(client, qualifiedTable(mirror), false),
  };
}

/** Converts whole page bodies; see `PageToCopy.convert`. */
export function pageConverter(fields: readonly MirrorField[]): PageToCopy {
  return new PageToCopy(pageColumns(fields));
}
