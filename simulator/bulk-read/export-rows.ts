import { ByteSink } from '../data/byte-sink';
import { csvCell } from '../data/cell';
import type { Column } from '../data/column';
import { compileRow } from '../data/row-writer';
import { boundsOf } from '../query/bounds';
import { compileCondition, type RowTest } from '../query/evaluate';
import { rowsById } from '../store/ordered-rows';
import { DELETED, PRISTINE } from '../store/overlay';
import type { WriteRow } from '../store/record-writer';
import type { OpenModule, Records } from '../store/records';
import { parseInstant } from '../zoned-time';
import type { ExportTask } from './export-task';
import { joinedColumn } from './joined-column';

const CHUNK_BYTES = 256 * 1024;

/** Counts of the rows and bytes that a scan of the result has written. */
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
  const header = `${task.bom ? '\uFEFF' : ''}${['Id', ...task.columns].join(',')}\n`;
  sink.text(header);
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
  if (progress.count > 0 || task.headerAlone) yield sink.take();
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
  const separator = records.catalog.options.multiselectSeparator;
  const columns = names.map((name) => module.column(name) ?? joinedColumn(records, opened, name));
  const generated = compileRow(module.salt, columns, 'csv', separator);
  const cells = columns.map((column) => currentCell(records, opened, column, separator));
  return (sink, row) => {
    module.writeId(sink, row);
    if (columns.length > 0 && store.state(row) === PRISTINE) {
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

/** Writes a cell of a row that may have been written since. */
function currentCell(records: Records, { module, store }: OpenModule, column: Column, separator: string): WriteRow {
  const { zone } = records.catalog;
  if (column.field.dataType === 'datetime') {
    return (sink, row) => {
      // What was written keeps the offset it was written with; a file has one offset.
      const value = module.column(column.field.apiName) ? store.value(row, column) : column.value(row);
      const seconds = typeof value === 'string' ? parseInstant(value) : undefined;
      if (seconds !== undefined) zone.write(sink, seconds);
    };
  }
  if (module.column(column.field.apiName)) return (sink, row) => store.write(sink, row, column, 'csv');
  return (sink, row) => sink.text(csvCell(column.field.dataType, column.value(row), separator));
}
