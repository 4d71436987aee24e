import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { ColumnType } from '../../../domain/mirror/mirror-field';
import type { LineCell } from '../copy/copy-kernel';
import type { CopyFormat } from '../copy/page-to-copy';
import { quoteIdentifier } from '../identifiers';
import { ABSENT_COLUMN, type StagingLayout } from './staged-column';

/** The staging table's name; temporary, so every transaction has its own. */
export const STAGING = 'staging';

/**
 * Creates the staging table. What rows are compared by is typed at once, the rest as the layout says.
 * @param tolerant everything is text, so that a value that does not fit its type does not stop the others; the caller
 * checks and converts.
 */
export async function createStaging(client: pg.Client, layout: StagingLayout, tolerant: boolean): Promise<void> {
  const types = stagingTypes(layout);
  const columns = stagingColumns(layout).map(
    (name, index) => `${quoteIdentifier(name)} ${tolerant ? 'text' : (types[index] ?? 'text')}`,
  );
  await client.query(`create temporary table ${STAGING} (${columns.join(', ')}) on commit drop`);
}

/** The types of the staging table's columns, in the order of the source. */
export function stagingTypes(layout: StagingLayout): ColumnType[] {
  const types = new Map(layout.columns.map(({ name, stagedAs }) => [name, stagedAs]));
  types.set('id', 'bigint');
  if (layout.modifiedTime) types.set(layout.modifiedTime, 'timestamptz');
  return layout.sourceColumns.map((name) => (name === undefined ? 'text' : (types.get(name) ?? 'text')));
}

/** The cells of a line of an export as the staging table of a typed layout takes them. */
export function stagingCells(layout: StagingLayout): LineCell[] {
  const lists = new Map(layout.columns.map(({ name, list }) => [name, list]));
  const types = stagingTypes(layout);
  return layout.sourceColumns.map((name, index) => lists.get(name ?? '') ?? types[index] ?? 'text');
}

/** A column of the source that the mirror does not want is staged under a name that no mirror column has. */
function stagingColumns(layout: StagingLayout): string[] {
  return layout.sourceColumns.map((name, index) => name ?? `_unused_${index}`);
}

function copyStatement(layout: StagingLayout, table: string, wanted: CopyFormat): string {
  // Binary rows and rows for the mirror itself have no cell for what their record lacks.
  const saysAbsent = wanted === 'text' && table === STAGING;
  const names = stagingColumns(layout)
    .filter((name) => saysAbsent || name !== ABSENT_COLUMN)
    .map(quoteIdentifier)
    .join(', ');
  const isCsv = layout.format === 'csv' && wanted === 'text';
  const format = isCsv ? `format csv, header true, force_null (${names})` : `format ${wanted}`;
  return `copy ${table} (${names}) from stdin with (${format})`;
}

/**
 * Streams a whole source into the staging table. Memory stays constant whatever the size.
 * @param format text stands for CSV here, where the layout is that of a CSV file
 */
export async function copyStream(
  client: pg.Client,
  layout: StagingLayout,
  source: Readable,
  signal: AbortSignal,
  format: CopyFormat = 'text',
): Promise<void> {
  await pipeline(source, client.query(copyFrom(copyStatement(layout, STAGING, format))), { signal });
}

/**
 * Streams rows in binary format into a table. Memory stays constant whatever their number.
 * @returns rows copied
 */
export async function copyRows(
  client: pg.Client,
  table: string,
  columns: readonly string[],
  rows: Readable,
  signal: AbortSignal,
): Promise<number> {
  const names = columns.map(quoteIdentifier).join(', ');
  const copy = client.query(copyFrom(`copy ${table} (${names}) from stdin with (format binary)`));
  await pipeline(rows, copy, { signal });
  return copy.rowCount;
}

/** A COPY that is fed piece by piece. */
export interface CopySink {
  write(rows: Buffer): Promise<void>;
  /** @returns rows copied */
  end(): Promise<number>;
  /** Gives the COPY up. Until it has ended, one way or the other, its connection does nothing else. */
  abort(): Promise<void>;
}

/** @param table where the rows go. Columns of another table than staging are typed, so the rows must fit them. */
export function openCopy(
  client: pg.Client,
  layout: StagingLayout,
  signal: AbortSignal,
  table: string,
  format: CopyFormat = 'text',
): CopySink {
  const stream = client.query(copyFrom(copyStatement(layout, table, format)));
  let isOpen = true;
  const closed = new Promise<void>((resolve, reject) => {
    stream.once('finish', resolve).once('error', reject);
  }).finally(() => (isOpen = false));
  // The next write or end throws the failure; until then it must not count as unhandled.
  closed.catch(() => undefined);
  const abort = () => stream.destroy(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  const over = closed.finally(() => signal.removeEventListener('abort', abort));
  over.catch(() => undefined);
  return {
    async write(rows) {
      if (!stream.write(rows)) await Promise.race([once(stream, 'drain'), closed]);
    },
    async end() {
      stream.end();
      await over;
      return stream.rowCount;
    },
    async abort() {
      if (isOpen) stream.destroy(new Error('The rows of this COPY could not be read.'));
      await over.catch(() => undefined);
    },
  };
}
