import type { VirtualClock } from '../clock';
import type { Catalog } from '../data/catalog';
import { type CellValue, isReference } from '../data/cell';
import type { Column } from '../data/column';
import { autonumberOf, type FieldDefinition, isLookup, isTagField, isUserField } from '../data/field';
import { userReference } from '../data/users';
import type { RecordEvent } from '../notifications/channel';
import type { Notifications } from '../notifications/notifications';
import type { SwitchBoard } from '../switches';
import type { Automations } from './automations';
import type { DeletionType } from './module-store';
import type { OpenModule, Records } from './records';
import type { SearchIndex } from './search-index';
import { ALL_EFFECTS, type WriteEffects } from './write-effects';

type Values = Readonly<Record<string, CellValue>>;

/** The parts of an organization that a write reads or changes. */
export interface WriteContext {
  readonly clock: VirtualClock;
  readonly switches: SwitchBoard;
  readonly catalog: Catalog;
  readonly records: Records;
  readonly searchIndex: SearchIndex;
  readonly notifications: Notifications;
  readonly automations: Automations;
}

/** Writes records with the times, users, derived values and lookup names that the CRM adds. */
export class RecordEditor {
  readonly context: WriteContext;
  readonly opened: OpenModule;
  readonly effects: WriteEffects;

  constructor(context: WriteContext, opened: OpenModule, effects: WriteEffects = ALL_EFFECTS) {
    this.context = context;
    this.opened = opened;
    this.effects = effects;
  }

  /** Adds a record and gives its row. */
  insert(values: Values): number {
    const { module, store } = this.opened;
    const now = this.context.clock.seconds();
    const complete: Record<string, CellValue> = {};
    for (const column of module.columns) {
      const { apiName, dataType, autonumberPrefix, defaultValue } = column.field;
      const empty =
        dataType === 'multiselectpicklist' || isTagField(column.field) ? [] : dataType === 'boolean' ? false : null;
      const given = apiName in values ? values[apiName] : defaultValue;
      complete[apiName] = this.#completed(column, given ?? empty);
      if (autonumberPrefix !== undefined) complete[apiName] = autonumberOf(column.field, store.endRow);
    }
    const user = this.#user();
    const time = this.context.catalog.zone.format(now);
    const stamps = { Created_By: user, Modified_By: user, Created_Time: time, Modified_Time: time };
    complete['Owner'] ??= user;
    this.#stamp(complete, stamps);
    this.#derive(complete, (name) => complete[name] ?? null);
    this.context.searchIndex.beforeWrite(this.opened, store.endRow, true);
    const row = store.insert(complete, now);
    this.#announce('create', row);
    return row;
  }

  /** Changes fields of a record. */
  update(row: number, values: Values): void {
    const { module, store } = this.opened;
    const changes: Record<string, CellValue> = {};
    for (const [name, value] of Object.entries(values)) {
      const column = module.column(name);
      if (column && !column.field.derived) changes[name] = this.#completed(column, value);
    }
    const current = (name: string): CellValue => {
      const column = module.column(name);
      return changes[name] !== undefined ? changes[name] : column ? store.value(row, column) : null;
    };
    this.#derive(changes, current);
    this.context.searchIndex.beforeWrite(this.opened, row, false);
    this.#write(row, changes);
  }

  /** Changes fields that the CRM computes. */
  recompute(row: number, values: Values): void {
    this.context.searchIndex.beforeWrite(this.opened, row, false);
    this.#write(row, { ...values });
  }

  #write(row: number, changes: Record<string, CellValue>): void {
    const { module, store } = this.opened;
    const { clock, catalog, notifications } = this.context;
    const isWatched = this.effects.notifies && notifications.watches(module.apiName, 'edit');
    const changed = isWatched
      ? Object.keys(changes).filter((name) => this.#differs(row, name, changes[name] ?? null))
      : [];
    const modified = this.effects.stamps ? clock.seconds() : store.modifiedAt(row);
    if (this.effects.stamps) {
      this.#stamp(changes, { Modified_By: this.#user(), Modified_Time: catalog.zone.format(modified) });
    }
    store.update(row, changes, modified);
    this.#announce('edit', row, changed);
  }

  remove(row: number, type: DeletionType): void {
    this.#announce('delete', row);
    this.opened.store.remove(row, type, this.context.clock.seconds());
  }

  /** Notifies channels and runs workflows where the write has these effects. */
  #announce(event: RecordEvent, row: number, changed: readonly string[] = []): void {
    const { notifications, automations } = this.context;
    if (this.effects.notifies) notifications.recordChanged(this.opened, event, row, changed);
    if (this.effects.automates) automations.ran(this.opened.module.apiName, event);
  }

  #differs(row: number, name: string, value: CellValue): boolean {
    const column = this.opened.module.column(name);
    return column !== undefined && JSON.stringify(this.opened.store.value(row, column)) !== JSON.stringify(value);
  }

  #stamp(target: Record<string, CellValue>, stamps: Record<string, CellValue>): void {
    for (const [name, value] of Object.entries(stamps)) if (this.opened.module.column(name)) target[name] = value;
  }

  /** Recomputes the fields that depend on a value about to be written. */
  #derive(target: Record<string, CellValue>, current: (name: string) => CellValue): void {
    for (const { field } of this.opened.module.columns) {
      const { apiName, derived } = field;
      if (derived?.inputs.some((name) => name in target)) target[apiName] = derived.from(derived.inputs.map(current));
    }
  }

  /** Completes lookups, which are written by id and read with a name; an empty text is stored as null. */
  #completed({ field }: Column, value: CellValue): CellValue {
    if (isTagField(field)) return value ?? [];
    if (value === '') return null;
    return isLookup(field) ? this.#reference(field, value) : value;
  }

  #reference(field: FieldDefinition, value: CellValue): CellValue {
    const id = typeof value === 'string' ? value : isReference(value) ? value.id : null;
    if (id === null) return null;
    if (isUserField(field)) {
      const user = this.context.catalog.users.find((candidate) => candidate.id === id);
      return user ? userReference(user) : null;
    }
    const related = field.lookupModule === undefined ? undefined : this.context.records.find(field.lookupModule);
    const row = related?.store.liveRow(id);
    return related && row !== undefined ? { name: related.store.displayName(row), id } : null;
  }

  #user(): CellValue {
    const [administrator] = this.context.catalog.users;
    return administrator ? userReference(administrator) : null;
  }
}
