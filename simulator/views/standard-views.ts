import type { GeneratedModule } from '../data/generated-module';
import { rowsById } from '../store/ordered-rows';
import type { OpenModule } from '../store/records';

/** A custom view as far as jobs need it: which records of its module it shows. */
export interface View {
  /** The `cvid`. */
  readonly id: string;
  readonly name: string;
  readonly systemName: string;
  /** The rows it shows now, by id. */
  rows(opened: OpenModule): Iterable<number>;
}

/** The view of all records that every module has; its id follows from the module's number. */
export function allRecordsView({ plan }: GeneratedModule): View {
  return {
    id: `5500000000000005${String(plan.number).padStart(3, '0')}`,
    name: `All ${plan.plural}`,
    systemName: 'ALLVIEWS',
    rows: ({ store }) => unconverted({ store }),
  };
}

/** The views of a module. */
export function viewsOf(module: GeneratedModule): View[] {
  return [allRecordsView(module)];
}

/** The rows of the view with this `cvid`, by id; undefined when the module has no such view. */
export function rowsOfView(opened: OpenModule, cvid: string): Iterable<number> | undefined {
  return viewsOf(opened.module)
    .find(({ id }) => id === cvid)
    ?.rows(opened);
}

/** Views show no converted leads. */
function* unconverted({ store }: Pick<OpenModule, 'store'>): Generator<number> {
  for (const row of rowsById(store)) if (store.shows(row, 'false')) yield row;
}
