import { Transform } from 'node:stream';
import { TextDecoder } from 'node:util';
import type { MirrorField } from '../../domain/mirror-field';
import type { ChunkSource } from './load-chunk';
import type { MirrorModule } from './mirror-module';
import { PageToCopy, type PageColumn } from './page-to-copy';
import { openCsv, readHeader } from './result-file';
import { csvLayout, jsonLayout } from './staged-column';
import { copyStream, openCopy } from './staging';

/** Replaces bytes that are not UTF-8 and NUL, which PostgreSQL refuses with the whole COPY. */
function storableBytes(): Transform {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      done(null, Buffer.from(decoder.decode(chunk, { stream: true }).replaceAll('\0', '\uFFFD')));
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
      await copyStream(client, layout, tolerant ? csv.pipe(storableBytes()) : csv, signal);
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
        : [{ field: field.apiName, part: 'value' }],
    ),
  ];
}

/** A chunk of rows already in COPY's text format, for the given fields (see `PageToCopy`). */
export function copyRowsSource(
  mirror: MirrorModule,
  fields: readonly MirrorField[],
  pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
  signal: AbortSignal,
): ChunkSource {
  return {
    layout: jsonLayout(mirror, fields),
    mayRepeat: true,
    async copyInto(client, layout) {
      const copy = openCopy(client, layout, signal);
      for await (const piece of pieces) await copy.write(piece);
      await copy.end();
    },
  };
}

/** Converts whole page bodies; see `PageToCopy.convert`. */
export function pageConverter(fields: readonly MirrorField[]): PageToCopy {
  return new PageToCopy(pageColumns(fields));
}
