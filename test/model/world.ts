import type { CellValue, Reference } from '../../simulator/data/cell';
import type { Column } from '../../simulator/data/column';
import { isUserField, type FieldDefinition } from '../../simulator/data/field';
import type { Simulation } from '../../simulator/simulation';
import { DELETED } from '../../simulator/store/overlay';
import type { OpenModule } from '../../simulator/store/records';
import type { Dice } from './dice';
import type { Tally } from './tally';
import { randomValue, type Referents } from './values';

/** The simulated org as its people change it, and what of that Zoho's lists of changes do not show. */
export class World implements Referents {
  readonly simulation: Simulation;
  readonly dice: Dice;
  readonly tally: Tally;
  /** Modules that are mirrored; lookups point from the last ones to the first. */
  readonly modules: readonly string[];
  /** Records, by module, whose latest state no list of changes shows. */
  readonly hidden = new Map<string, Set<string>>();
  /** Records, by module, that changed since the last session began. */
  readonly touched = new Map<string, Set<string>>();
  /** Records, by module, that have another name than the module's mirror, from which lookups to them take it. */
  readonly renamed = new Map<string, Set<string>>();
  /** Modules with fields of which no full sync has read the values: those that came or came back, at first all. */
  readonly unread: Set<string>;
  /** Columns that nobody may see now, by module. */
  readonly concealed = new Map<string, Column[]>();
  /** All that happened, for a person who replays it. */
  readonly journal: string[] = [];

  constructor(simulation: Simulation, modules: readonly string[], dice: Dice, tally: Tally) {
    this.simulation = simulation;
    this.modules = modules;
    this.unread = new Set(modules);
    this.dice = dice;
    this.tally = tally;
  }

  opened(module: string): OpenModule {
    const opened = this.simulation.records.find(module);
    if (!opened) throw new Error(`There is no module ${module}.`);
    return opened;
  }

  /** Ids of the records that exist. */
  ids(module: string): string[] {
    const { module: generated, store } = this.opened(module);
    const rows = Array.from({ length: store.endRow }, (_, row) => row);
    return rows.filter((row) => store.state(row) !== DELETED).map((row) => generated.idOf(row));
  }

  idsFor(field: FieldDefinition): readonly string[] {
    if (isUserField(field)) return this.simulation.catalog.users.map(({ id }) => id);
    return field.lookupModule === undefined ? [] : this.ids(field.lookupModule);
  }

  format(seconds: number): string {
    return this.simulation.catalog.zone.format(seconds);
  }

  /** Columns that a person can write. */
  writable(module: string): Column[] {
    return this.opened(module).module.columns.filter(
      ({ field }) => (!field.readOnly || field.apiName === 'Tag') && !field.derived,
    );
  }

  value(column: Column): CellValue {
    return randomValue(column.field, this.dice, this);
  }

  touch(module: string, ids: readonly string[], isHidden = false): void {
    const lists = isHidden ? [this.touched, this.hidden] : [this.touched];
    for (const list of lists) list.set(module, new Set([...(list.get(module) ?? []), ...ids]));
  }

  /** Records of a module that point to one of another. */
  pointingTo(module: string, targets: ReadonlySet<string>): string[] {
    const { module: generated, store } = this.opened(module);
    const lookups = generated.columns.filter(({ field }) => field.lookupModule !== undefined);
    return this.ids(module).filter((id) => {
      const row = store.liveRow(id) ?? 0;
      return lookups.some((column) => targets.has((store.value(row, column) as Reference | null)?.id ?? ''));
    });
  }

  /** Records of a module that name a user. */
  namingUser(module: string, user: string): string[] {
    const { module: generated, store } = this.opened(module);
    const columns = generated.columns.filter(({ field }) => isUserField(field));
    return this.ids(module).filter((id) => {
      const row = store.liveRow(id) ?? 0;
      return columns.some((column) => (store.value(row, column) as Reference | null)?.id === user);
    });
  }

  /** The names of records have changed, come or gone, and no record that points to them counts as modified. */
  rename(module: string, ids: ReadonlySet<string>): void {
    if (this.modules.includes(module)) {
      this.renamed.set(module, new Set([...(this.renamed.get(module) ?? []), ...ids]));
    }
    for (const other of this.modules) this.touch(other, this.pointingTo(other, ids), true);
  }

  /**
   * A session has read a module.
   * @param all every value of every record, so that only what changed meanwhile is still hidden
   */
  wasRead(module: string, all: boolean): void {
    const touched = this.#touchedIn(module);
    if (all) {
      this.unread.delete(module);
      this.hidden.set(module, new Set([...(this.hidden.get(module) ?? [])].filter((id) => touched.has(id))));
    }
    const hidden = this.hidden.get(module) ?? new Set();
    const stillRenamed = [...(this.renamed.get(module) ?? [])].filter((id) => touched.has(id) || hidden.has(id));
    this.renamed.set(module, new Set(stillRenamed));
  }

  /**
   * Whether a record may differ after a session that has completed.
   * @param read the only records that it was to read
   */
  explains(module: string, read?: readonly string[]): (id: string) => boolean {
    const touched = this.#touchedIn(module);
    const hidden = this.hidden.get(module) ?? new Set();
    const renamed = new Set([...this.renamed.values()].flatMap((ids) => [...ids]));
    const misnamed = new Set(this.pointingTo(module, renamed));
    const wanted = read && new Set(read);
    // A field that came while the session ran has no column yet.
    return (id) => id === '' || touched.has(id) || (wanted ? !wanted.has(id) : hidden.has(id)) || misnamed.has(id);
  }

  #touchedIn(module: string): ReadonlySet<string> {
    return this.touched.get(module) ?? new Set();
  }

  note(line: string): void {
    this.journal.push(line);
  }
}
