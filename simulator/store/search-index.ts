import type { VirtualClock } from '../clock';
import type { Condition } from '../query/condition';
import { compileCondition, type RowTest } from '../query/evaluate';
import type { SwitchBoard } from '../switches';
import { ModuleStore } from './module-store';
import type { OpenModule, Records } from './records';

interface Module {
  /** The records of this module as the index still knows them. */
  readonly before: ModuleStore;
  /** When the index learns of the last write of a row, in milliseconds since 1970; absent rows are up to date. */
  readonly due: Map<number, { readonly at: number; readonly known: boolean }>;
}

/**
 * State of the search index. Zoho answers searches from an index that learns of a write some time after it: until then
 * a new record is not found, and a changed one is found by what it was.
 */
export class SearchIndex {
  readonly #modules = new Map<ModuleStore, Module>();
  readonly clock: VirtualClock;
  readonly switches: SwitchBoard;

  constructor(clock: VirtualClock, switches: SwitchBoard) {
    this.clock = clock;
    this.switches = switches;
  }

  /** To be called before every write of a row; `inserted` for a row that does not exist yet. */
  beforeWrite({ module, store }: OpenModule, row: number, inserted: boolean): void {
    const lag = this.switches.read('searchIndexLagMs');
    if (lag === 0) return;
    const lagging = this.#modules.get(store) ?? {
      before: new ModuleStore(module, store.separator, store.nameElsewhere, store.userNames),
      due: new Map(),
    };
    this.#modules.set(store, lagging);
    const pending = this.#pending(lagging, row);
    if (!pending && !inserted) {
      const record = store.overlay.records.get(row);
      if (record) lagging.before.overlay.put(row, record);
      else lagging.before.overlay.forget(row);
    }
    lagging.due.set(row, { at: this.clock.now() + lag, known: pending?.known ?? !inserted });
  }

  /** A condition as the index sees the rows of a module. */
  compile(records: Records, opened: OpenModule, condition: Condition): RowTest {
    const test = compileCondition(records, opened, condition);
    const lagging = this.#modules.get(opened.store);
    if (!lagging) return test;
    const testBefore = compileCondition(records, { ...opened, store: lagging.before }, condition);
    return (row) => {
      const pending = this.#pending(lagging, row);
      return pending ? pending.known && testBefore(row) : test(row);
    };
  }

  reset(): void {
    this.#modules.clear();
  }

  #pending({ due }: Module, row: number): { readonly known: boolean } | undefined {
    const pending = due.get(row);
    if (pending && pending.at <= this.clock.now()) {
      due.delete(row);
      return undefined;
    }
    return pending;
  }
}
