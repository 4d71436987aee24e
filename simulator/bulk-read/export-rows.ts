import { ByteSink } from '../data/byte-sink';
import { csvCell } from '../data/cell';
import { compileRow } from '../data/row-writer';
import { boundsOf } from '../query/bounds';
import { compileCondition, type RowTest } from '../query/evaluate';
import { resolvePath } from '../query/field-path';
import { rowsById } from '../store/ordered-rows';
import { DELETED, PRISTINE } from '../store/overlay';
import type { WriteRow } from '../store/record-writer';
import type { OpenModule, Records } from '../store/records';
import type { ExportTask } from './export-task';

const CHUNK_BYTES = 256 * 1024;

/** Counts what a walk over the result has written. */
export interface ExportProgress {
  count: number;
  more: boolean;
  lastRow: number;
}

/** The CSV of a job in chunks: header, then one line a record, by id. */
export function* csvChunks(
  records: Records,
  opened: OpenModule,
  task: ExportTask,
  progress: ExportProgress,
): Generator<Buffer> {
  const writeLine = lineWriter(records, opened, task.columns);
  const sink = new ByteSink();
  sink.ascii(`${['Id', ...task.columns].join(',')}\n`);
  for (const row of matchingRows(records, opened, task)) {
    if (progress.count === task.limit) {
      progress.more = true;
      break;
    }
    writeLine(sink, row);
    progress.count++;
    progress.lastRow = row;
    if (sink.length >= CHUNK_BYTES) yield sink.take();
  }
  yield sink.take();
}

function* matchingRows(records: Records, opened: OpenModule, task: ExportTask): Generator<number> {
  const { store, module } = opened;
  const test: RowTest | undefined = task.condition && compileCondition(records, opened, task.condition);
  const { modifiedFrom, firstRow } = boundsOf(module, task.condition);
  let toSkip = task.skip;
  const start = Math.max(firstRow ?? 0, (task.afterRow ?? -1) + 1);
  if (!test && store.overlay.states === undefined && module.apiName !== 'Leads') {
    for (let row = start + toSkip; row < store.endRow; row++) yield row;
    return;
  }
  for (const row of rowsById(store, { firstRow: start, modifiedFrom })) {
    if (store.state(row) === DELETED || store.isConverted(row)) continue;
    if (test && !test(row)) continue;
    if (toSkip > 0) toSkip--;
    else yield row;
  }
}

function lineWriter(records: Records, opened: OpenModule, names: readonly string[]): WriteRow {
  const { module, store } = opened;
  const separator = records.catalogue.options.multiselectSeparator;
  const plain = names.map((name) => module.column(name)).filter((column) => column !== undefined);
  const isPlain = plain.length === names.length && names.length > 0;
  const generated = isPlain ? compileRow(module.salt, plain, 'csv', separator) : undefined;
  const cells = names.map((name) => cellWriter(records, opened, name, separator));
  return (sink, row) => {
    module.writeId(sink, row);
    if (generated && store.state(row) === PRISTINE) {
      sink.ascii(',');
      generated(sink, row);
    } else {
      for (const cell of cells) {
        sink.ascii(',');
        cell(sink, row);
      }
    }
    sink.ascii('\n');
  };
}

function cellWriter(records: Records, opened: OpenModule, name: string, separator: string): WriteRow {
  const column = opened.module.column(name);
  if (column) return (sink, row) => opened.store.write(sink, row, column, 'csv');
  const path = resolvePath(records, opened, name);
  if (!path) throw new Error(`${opened.module.apiName} has no ${name}`);
  const dataType = path.dataType === 'id' ? 'text' : path.dataType;
  return (sink, row) => sink.text(csvCell(dataType, path.value(row), separator));
}
