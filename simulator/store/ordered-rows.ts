import type { ModuleStore } from './module-store';
import { compareEntries, DELETED, firstEntryAfter, type ModifiedEntry, PRISTINE } from './overlay';

/** Position of a scan: the row it continues after, or undefined for its beginning. */
export type Cursor = ModifiedEntry | undefined;

export interface Scan {
  readonly descending?: boolean;
  readonly after?: Cursor;
  /** Only rows modified at this second or later. */
  readonly modifiedFrom?: number | undefined;
  /** Only rows from this number on. */
  readonly firstRow?: number | undefined;
}

/** Existing rows by id, which is also the order of creation. */
export function* rowsById(store: ModuleStore, scan: Scan = {}): Generator<number> {
  const { modifiedFrom, descending = false, firstRow = 0 } = scan;
  const cursor = scan.after?.row;
  const late = modifiedFrom === undefined ? 0 : store.module.timeline.firstModifiedFrom(modifiedFrom);
  const early = changedBefore(store, late, modifiedFrom).filter((row) => row >= firstRow);
  if (descending) {
    yield* rowsDown(store, Math.min(store.endRow, cursor ?? Infinity) - 1, Math.max(late, firstRow), modifiedFrom);
    for (const row of early.reverse()) if (row < (cursor ?? Infinity)) yield row;
    return;
  }
  for (const row of early) if (row > (cursor ?? -1)) yield row;
  yield* rowsUp(store, Math.max(late, firstRow, (cursor ?? -1) + 1), modifiedFrom);
}

function* rowsUp(store: ModuleStore, first: number, modifiedFrom: number | undefined): Generator<number> {
  for (let row = first; row < store.endRow; row++) if (qualifies(store, row, modifiedFrom)) yield row;
}

function* rowsDown(store: ModuleStore, first: number, last: number, modifiedFrom?: number): Generator<number> {
  for (let row = first; row >= last; row--) if (qualifies(store, row, modifiedFrom)) yield row;
}

/** Whether a row exists and was modified in time; rows as they were generated are in the range already. */
function qualifies(store: ModuleStore, row: number, modifiedFrom: number | undefined): boolean {
  const state = store.state(row);
  if (state === PRISTINE) return true;
  return state !== DELETED && (modifiedFrom === undefined || store.modifiedAt(row) >= modifiedFrom);
}

/** Rows below `limit` whose change came at `modifiedFrom` or later, by row. */
function changedBefore(store: ModuleStore, limit: number, modifiedFrom: number | undefined): number[] {
  if (modifiedFrom === undefined) return [];
  const log = store.overlay.modifiedLog();
  return log
    .slice(firstEntryAfter(log, { modified: modifiedFrom - 1, row: Infinity }))
    .filter((entry) => entry.row < limit)
    .map((entry) => entry.row)
    .sort((a, b) => a - b);
}

/** Existing rows by Modified_Time, equal times by id. */
export function* rowsByModified(store: ModuleStore, scan: Scan = {}): Generator<number> {
  const base = scan.descending ? pristineDescending(store, scan) : pristineAscending(store, scan);
  const changed = changedEntries(store, scan);
  const sign = scan.descending ? -1 : 1;
  let next = base.next();
  for (const entry of changed) {
    while (!next.done && compareEntries(next.value, entry) * sign < 0) {
      yield next.value.row;
      next = base.next();
    }
    if (entry.row >= (scan.firstRow ?? 0)) yield entry.row;
  }
  while (!next.done) {
    yield next.value.row;
    next = base.next();
  }
}

function* pristineAscending(store: ModuleStore, { after, modifiedFrom, firstRow }: Scan): Generator<ModifiedEntry> {
  const { timeline, rows } = store.module;
  const from = Math.max(after?.modified ?? -Infinity, modifiedFrom ?? -Infinity);
  const start = from === -Infinity ? 0 : timeline.firstModifiedFrom(from);
  for (let row = Math.max(start, firstRow ?? 0); row < rows; row++) {
    if (store.state(row) !== PRISTINE) continue;
    const entry = { modified: timeline.modifiedAt(row), row };
    if (!after || compareEntries(entry, after) > 0) yield entry;
  }
}

function* pristineDescending(store: ModuleStore, { after, modifiedFrom, firstRow }: Scan): Generator<ModifiedEntry> {
  const { timeline, rows } = store.module;
  const start = after ? timeline.firstModifiedFrom(after.modified + 1) : rows;
  const end = Math.max(modifiedFrom === undefined ? 0 : timeline.firstModifiedFrom(modifiedFrom), firstRow ?? 0);
  for (let row = start - 1; row >= end; row--) {
    if (store.state(row) !== PRISTINE) continue;
    const entry = { modified: timeline.modifiedAt(row), row };
    if (!after || compareEntries(entry, after) < 0) yield entry;
  }
}

function* changedEntries(store: ModuleStore, { after, modifiedFrom, descending }: Scan): Generator<ModifiedEntry> {
  const log = store.overlay.modifiedLog();
  const start = modifiedFrom === undefined ? 0 : firstEntryAfter(log, { modified: modifiedFrom - 1, row: Infinity });
  if (descending) {
    for (let place = log.length - 1; place >= start; place--) {
      const entry = log[place];
      if (entry && (!after || compareEntries(entry, after) < 0)) yield entry;
    }
    return;
  }
  const first = after ? Math.max(start, firstEntryAfter(log, after)) : start;
  for (let place = first; place < log.length; place++) {
    const entry = log[place];
    if (entry) yield entry;
  }
}
