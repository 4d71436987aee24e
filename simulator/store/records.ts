import type { Catalog } from '../data/catalog';
import type { GeneratedModule } from '../data/generated-module';
import { invalidModule, noPermission } from '../http/api-error';
import type { SwitchBoard } from '../switches';
import { ModuleStore } from './module-store';
import { RecordWriter } from './record-writer';
import { Tags } from './tags';

/** A module with its current records and the means to write them out. */
export interface OpenModule {
  readonly module: GeneratedModule;
  readonly store: ModuleStore;
  readonly writer: RecordWriter;
}

/** The records of all modules. */
export class Records {
  readonly #opened = new Map<GeneratedModule, OpenModule>();
  readonly tags = new Tags();
  readonly catalog: Catalog;
  readonly switches: SwitchBoard | undefined;

  constructor(
    catalog: Catalog,
    /** Left out in the thread that writes bulk-read files. */
    switches?: SwitchBoard,
  ) {
    this.catalog = catalog;
    this.switches = switches;
  }

  /** Opens a module regardless of its permissions. */
  find(apiName: string): OpenModule | undefined {
    const module = this.catalog.module(apiName);
    return module && this.of(module);
  }

  of(module: GeneratedModule): OpenModule {
    let opened = this.#opened.get(module);
    if (!opened) {
      const store = new ModuleStore(
        module,
        this.catalog.options.multiselectSeparator,
        (moduleName, id) => this.#nameOf(moduleName, id),
        this.catalog.userNames,
      );
      opened = { module, store, writer: new RecordWriter(store, this.switches) };
      this.#opened.set(module, opened);
    }
    return opened;
  }

  /** @throws ApiError INVALID_MODULE when there is no such module, NO_PERMISSION when the user may not see it */
  open(apiName: string): OpenModule {
    const opened = this.find(apiName);
    if (!opened) throw invalidModule();
    if (opened.module.plan.traits.forbidden) throw noPermission(`Crm_Implied_View_${opened.module.apiName}`);
    return opened;
  }

  all(): OpenModule[] {
    return this.catalog.modules().map((module) => this.of(module));
  }

  #nameOf(moduleName: string, id: string): string | undefined {
    const store = this.find(moduleName)?.store;
    const row = store?.liveRow(id);
    return row === undefined ? undefined : store?.displayName(row);
  }

  reset(): void {
    for (const { store } of this.#opened.values()) store.clear();
    this.tags.reset();
  }
}
