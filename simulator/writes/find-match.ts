import type { CellValue } from '../data/cell';
import type { Column } from '../data/column';
import { idText } from '../http/json-numbers';
import type { Simulation } from '../simulation';
import type { OpenModule } from '../store/records';
import { readSwitch } from '../switches';
import { findByValue, rowsByValue } from './find-duplicate';
import type { Input } from './write-call';

/** The record an upsert updates. */
export interface Match {
  readonly row: number;
  /** The check field that found it; null when the id did. */
  readonly field: string | null;
}

/** The record an upsert would update: by `id`, else by the first check field that finds one. */
export function findMatch(
  simulation: Simulation,
  opened: OpenModule,
  checkFields: readonly string[],
  input: Input,
): Match | 'several' | undefined {
  const id = idText(input['id']);
  const byId = id === undefined ? undefined : opened.store.liveRow(id);
  if (byId !== undefined) return { row: byId, field: null };
  for (const field of checkFields) {
    const column = opened.module.column(field);
    const row = column && takenRow(simulation, opened, column, (input[field] ?? null) as CellValue);
    if (row === 'several') return row;
    if (row !== undefined) return { row, field };
  }
  return undefined;
}

/** The row an upsert takes for a value; records younger than the lag are not seen. */
function takenRow(
  simulation: Simulation,
  opened: OpenModule,
  column: Column,
  value: CellValue,
): number | 'several' | undefined {
  const taken = readSwitch(simulation, 'upsertSeveralMatches');
  const lag = readSwitch(simulation, 'upsertLagMs');
  if (taken === 'oldest' && lag === 0) return findByValue(opened, column, value);
  const rows = rowsByValue(opened, column, value).filter(
    (row) => lag === 0 || opened.store.createdAt(row) * 1000 + lag <= simulation.clock.now(),
  );
  if (taken === 'refuse' && rows.length > 1) return 'several';
  return taken === 'newest' ? rows.at(-1) : rows[0];
}
