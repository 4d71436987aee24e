import { pipeline, Transform } from 'node:stream';
import { isDeepStrictEqual, TextDecoder } from 'node:util';
import type pg from 'pg';
import { columnTypesQuery, type ColumnTypeRow } from '../column-types';
import { withoutAbsentCell } from '../copy/absent-cell';
import { BINARY_HEADER, BINARY_TRAILER } from '../copy/binary-format';
import type { CopyPage } from '../copy/copy-page';
import { csvToBinary } from '../copy/csv-to-binary';
import { pageColumns } from '../copy/page-columns';
import { qualifiedTable, type MirrorModule, type ReadField } from '../mirror-module';
import { exportCells } from './export-cells';
import { readNamedUsers } from './named-users';
import { openCsv, readHeader } from './result-file';
import { csvLayout, jsonLayout, typedLayout, type StagingLayout } from './staged-column';
import { copyRows, copyStream, openCopy, STAGING, stagingCells, stagingTypes, type CopySink } from './staging';

/** Rows of a chunk. They can be read more than once: another way to load them starts from the beginning. */
export interface ChunkSource {
  layout: StagingLayout;
  /** Rows may repeat within the source (pages that shift while they are read). */
  mayRepeat: boolean;
  /**
   * Copies every row into the staging table as text. Absent where a value may be none of Zoho's: PostgreSQL's parser
   * would take some of those.
   */
  stageText?(client: pg.Client, layout: StagingLayout): Promise<void>;
  /** Copies every row as text, with bytes replaced that PostgreSQL cannot store. */
  stageTolerant(client: pg.Client, layout: StagingLayout): Promise<void>;
  /**
   * Copies every row in binary format into a staging table of `typedLayout`; absent where it is known not to be possible.
   * @throws UnusualValue for a value that is not written as Zoho writes its type
   */
  stageBinary?(client: pg.Client, layout: StagingLayout): Promise<void>;
  /** Columns that no record of a source with binary rows has. */
  absentColumns?: ReadonlySet<string>;
  /**
   * Copies every row into the mirror itself; absent where values need conversion.
   * @returns rows copied; undefined, before the first, where it turns out that they cannot be
   * @throws ColumnAbsent when a record lacks a column; UnusualValue for a value that needs conversion after all
   */
  copyIntoMirror?(client: pg.Client): Promise<number | undefined>;
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
  const layout = csvLayout(mirror, await readHeader(file));
  return {
    layout,
    mayRepeat: false,
    // A file that breaks half-way must break the COPY too, through the transform between them.
    async stageTolerant(client, layout) {
      const rows = pipeline(await openCsv(file, largest), replaceUnstorable(), () => undefined);
      await copyStream(client, layout, rows, signal);
    },
    async stageBinary(client, layout) {
      const rows = pipeline(await openCsv(file, largest), csvToBinary(stagingCells(layout)), () => undefined);
      await copyStream(client, layout, rows, signal, 'binary');
    },
    async copyIntoMirror(client) {
      if (layout.unread.length > 0 || !(await hasTypesOf(client, mirror, layout))) return undefined;
      const { cells, columns } = exportCells(mirror, layout);
      const names = await readNamedUsers(client, mirror);
      const rows = pipeline(await openCsv(file, largest), csvToBinary(cells, names), () => undefined);
      return copyRows(client, qualifiedTable(mirror), columns, rows, signal);
    },
  };
}

/**
 * The source of a chunk of converted pages for the given fields: binary if all of them are and the columns have their
 * types, else text.
 */
export function copyPagesSource(
  mirror: MirrorModule,
  fields: readonly ReadField[],
  pages: readonly CopyPage[],
  signal: AbortSignal,
): ChunkSource {
  const text = textSource(mirror, fields, pages, signal);
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
        : text.copyText(client),
  };
}

/** @returns a source that knows how to copy its rows into the mirror as text, whether or not that may be done */
function textSource(
  mirror: MirrorModule,
  fields: readonly ReadField[],
  pages: readonly CopyPage[],
  signal: AbortSignal,
): ChunkSource & { copyText(client: pg.Client): Promise<number> } {
  const layout = jsonLayout(mirror, fields);
  const copy = (client: pg.Client, table: string, change?: (rows: Buffer) => Buffer): Promise<number> =>
    writeAll(openCopy(client, layout, signal, table), textRows(pages, change));
  const copyText = (client: pg.Client): Promise<number> => copy(client, qualifiedTable(mirror), withoutAbsentCell);
  return {
    layout,
    mayRepeat: true,
    copyText,
    ...(pages.every(({ isPlain }) => isPlain) && {
      stageText: async (client: pg.Client) => void (await copy(client, STAGING)),
      copyIntoMirror: copyText,
    }),
    stageTolerant: async (client) => void (await copy(client, STAGING, (text) => withoutNul(text.toString('utf8')))),
  };
}

function* textRows(pages: readonly CopyPage[], change?: (rows: Buffer) => Buffer): Generator<Buffer> {
  for (const page of pages) yield change ? change(page.asText()) : page.asText();
}

/** @returns rows copied */
async function writeAll(copy: CopySink, pieces: Iterable<Buffer>): Promise<number> {
  try {
    for (const piece of pieces) await copy.write(piece);
    return await copy.end();
  } catch (error) {
    await copy.abort();
    throw error;
  }
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
