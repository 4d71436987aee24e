import { setImmediate as afterOtherWork } from 'node:timers/promises';
import { csvText } from '../data/cell';
import type { WriteContext } from '../store/record-editor';
import { type RowOutcome, RowWriter, skipped } from './apply-row';
import { openRows } from './csv-rows';
import type { WriteJob } from './job';

/** Rows of a file that are taken (Bulk Write: Limitations); the rest is skipped as LIMIT_EXCEEDED. */
const MAX_ROWS = 25_000;
/** Rows written before the event loop serves other calls. */
const ROWS_PER_BATCH = 250;
const SHOWN_COLUMNS = 3;
const UNPROCESSED: RowOutcome = { status: 'UNPROCESSED', recordId: '', errors: '' };

/**
 * Writes the rows of a job's file one after another and gives the lines of its result file: the first three mapped
 * columns, `STATUS`, `RECORD_ID` and `ERRORS`.
 *
 * @param stopAfter rows from here on stay unprocessed: the job is about to fail
 * @param isCancelled checked between batches; the rest is dropped when it is true
 */
export async function* resultLines(
  context: WriteContext,
  job: WriteJob,
  path: string,
  stopAfter: number,
  isCancelled: () => boolean,
): AsyncGenerator<string> {
  const { resource, encoding } = job.request;
  const writer = new RowWriter(context, job.request);
  const shown = resource.mappings
    .map(({ index }) => index)
    .filter((index) => index !== undefined)
    .slice(0, SHOWN_COLUMNS);
  const line = (cells: readonly string[]): string => `${cells.map(csvText).join(',')}\n`;
  yield line([...shown.map((index) => resource.header[index] ?? ''), 'STATUS', 'RECORD_ID', 'ERRORS']);
  let lines = '';
  for await (const row of await openRows(path, resource.fileName, encoding, resource.delimiter)) {
    const cells = row as string[];
    const place = job.counts.total++;
    const outcome =
      place >= stopAfter ? UNPROCESSED : place >= MAX_ROWS ? skipped('LIMIT_EXCEEDED') : writer.write(cells);
    count(job, outcome);
    const { status, recordId, errors } = outcome;
    lines += line([...shown.map((index) => cells[index] ?? ''), status, recordId, errors]);
    if (job.counts.total % ROWS_PER_BATCH !== 0) continue;
    yield lines;
    lines = '';
    await afterOtherWork();
    if (isCancelled()) return;
  }
  yield lines;
}

function count({ counts }: WriteJob, { status }: RowOutcome): void {
  if (status === 'ADDED') counts.added++;
  else if (status === 'UPDATED') counts.updated++;
  else if (status === 'SKIPPED') counts.skipped++;
}
