import type { OpenModule } from '../store/records';

/** Details of a written record: its id, and when and by whom it was created and modified. */
export function recordStamps({ module, store }: OpenModule, row: number): Record<string, unknown> {
  const stamps: Record<string, unknown> = { id: module.idOf(row) };
  for (const name of ['Modified_Time', 'Modified_By', 'Created_Time', 'Created_By']) {
    const column = module.column(name);
    if (column) stamps[name] = store.value(row, column);
  }
  return stamps;
}
