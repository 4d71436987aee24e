import type { MirrorField } from '../../../domain/mirror/mirror-field';
import type { LineCell } from '../copy/copy-kernel';
import type { MirrorModule } from '../mirror-module';
import { listCell, type StagingLayout } from './staged-column';

/** The way of the lines of an export into rows of the mirror itself. */
export interface ExportCells {
  /** Of a line, in the order of the file. */
  cells: LineCell[];
  /** Columns of the mirror, in the order of the rows. */
  columns: string[];
}

/**
 * Plans rows that need no staging: names of users stand behind their ids. Values whose form only PostgreSQL's own
 * functions tell are possible only where they are empty.
 */
export function exportCells(mirror: MirrorModule, layout: StagingLayout): ExportCells {
  const fields = new Map(mirror.fields.map((field) => [field.column, field]));
  const userNames = new Map(
    layout.missingNames.flatMap(({ column, idColumn, isUser }) => (isUser ? [[idColumn, column] as const] : [])),
  );
  const cells = layout.sourceColumns.map((name): LineCell => {
    if (name === undefined) return 'skipped';
    if (name === 'id') return 'bigint';
    if (userNames.has(name)) return 'user';
    const field = fields.get(name);
    return field ? cellOf(field) : 'text';
  });
  const columns = layout.sourceColumns.flatMap((name) =>
    name === undefined ? [] : [name, ...(userNames.has(name) ? [userNames.get(name) as string] : [])],
  );
  return { cells, columns };
}

function cellOf(field: MirrorField): LineCell {
  const { shape, type } = field;
  if (shape === 'scalar' || shape === 'reference') return type;
  if (type !== 'jsonb') return shape === 'opaque' ? type : 'unconverted';
  return listCell(field) ?? 'unconverted';
}
