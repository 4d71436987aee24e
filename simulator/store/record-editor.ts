import type { CellValue } from '../data/cell';
import type { Column } from '../data/column';
import { userReference } from '../data/users';
import type { Simulation } from '../simulation';
import type { DeletionType } from './module-store';
import type { OpenModule } from './records';

type Values = Readonly<Record<string, CellValue>>;

/** Writes records with the times, users, derived values and lookup names the CRM fills in by itself. */
export class RecordEditor {
  constructor(
    readonly simulation: Simulation,
    readonly opened: OpenModule,
  ) {}

  /** Adds a record and gives its row. */
  insert(values: Values): number {
    const { module, store } = this.opened;
    const now = this.simulation.clock.seconds();
    const complete: Record<string, CellValue> = {};
    for (const column of module.columns) {
      const { apiName, dataType, autonumberPrefix } = column.field;
      const empty =
        dataType === 'multiselectpicklist' || apiName === 'Tag' ? [] : dataType === 'boolean' ? false : null;
      complete[apiName] = this.#completed(column, values[apiName] ?? empty);
      if (autonumberPrefix !== undefined)
        complete[apiName] = `${autonumberPrefix}${String(store.endRow + 1).padStart(7, '0')}`;
    }
    const user = this.#user();
    const time = this.simulation.catalogue.zone.format(now);
    const stamps = { Created_By: user, Modified_By: user, Created_Time: time, Modified_Time: time };
    complete['Owner'] ??= user;
    this.#stamp(complete, stamps);
    this.#derive(complete, (name) => complete[name] ?? null);
    this.simulation.searchIndex.beforeWrite(this.opened, store.endRow, true);
    return store.insert(complete, now);
  }

  /** Changes fields of a record; a silent change leaves Modified_Time and Modified_By. */
  update(row: number, values: Values, silent = false): void {
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
    this.simulation.searchIndex.beforeWrite(this.opened, row, false);
    this.#write(row, changes, silent);
  }

  /** Gives fields that the CRM works out by itself other values. */
  recompute(row: number, values: Values, silent: boolean): void {
    this.simulation.searchIndex.beforeWrite(this.opened, row, false);
    this.#write(row, { ...values }, silent);
  }

  #write(row: number, changes: Record<string, CellValue>, silent: boolean): void {
    const { store } = this.opened;
    if (silent) {
      store.update(row, changes, store.modifiedAt(row));
      return;
    }
    const now = this.simulation.clock.seconds();
    this.#stamp(changes, { Modified_By: this.#user(), Modified_Time: this.simulation.catalogue.zone.format(now) });
    store.update(row, changes, now);
  }

  remove(row: number, type: DeletionType): void {
    this.opened.store.remove(row, type, this.simulation.clock.seconds());
  }

  #stamp(target: Record<string, CellValue>, stamps: Record<string, CellValue>): void {
    for (const [name, value] of Object.entries(stamps)) if (this.opened.module.column(name)) target[name] = value;
  }

  /** Works out anew what hangs on one of the values that are about to be written. */
  #derive(target: Record<string, CellValue>, current: (name: string) => CellValue): void {
    for (const { field } of this.opened.module.columns) {
      const { apiName, derived } = field;
      if (derived?.inputs.some((name) => name in target)) target[apiName] = derived.from(derived.inputs.map(current));
    }
  }

  /** Lookups are written by id and read with a name; an empty text is stored as nothing. */
  #completed({ field }: Column, value: CellValue): CellValue {
    if (value === '') return null;
    const { dataType, lookupModule } = field;
    if (dataType !== 'lookup' && dataType !== 'ownerlookup') return value;
    const id =
      typeof value === 'string'
        ? value
        : value !== null && typeof value === 'object' && 'id' in value
          ? value.id
          : null;
    if (id === null) return null;
    if (dataType === 'ownerlookup') {
      const user = this.simulation.catalogue.users.find((candidate) => candidate.id === id);
      return user ? userReference(user) : null;
    }
    const related = lookupModule === undefined ? undefined : this.simulation.records.find(lookupModule);
    const row = related?.store.liveRow(id);
    return related && row !== undefined ? { name: related.store.displayName(row), id } : null;
  }

  #user(): CellValue {
    const [administrator] = this.simulation.catalogue.users;
    return administrator ? userReference(administrator) : null;
  }
}
