import { changeRecords, type RecordChanges } from '../../simulator/control/record-changes';
import { pickListOf } from '../../simulator/fields/pick-list';
import { isMisfit, misfitFor } from './values';
import type { World } from './world';

/** Something that people do in Zoho. */
interface Operation {
  readonly name: string;
  readonly weight: number;
  /** @returns what was done; undefined or empty where there was nothing to do it to */
  run(world: World, module: string): string | undefined;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Less than the overlap with which changes are read. */
const LATE_MS = 90_000;

const FIELD_TYPES = ['text', 'integer', 'double', 'date', 'datetime', 'boolean', 'bigint'] as const;

function change(world: World, module: string, changes: RecordChanges, isHidden = false): string[] {
  const namesBefore = namesOf(world, module);
  const { inserted, updated, deleted, restored, drifted } = changeRecords(world.simulation, module, changes);
  const named = namesOf(world, module);
  const renamed = [...updated, ...deleted, ...restored].filter((id) => named.get(id) !== namesBefore.get(id));
  if (renamed.length > 0) world.rename(module, new Set(renamed));
  const ids = [...inserted, ...updated, ...deleted, ...restored, ...drifted];
  world.touch(module, ids, isHidden);
  return ids;
}

/** The names by which lookups show the records of a module. */
function namesOf(world: World, module: string): Map<string, string> {
  const { store } = world.opened(module);
  return new Map(world.ids(module).map((id) => [id, store.displayName(store.liveRow(id) ?? 0)]));
}

/** Random values for some records. */
function edits(world: World, module: string, mostRecords: number, mostFields: number) {
  const { dice } = world;
  return dice.some(world.ids(module), mostRecords).map((id) => {
    const columns = dice.some(world.writable(module), mostFields);
    return { id, ...Object.fromEntries(columns.map((column) => [column.field.apiName, world.value(column)])) };
  });
}

function create(world: World, module: string): string {
  const columns = world.writable(module);
  const insert = Array.from({ length: world.dice.between(1, 6) }, (_, place) => ({
    ...Object.fromEntries(columns.map((column) => [column.field.apiName, world.value(column)])),
    [world.opened(module).module.nameColumn.field.apiName]: `New ${place} "${world.journal.length}"`,
  }));
  return String(change(world, module, { insert }));
}

function remove(
  world: World,
  module: string,
  share: number,
  deletionType: 'recycle' | 'permanent',
): string | undefined {
  const ids = world.ids(module);
  if (ids.length < 5) return undefined;
  const chosen = world.dice.some(ids, Math.max(1, Math.floor(ids.length * share)));
  return String(change(world, module, { delete: chosen, deletionType }));
}

/** Does something at another time of Zoho's, and then it is now again. */
function at(world: World, offsetMs: number, work: () => string | undefined): string | undefined {
  const { clock } = world.simulation;
  clock.advance(offsetMs);
  try {
    return work();
  } finally {
    clock.advance(-offsetMs);
  }
}

function restore(world: World, module: string): string | undefined {
  const { store } = world.opened(module);
  const recycled = store.deletions.filter(({ type }) => type === 'recycle').map(({ id }) => id);
  return recycled.length === 0
    ? undefined
    : String(change(world, module, { restore: world.dice.some(recycled, 3) }, true));
}

/** Merged into another record, or otherwise gone without a line in the list of deletes. */
function vanish(world: World, module: string): string | undefined {
  const { store } = world.opened(module);
  const before = store.deletions.length;
  const ids = world.ids(module);
  if (ids.length < 5) return undefined;
  const gone = change(world, module, { delete: world.dice.some(ids, 2), deletionType: 'permanent' }, true);
  store.deletions.length = before;
  return String(gone);
}

function misfit(world: World, module: string): string | undefined {
  const { dice } = world;
  const update = dice.some(world.ids(module), 3).flatMap((id) => {
    const column = dice.pick(world.writable(module));
    const value = misfitFor(column.field, dice);
    return value === undefined ? [] : [{ id, [column.field.apiName]: value }];
  });
  if (update.length === 0) return undefined;
  change(world, module, { update });
  return JSON.stringify(update);
}

/** Gives fields whose values do not fit some that do, in some records. */
function repair(world: World, module: string): string | undefined {
  const { store } = world.opened(module);
  const columns = world.writable(module);
  const repairs = world.ids(module).flatMap((id) => {
    const row = store.liveRow(id) ?? 0;
    const wrong = columns.filter((column) => isMisfit(column.field, store.value(row, column)));
    const values = wrong.map((column) => [column.field.apiName, world.value(column)] as const);
    return values.length > 0 ? [{ id, ...Object.fromEntries(values) }] : [];
  });
  if (repairs.length === 0) return undefined;
  return String(change(world, module, { update: world.dice.some(repairs, repairs.length) }));
}

/** Gives a record that lookups point to another name. */
function renameTarget(world: World, module: string): string | undefined {
  const lookups = world.opened(module).module.columns.filter(({ field }) => field.lookupModule !== undefined);
  if (lookups.length === 0) return undefined;
  const column = world.dice.pick(lookups);
  const target = column.field.lookupModule ?? '';
  const ids = world.ids(target);
  if (ids.length === 0) return undefined;
  const id = world.dice.pick(ids);
  const name = world.opened(target).module.nameColumn.field.apiName;
  change(world, target, { update: [{ id, [name]: `Renamed ${world.journal.length}` }] });
  return `${target} ${id}`;
}

/** Gives a user another name, which every record shows that names the user, and no list of changes. */
function renameUser(world: World): string {
  const { catalog, clock } = world.simulation;
  const { id } = world.dice.pick(catalog.users);
  catalog.renameUser(id, `User ${world.journal.length} "Ö"`, clock.seconds());
  for (const module of world.modules) world.touch(module, world.namingUser(module, id), true);
  return id;
}

function renameChoice(world: World, module: string): string | undefined {
  const opened = world.opened(module);
  const lists = opened.module.columns.filter(({ field }) => field.dataType === 'picklist');
  if (lists.length === 0) return undefined;
  const { field } = world.dice.pick(lists);
  const actual = String(world.dice.pick(pickListOf(opened.module, field))['actual_value']);
  world.simulation.customFields.renameChoice(opened, field.apiName, actual, `Shown ${world.journal.length}`);
  return `${field.apiName} ${actual}`;
}

function addField(world: World, module: string): string {
  const label = `Extra ${world.journal.length}`;
  const dataType = world.dice.pick(FIELD_TYPES);
  world.simulation.customFields.create(world.opened(module), { field_label: label, data_type: dataType }, 0);
  world.unread.add(module);
  return `${label} ${dataType}`;
}

function removeField(world: World, module: string): string | undefined {
  const opened = world.opened(module);
  const added = opened.module.columns.filter(({ field }) => field.label.startsWith('Extra '));
  if (added.length === 0) return undefined;
  const { field } = world.dice.pick(added);
  world.simulation.customFields.remove(opened, opened.module.fieldId(field));
  return field.apiName;
}

/** Takes a field from the profile of the user who calls the API. */
function conceal(world: World, module: string): string | undefined {
  const { module: generated } = world.opened(module);
  const inputs = new Set(generated.columns.flatMap(({ field }) => field.derived?.inputs ?? []));
  const free = world
    .writable(module)
    .filter(
      (column) => !column.field.mandatory && column !== generated.displayColumn && !inputs.has(column.field.apiName),
    );
  const fields = free.filter(({ field }) => field.apiName !== 'Owner' && field.apiName !== 'Tag');
  if (fields.length < 3) return undefined;
  const column = world.dice.pick(fields);
  world.concealed.set(module, [...(world.concealed.get(module) ?? []), column]);
  generated.setColumns(generated.columns.filter((other) => other !== column));
  return column.field.apiName;
}

/** Gives all of them back. */
export function reveal(world: World, module: string): string | undefined {
  const columns = world.concealed.get(module) ?? [];
  if (columns.length === 0) return undefined;
  const { module: generated } = world.opened(module);
  generated.setColumns([...generated.columns, ...columns]);
  world.concealed.delete(module);
  world.unread.add(module);
  return columns.map(({ field }) => field.apiName).join();
}

/** A record with a time of modification that lies ahead; its next change has an earlier one. */
function timeAhead(world: World, module: string): string | undefined {
  return at(world, DAY_MS, () => String(change(world, module, { update: edits(world, module, 2, 2) })));
}

const OPERATIONS: readonly Operation[] = [
  { name: 'create', weight: 8, run: create },
  { name: 'edit one field', weight: 10, run: (w, m) => String(change(w, m, { update: edits(w, m, 6, 1) })) },
  { name: 'edit', weight: 8, run: (w, m) => String(change(w, m, { update: edits(w, m, 6, 12) })) },
  { name: 'edit many', weight: 2, run: (w, m) => String(change(w, m, { update: edits(w, m, 80, 2) })) },
  { name: 'delete', weight: 6, run: (w, m) => remove(w, m, 0.08, 'recycle') },
  { name: 'delete for good', weight: 3, run: (w, m) => remove(w, m, 0.05, 'permanent') },
  { name: 'delete many', weight: 1, run: (w, m) => remove(w, m, 0.5, 'recycle') },
  { name: 'restore', weight: 3, run: restore },
  { name: 'vanish', weight: 2, run: vanish },
  { name: 'misfit', weight: 4, run: misfit },
  { name: 'repair', weight: 3, run: repair },
  { name: 'rename target', weight: 4, run: renameTarget },
  { name: 'rename user', weight: 1, run: renameUser },
  { name: 'rename choice', weight: 1, run: renameChoice },
  { name: 'add field', weight: 1, run: addField },
  { name: 'remove field', weight: 1, run: removeField },
  { name: 'conceal field', weight: 1, run: conceal },
  { name: 'reveal fields', weight: 2, run: reveal },
  {
    name: 'edit silently',
    weight: 3,
    run: (w, m) => String(change(w, m, { update: edits(w, m, 4, 3), silent: true }, true)),
  },
  { name: 'formula drifts', weight: 1, run: (w, m) => String(change(w, m, { drift: { count: 3 } }, true)) },
  {
    name: 'edit late',
    weight: 4,
    run: (w, m) => at(w, -LATE_MS, () => String(change(w, m, { update: edits(w, m, 4, 3) }))),
  },
  {
    name: 'edit long ago',
    weight: 2,
    run: (w, m) => at(w, -5 * HOUR_MS, () => String(change(w, m, { update: edits(w, m, 3, 3) }, true))),
  },
  { name: 'time ahead', weight: 2, run: timeAhead },
];

/** Names of all operations. */
export const OPERATION_NAMES: readonly string[] = OPERATIONS.map(({ name }) => name);

/** Does a few things at once. */
export function burst(world: World, most: number): void {
  for (let left = world.dice.between(1, most); left > 0; left -= 1) {
    const operation = world.dice.weighted(OPERATIONS);
    perform(world, operation, world.dice.pick(world.modules));
  }
}

/** Does one thing in the first module where it can be done. */
export function operate(world: World, name: string): void {
  const operation = OPERATIONS.find((other) => other.name === name);
  if (!operation) throw new Error(`There is no operation ${name}.`);
  for (const module of world.modules) if (perform(world, operation, module)) return;
}

function perform(world: World, operation: Operation, module: string): boolean {
  const done = operation.run(world, module);
  if (!done) return false;
  world.tally.count('operations', operation.name);
  world.note(`${operation.name} in ${module}: ${done}`);
  return true;
}
