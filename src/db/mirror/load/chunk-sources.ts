import { pipeline, Transform } from 'node:stream';
import { isDeepStrictEqual, TextDecoder } from 'node:util';
import type pg from 'pg';
import type { MirrorField } from '../../../domain/mirror/mirror-field';
import { BINARY_HEADER, BINARY_TRAILER } from '../copy/binary-format';
import type { CopyPage } from '../copy/copy-page';
import { csvToBinary } from '../copy/csv-to-binary';
import { PageToCopy, type CopyFormat, type PageColumn } from '../copy/page-to-copy';
import { qualifiedTable, type MirrorModule } from '../mirror-module';
import { columnTypesQuery, type ColumnTypeRow } from '../mirror-table';
import type { ChunkSource } from './load-chunk';
import { openCsv, readHeader } from './result-file';
import { csvLayout, jsonLayout, typedLayout, type StagingLayout } from './staged-column';
import { copyStream, openCopy, STAGING, stagingTypes, type CopySink } from './staging';

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
    async copyTyped(client, layout) {
      const rows = pipeline(await openCsv(file), csvToBinary(stagingTypes(layout)), () => undefined);
      await copyStream(client, layout, rows, signal, 'binary');
    },
  };
}

/** What a page column takes: the same order as the layout's source columns. */
export function pageColumns(fields: readonly MirrorField[]): PageColumn[] {
  return [
    { field: 'id', part: 'value', type: 'bigint' },
    ...fields.flatMap(({ apiName: field, shape, type, nameColumn }): PageColumn[] =>
      shape === 'reference'
        ? [
            { field, part: 'id', type },
            ...(nameColumn ? [{ field, part: 'name' as const, type: 'text' as const }] : []),
          ]
        : [{ field, part: type === 'text' ? 'value' : PARTS[shape], type }],
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
): ChunkSource & Required<Pick<ChunkSource, 'copyIntoMirror'>> {
  const layout = jsonLayout(mirror, fields);
  return {
    layout,
    mayRepeat: true,
    async copyInto(client, _layout, tolerant) {
      const copy = openCopy(client, layout, signal, STAGING);
      await writeAll(copy, tolerant ? storablePieces(pieces) : pieces);
    },
    copyIntoMirror: (client) => writeAll(openCopy(client, layout, signal, qualifiedTable(mirror)), pieces),
  };
}

/** A chunk of converted pages: as binary rows if all of them are, into columns of the same types; else as text. */
export function copyPagesSource(
  mirror: MirrorModule,
  fields: readonly MirrorField[],
  pages: readonly CopyPage[],
  signal: AbortSignal,
): ChunkSource {
  const text = copyRowsSource(
    mirror,
    fields,
    { [Symbol.iterator]: () => pages.map((page) => page.asText()).values() },
    signal,
  );
  if (!pages.every(({ format }) => format === 'binary')) return text;
  const pieces = [BINARY_HEADER, ...pages.map(({ copy }) => copy), BINARY_TRAILER];
  const copyBinary = (client: pg.Client, table: string): Promise<number> =>
    writeAll(openCopy(client, text.layout, signal, table, 'binary'), pieces);
  const types = pageColumns(fields).map(({ type }) => type);
  const isStagedSo = isDeepStrictEqual(stagingTypes(typedLayout(text.layout)), types);
  return {
    ...text,
    ...(isStagedSo && { copyTyped: async (client: pg.Client) => void (await copyBinary(client, STAGING)) }),
    copyIntoMirror: async (client) =>
      (await hasTypesOf(client, mirror, text.layout))
        ? copyBinary(client, qualifiedTable(mirror))
        : text.copyIntoMirror(client),
  };
}

/** @returns rows copied */
async function writeAll(copy: CopySink, pieces: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<number> {
  try {
    for await (const piece of pieces) await copy.write(piece);
    return await copy.end();
  } catch (error) {
    await copy.abort();
    throw error;
  }
}

async function* storablePieces(pieces: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) yield storableRows(piece);
}

/**
 * Whether the columns of the mirror have the types that their fields have. A type that would lose values waits for a
 * person; until then the column has another one, whose binary form PostgreSQL would not recognise as wrong.
 */
async function hasTypesOf(client: pg.Client, mirror: MirrorModule, layout: StagingLayout): Promise<boolean> {
  const { rows } = await client.query<ColumnTypeRow>(columnTypesQuery('$1'), [qualifiedTable(mirror)]);
  const present = new Map(rows.map(({ name, type }) => [name, type]));
  return layout.columns.every(({ name, type }) => present.get(name) === type);
}

/** Converts whole page bodies; see `PageToCopy.convert`. */
export function pageConverter(fields: readonly MirrorField[], format: CopyFormat = 'text'): PageToCopy {
  return new PageToCopy(pageColumns(fields), format);
}
