import type { VirtualClock } from '../clock';
import type { Catalog } from '../data/catalog';
import type { GeneratedModule } from '../data/generated-module';
import type { User } from '../data/users';
import { invalidData } from '../http/api-error';
import type { Comparison, Condition } from '../query/condition';
import { compileCondition } from '../query/evaluate';
import { rowsById } from '../store/ordered-rows';
import type { OpenModule, Records } from '../store/records';

const WEEK_SECONDS = 7 * 86_400;

/** A custom view of a module: a named filter (Custom Views Metadata). */
export interface CustomView {
  readonly id: string;
  readonly name: string;
  /** Null for views somebody made. */
  readonly systemName: string | null;
  readonly category: 'public_views' | 'shared_with_me';
  /** Rows it shows; all of them when left out. Computed anew for every use, since it may depend on the clock. */
  readonly condition?: Condition;
  /** Bulk read and COQL refuse the view. */
  readonly unsupportedByExports?: boolean;
}

/** The parts of an organization that decide which rows a view shows. */
export interface ViewContext {
  readonly clock: VirtualClock;
  readonly catalog: Catalog;
  readonly records: Records;
}

/** The views of a module, the default one first. */
export function viewsOf(context: ViewContext, module: GeneratedModule): CustomView[] {
  const { apiName, plural } = module.plan;
  const [me] = context.catalog.users;
  const views: Omit<CustomView, 'id'>[] = [
    { name: `All ${plural}`, systemName: 'ALLVIEWS', category: 'public_views' },
    { name: `My ${plural}`, systemName: 'MYVIEWS', category: 'public_views', condition: ownedBy(me) },
    {
      name: `Shared To Me`,
      systemName: 'SHAREDTOME',
      category: 'shared_with_me',
      condition: NOBODY,
      unsupportedByExports: true,
    },
  ];
  if (module.hasModifiedTime) {
    views.push({
      name: `Recently Modified ${plural}`,
      systemName: 'RECENTLYMODIFIED',
      category: 'public_views',
      condition: compare('Modified_Time', 'greater_equal', weekAgo(context)),
    });
  }
  if (apiName === 'Deals') {
    const condition = compare('Stage', 'equal', 'Closed Won');
    views.push({ name: 'Won Deals', systemName: null, category: 'public_views', condition });
  }
  return views.map((view, place) => ({ ...view, id: viewId(module, place) }));
}

/**
 * The view a `cvid` names.
 * @throws ApiError INVALID_DATA when the module has no such view
 */
export function findView(context: ViewContext, module: GeneratedModule, id: string): CustomView {
  const found = viewsOf(context, module).find((view) => view.id === id);
  if (!found) throw invalidData('the cvid given seems to be invalid', { param_name: 'cvid' });
  return found;
}

function viewId(module: GeneratedModule, place: number): string {
  return `5500000${String(module.plan.number).padStart(3, '0')}6${String(place).padStart(8, '0')}`;
}

function compare(path: string, comparison: Comparison, operand: string): Condition {
  return { path, comparison, operands: [operand] };
}

function ownedBy(user: User | undefined): Condition {
  return compare('Owner', 'equal', user?.id ?? '');
}

/** Records are never shared here. */
const NOBODY: Condition = compare('id', 'equal', '0');

function weekAgo({ catalog, clock }: ViewContext): string {
  return catalog.zone.format(clock.seconds() - WEEK_SECONDS);
}

/** The rows a view shows now, by id; converted leads are in none. */
export function* rowsOfView(context: ViewContext, opened: OpenModule, { condition }: CustomView): Generator<number> {
  const { records } = context;
  const fits = condition ? compileCondition(records, opened, condition) : undefined;
  for (const row of rowsById(opened.store)) if (opened.store.shows(row, 'false') && (fits?.(row) ?? true)) yield row;
}
