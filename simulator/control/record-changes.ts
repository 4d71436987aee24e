import type { CellValue } from '../data/cell';
import type { GeneratedModule } from '../data/generated-module';
import { hash32 } from '../data/hash';
import { invalidData, invalidModule } from '../http/api-error';
import type { Simulation } from '../simulation';
import type { DeletionType } from '../store/module-store';
import { DELETED } from '../store/overlay';
import { RecordEditor } from '../store/record-editor';
import type { OpenModule } from '../store/records';
import { ALL_EFFECTS, NO_EFFECTS } from '../store/write-effects';
import { readSwitch } from '../switches';

type Values = Readonly<Record<string, CellValue>>;

/**
 * Changes to make to a module's records: updates first, then deletions, insertions, restorations, drift. `count` picks
 * that many existing records, spread over the module by the seed.
 */
export interface RecordChanges {
  /** Records to add; or how many to add with generated values. */
  readonly insert?: readonly Values[] | { readonly count: number; readonly values?: Values };
  readonly update?: readonly (Values & { readonly id: string })[] | { readonly count: number; readonly values: Values };
  readonly delete?: readonly string[] | { readonly count: number };
  /** Records to bring back from the recycle bin. */
  readonly restore?: readonly string[];
  /** Formulas to work out anew, with other results: what a formula that uses Now() does by itself. */
  readonly drift?: { readonly count: number };
  /** `recycle` when left out. */
  readonly deletionType?: DeletionType;
  /** Updates leave Modified_Time alone, as formula changes do; no channel is notified of anything, no workflow runs. */
  readonly silent?: boolean;
}

export interface RecordChangeResult {
  readonly inserted: string[];
  readonly updated: string[];
  readonly deleted: string[];
  readonly restored: string[];
  readonly drifted: string[];
}

/**
 * Changes records past the API: no credits, no permissions, no validation beyond the shape of values.
 * @throws ApiError INVALID_MODULE, INVALID_DATA for an id that does not exist
 */
export function changeRecords(simulation: Simulation, moduleName: string, changes: RecordChanges): RecordChangeResult {
  const opened = simulation.records.find(moduleName);
  if (!opened) throw invalidModule();
  const editor = new RecordEditor(simulation, opened, changes.silent ? NO_EFFECTS : ALL_EFFECTS);
  const id = (row: number): string => opened.module.idOf(row);
  const updated = updates(changes.update, opened, simulation.options.seed).map(({ row, values }) => {
    editor.update(row, values);
    return id(row);
  });
  const deleted = deletions(changes.delete, opened, simulation.options.seed).map((row) => {
    editor.remove(row, changes.deletionType ?? 'recycle');
    return id(row);
  });
  const inserted = insertions(changes.insert, opened, simulation.options.seed).map((values) =>
    id(editor.insert(values)),
  );
  const restored = (changes.restore ?? []).map((recycled) => id(restore(simulation, opened, editor, recycled)));
  const drifted = drift(simulation, opened, changes.drift?.count ?? 0).map(id);
  return { inserted, updated, deleted, restored, drifted };
}

function restore(simulation: Simulation, opened: OpenModule, editor: RecordEditor, id: string): number {
  const row = opened.store.undelete(id);
  if (row === undefined) throw invalidData('the id given seems to be invalid', { id });
  if (readSwitch(simulation, 'modifiedByRestore')) editor.update(row, {});
  return row;
}

/** Adds one to the formulas of some records. */
function drift(simulation: Simulation, opened: OpenModule, count: number): number[] {
  const { module, store } = opened;
  const formulas = module.columns.filter(({ field }) => field.dataType === 'formula');
  const effects = readSwitch(simulation, 'modifiedByFormula') ? ALL_EFFECTS : NO_EFFECTS;
  const editor = new RecordEditor(simulation, opened, effects);
  const rows = formulas.length === 0 ? [] : pick(opened, count, simulation.options.seed + 2);
  for (const row of rows) {
    const values = formulas.map((column) => [column.field.apiName, Number(store.value(row, column) ?? 0) + 1] as const);
    editor.recompute(row, Object.fromEntries(values));
  }
  return rows;
}

function insertions(insert: RecordChanges['insert'], opened: OpenModule, seed: number): Values[] {
  if (insert === undefined) return [];
  if (!('count' in insert)) return [...insert];
  const { module, store } = opened;
  return Array.from({ length: insert.count }, (_, i) => ({
    ...likeGenerated(module, hash32(seed, store.endRow + i)),
    [module.nameColumn.field.apiName]: `Inserted ${module.plan.singular} ${store.endRow + i + 1}`,
    ...insert.values,
  }));
}

/** The writable values of some generated record; none in a module without rows. */
function likeGenerated(module: GeneratedModule, random: number): Values {
  if (module.rows === 0) return {};
  const writable = module.columns.filter(({ field }) => !field.readOnly);
  return Object.fromEntries(writable.map((column) => [column.field.apiName, column.value(random % module.rows)]));
}

function updates(update: RecordChanges['update'], opened: OpenModule, seed: number): { row: number; values: Values }[] {
  if (update === undefined) return [];
  if ('count' in update) {
    const { values } = update;
    return pick(opened, update.count, seed).map((row) => ({ row, values }));
  }
  return (update as readonly (Values & { readonly id: string })[]).map(({ id, ...values }) => ({
    row: existing(opened, id),
    values,
  }));
}

function deletions(ids: RecordChanges['delete'], opened: OpenModule, seed: number): number[] {
  if (ids === undefined) return [];
  return 'count' in ids ? pick(opened, ids.count, seed + 1) : ids.map((id) => existing(opened, id));
}

function existing({ store }: OpenModule, id: string): number {
  const row = store.liveRow(id);
  if (row === undefined) throw invalidData('the id given seems to be invalid', { id });
  return row;
}

/** Distinct existing rows, spread over the module, the same for the same seed and state. */
function pick({ store }: OpenModule, count: number, seed: number): number[] {
  const rows = new Set<number>();
  const wanted = Math.min(count, store.liveCount);
  const rounds = store.endRow * 20;
  for (let round = 0; rows.size < wanted && round < rounds; round++) {
    const row = hash32(seed, round) % store.endRow;
    if (store.state(row) !== DELETED) rows.add(row);
  }
  for (let row = 0; rows.size < wanted; row++) if (store.state(row) !== DELETED) rows.add(row);
  return [...rows].sort((a, b) => a - b);
}
