import { createHash } from 'node:crypto';
import { saveRowOutcomes, type ItemOutcome } from '../../db/bulk-operations/bulk-operation-items';
import { fileRows } from '../../db/bulk-operations/bulk-write-files';
import type { WriteJobRow } from '../../db/bulk-operations/bulk-write-jobs';
import { matchResultLines } from '../../domain/records/match-result-lines';
import type { ItemStatus } from '../../domain/runs/bulk-operations';
import { largestExport } from '../../domain/runs/export-pages';
import { downloadBulkWriteResult } from '../../zoho/bulk/bulk-write';
import { parseBulkWriteResult, type BulkWriteRow, type BulkWriteRowStatus } from '../../zoho/bulk/bulk-write-result';
import { ZohoError } from '../../zoho/errors/errors';
import type { ActivityDependencies } from '../dependencies';
import { withZoho, type ZohoWork } from '../with-zoho';
import type { BulkWriteFileTarget } from './submit-bulk-write';

/** Outcomes that one statement writes. */
const ROWS_PER_STATEMENT = 1_000;

const STATUSES: Readonly<Record<BulkWriteRowStatus, ItemStatus>> = {
  ADDED: 'added',
  UPDATED: 'updated',
  SKIPPED: 'skipped',
  UNPROCESSED: 'unprocessed',
};

/** Findings of a result file. */
export interface ResultReading {
  /** False if Zoho no longer has the file: it keeps one for seven days. */
  isRead: boolean;
  /** Rows of which the file says that they were written. */
  written: number;
  /** Lines of which nobody can say to which row they belong. */
  unmatched: number;
}

interface Line extends ItemOutcome {
  /** Digest of what the line says of its row; undefined for nothing. */
  saying: string | undefined;
}

/**
 * Downloads the result file of a job and keeps the outcomes of the rows that it names. Idempotent.
 * @throws Error if the outcomes cannot be kept; ZohoError for a file that cannot be read
 */
export async function readBulkWriteResult(
  deps: ActivityDependencies,
  target: BulkWriteFileTarget,
  url: string,
  job: WriteJobRow,
): Promise<ResultReading> {
  const largest = largestExport(job.details.rows);
  const { operationId, file } = target;
  try {
    return await deps.spool.withFile(`written-${operationId}-${file}`, (zip) =>
      withZoho(deps, target, async (zoho) => {
        zoho.report({ file, doing: 'downloading the result' });
        await downloadBulkWriteResult(zoho.transport, url, zip, { ...zoho.options, largest });
        return saveResult(deps, target, job, parseBulkWriteResult(zip, largest), zoho);
      }),
    );
  } catch (error) {
    if (error instanceof ZohoError && error.category === 'not_found') {
      return { isRead: false, written: 0, unmatched: 0 };
    }
    throw error;
  }
}

async function saveResult(
  { knex }: ActivityDependencies,
  { operationId, file }: BulkWriteFileTarget,
  job: WriteJobRow,
  result: AsyncIterable<BulkWriteRow>,
  zoho: ZohoWork,
): Promise<ResultReading> {
  const { lines, names, inOrder } = await readLines(job, result);
  const rows: string[] = [];
  for await (const cells of fileRows(knex, operationId, file, names)) rows.push(digestOf(cells) ?? '');
  const sayings = lines.map(({ saying }) => saying);
  const { lineOfRow, unmatched } = matchResultLines(rows, sayings, inOrder);
  const outcomes = lineOfRow.flatMap((at, row) => {
    const line = at === undefined ? undefined : lines[at];
    return line ? [{ status: line.status, recordId: line.recordId, errors: line.errors, rowNumber: row + 1 }] : [];
  });
  for (let from = 0; from < outcomes.length; from += ROWS_PER_STATEMENT) {
    zoho.signal.throwIfAborted();
    await saveRowOutcomes(knex, operationId, file, outcomes.slice(from, from + ROWS_PER_STATEMENT));
    zoho.report({ file, doing: 'reading the result', rows: from });
  }
  const written = outcomes.filter(({ status }) => status === 'added' || status === 'updated').length;
  return { isRead: true, written, unmatched };
}

/** The lines about our file, which is the only one of the zip unless Zoho puts others beside it. */
async function readLines(
  { details: { columns, findBy, fileName } }: WriteJobRow,
  result: AsyncIterable<BulkWriteRow>,
): Promise<{ lines: Line[]; names: string[]; inOrder: boolean }> {
  const byFile = new Map<string, Line[]>();
  let names: string[] | undefined;
  for await (const row of result) {
    names ??= repeatedColumns(
      columns.map(({ field }) => field),
      findBy,
      row.values,
    );
    const lines = byFile.get(row.fileName) ?? [];
    byFile.set(row.fileName, lines);
    lines.push(lineOf(row, names, findBy));
  }
  const own = [...byFile].filter(([name]) => fileName !== undefined && name.endsWith(fileName));
  const files = own.length > 0 ? own : [...byFile];
  return { lines: files.flatMap(([, lines]) => lines), names: names ?? [], inOrder: files.length === 1 };
}

/** The key of the records if the result must have it, otherwise every column that it repeats. */
function repeatedColumns(
  columns: readonly string[],
  findBy: string | null,
  values: Readonly<Record<string, string>>,
): string[] {
  if (findBy !== null) return [findBy];
  return columns.filter((name) => valueIn(values, name) !== undefined);
}

function lineOf(row: BulkWriteRow, names: readonly string[], findBy: string | null): Line {
  const { values, status, recordId, errors } = row;
  // Without the key in the file, the id that Zoho names for a written record is the key by which it was sent.
  const cells = names.map((name) => valueIn(values, name) ?? (findBy === 'id' ? recordId : null));
  return {
    saying: digestOf(cells),
    status: STATUSES[status],
    recordId,
    errors: errors.map(({ code, fields }) => ({ code, fields })),
  };
}

function valueIn(values: Readonly<Record<string, string>>, name: string): string | undefined {
  const found = Object.keys(values).find((key) => key.toLowerCase() === name.toLowerCase());
  return found === undefined ? undefined : values[found];
}

/** A digest instead of the texts, which can be long; Zoho may trim them. Undefined where every cell is empty. */
function digestOf(cells: readonly (string | null)[]): string | undefined {
  const texts = cells.map((cell) => (cell ?? '').trim().replaceAll(/\s+/g, ' ').toLowerCase());
  if (texts.every((text) => text === '')) return undefined;
  return createHash('sha256').update(JSON.stringify(texts)).digest('base64');
}
