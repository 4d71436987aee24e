import { pipeline, Transform } from 'node:stream';
import { isDeepStrictEqual, TextDecoder } from 'node:util';
import type pg from 'pg';
import { withoutAbsentCell } from '../copy/absent-cell';
import { BINARY_HEADER, BINARY_TRAILER } from '../copy/binary-format';
import type { CopyPage } from '../copy/copy-page';
import { csvToBinary } from '../copy/csv-to-binary';
import { pageColumns } from '../copy/page-columns';
import { qualifiedTable, type MirrorModule, type ReadField } from '../mirror-module';
import { columnTypesQuery, type ColumnTypeRow } from '../table-changes';
import { openCsv, readHeader } from './result-file';
import { csvLayout, jsonLayout, typedLayout, type StagingLayout } from './staged-column';
import { copyStream, openCopy, STAGING, stagingTypes, type CopySink } from './staging';

/** Rows of a chunk. They can be read more than once: another way to load them starts from the beginning. */
export interface ChunkSource {
  layout: StagingLayout;
  /** Rows may repeat within the source (pages that shift while they are read). */
  mayRepeat: boolean;
  /** Copies every row into the staging table as text. */
  stageText(client: pg.Client, layout: StagingLayout): Promise<void>;
  /** The same with bytes replaced that PostgreSQL cannot store. */
  stageTolerant(client: pg.Client, layout: StagingLayout): Promise<void>;
  /**
   * Copies every row in binary format into a staging table of `typedLayout`; absent where it is known not to be possible.
   * @throws UnusualValue when only PostgreSQL's own parser can read a value
   */
  stageBinary?(client: pg.Client, layout: StagingLayout): Promise<void>;
  /** Columns that no record of a source with binary rows has. */
  absentColumns?: ReadonlySet<string>;
  /**
   * Copies every row into the mirror itself; absent where values need conversion.
   * @returns rows copied
   * @throws ColumnAbsent when a record lacks a column
   */
  copyIntoMirror?(client: pg.Client): Promise<number>;
}

/** Replaces NUL, which PostgreSQL refuses with the whole COPY, as it refuses bytes that are not UTF-8. */
function withoutNul(text: string): Buffer {
  return Buffer.from(text.replaceAll('\0', '\uFFFD'));
}

/** Replaces what PostgreSQL refuses in a stream whose pieces may end inside a character. */
function replaceUnstorable(): Transform {
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
 * The source of a chunk that is one result file of a bulk read.
 * @param largest bytes that the CSV may have
 * @throws ResultFileBroken
 */
export async function resultFileSource(
  mirror: MirrorModule,
  file: string,
  signal: AbortSignal,
  largest?: number,
): Promise<ChunkSource> {
  return {
    layout: csvLayout(mirror, await readHeader(file)),
    mayRepeat: false,
    async stageText(client, layout) {
      await copyStream(client, layout, await openCsv(file, largest), signal);
    },
    // A file that breaks half-way must break the COPY too, through the transform between them.
    async stageTolerant(client, layout) {
      const rows = pipeline(await openCsv(file, largest), replaceUnstorable(), () => undefined);
      await copyStream(client, layout, rows, signal);
    },
    async stageBinary(client, layout) {
      const rows = pipeline(await openCsv(file, largest), csvToBinary(stagingTypes(layout)), () => undefined);
      await copyStream(client, layout, rows, signal, 'binary');
    },
  };
}

/**
 * The source of a chunk whose rows are in the format `text_absent` already, for the given fields (see `PageToCopy`).
 * @param pieces whole rows each
 */
export function copyRowsSource(
  mirror: MirrorModule,
  fields: readonly ReadField[],
  pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
  signal: AbortSignal,
): ChunkSource & Required<Pick<ChunkSource, 'copyIntoMirror'>> {
  const layout = jsonLayout(mirror, fields);
  return {
    layout,
    mayRepeat: true,
    async stageText(client) {
      await writeAll(openCopy(client, layout, signal, STAGING), pieces);
    },
    async stageTolerant(client) {
      await writeAll(openCopy(client, layout, signal, STAGING), withoutUnstorable(pieces));
    },
    copyIntoMirror: (client) =>
      writeAll(openCopy(client, layout, signal, qualifiedTable(mirror)), withoutAbsentCells(pieces)),
  };
}

/** The source of a chunk of converted pages: binary if all of them are and the columns have their types, else text. */
export function copyPagesSource(
  mirror: MirrorModule,
  fields: readonly ReadField[],
  pages: readonly CopyPage[],
  signal: AbortSignal,
): ChunkSource {
  const text = copyRowsSource(
    mirror,
    fields,
    { [Symbol.iterator]: () => pages.map((page) => page.asText()).values() },
    signal,
  );
  // Rows without a cell for what their record lacks must all lack the same.
  const absent = pages.find(({ rows }) => rows > 0)?.absent ?? [];
  const isBinary = pages.every((page) => page.format === 'binary');
  if (!isBinary || pages.some((page) => page.rows > 0 && !isDeepStrictEqual(page.absent, absent))) return text;
  const pieces = [BINARY_HEADER, ...pages.map(({ copy }) => copy), BINARY_TRAILER];
  const copyBinary = (client: pg.Client, table: string): Promise<number> =>
    writeAll(openCopy(client, text.layout, signal, table, 'binary'), pieces);
  const types = pageColumns(fields).map(({ type }) => type);
  const hasStagedTypes = isDeepStrictEqual(stagingTypes(typedLayout(text.layout)).slice(0, types.length), types);
  const absentColumns = new Set(absent.flatMap((column) => text.layout.sourceColumns[column] ?? []));
  return {
    ...text,
    absentColumns,
    ...(hasStagedTypes && { stageBinary: async (client: pg.Client) => void (await copyBinary(client, STAGING)) }),
    copyIntoMirror: async (client) =>
      absentColumns.size === 0 && (await hasTypesOf(client, mirror, text.layout))
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

async function* withoutAbsentCells(pieces: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) yield withoutAbsentCell(piece);
}

/** Replaces what PostgreSQL refuses in pieces of whole rows, so that no character is split. */
async function* withoutUnstorable(pieces: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) yield withoutNul(piece.toString('utf8'));
}

/**
 * True if the columns of the mirror have the types that their fields have. A type that would lose values waits for a
 * person; until then the column has another one, and PostgreSQL would take the binary form of the one for the other.
 */
async function hasTypesOf(client: pg.Client, mirror: MirrorModule, layout: StagingLayout): Promise<boolean> {
  const { rows } = await client.query<ColumnTypeRow>(columnTypesQuery('$1'), [qualifiedTable(mirror)]);
  const present = new Map(rows.map(({ name, type }) => [name, type]));
  return layout.columns.every(({ name, type }) => present.get(name) === type);
}
