import type { FaultRule } from '../../simulator';
import type { DeliveryRule } from '../../simulator/notifications/delivery-plan';
import { FAULTS } from './faults';
import { TROUBLE } from './notices';
import type { Sync } from './sessions';
import type { Way } from './tampering';

/** Seeds that `npm test` plays, in short: few syncs of mostly one module. */
export const SHORT_SEEDS = 20;

/**
 * Steps of a short seed that are sure, beside those that its dice say: all hands together have every kind of step. The
 * dice alone would need many more seeds.
 */
export interface Hand {
  /** Place of the modules among those that short seeds sync, and of the clocks. */
  readonly place: number;
  /** Rows, where it needs so many. */
  readonly rows: number | undefined;
  readonly operations: readonly string[];
  readonly way: Way;
  readonly sync: Pick<Sync, 'kind' | 'options' | 'fault'>;
  /** Zoho tells of changes, with this trouble on the way. */
  readonly trouble: DeliveryRule | undefined;
  /** The worker is another one after the first syncs. */
  readonly restarts: boolean;
}

/** Operations that are done together, what another one needs first. */
const SCENES: readonly (readonly string[])[] = [
  ['create', 'edit one field'],
  ['edit', 'edit many'],
  ['delete', 'restore'],
  ['delete for good', 'edit late'],
  ['delete many'],
  ['formula drifts', 'time ahead'],
  ['misfit', 'repair'],
  ['rename target', 'rename user'],
  ['rename choice', 'edit silently'],
  ['add field', 'remove field'],
  ['conceal field', 'reveal fields'],
  ['vanish', 'edit long ago'],
];
/** Between the two scenes of a hand: each is in three hands at least. */
const OTHER_SCENE = 5;
const WAYS: readonly Way[] = ['edit', 'delete', 'add'];
/** More than two pages. */
const PAGES_OF_ROWS = 450;
const NOTIFIED_EVERY = 3;
const RESTARTED_EVERY = 7;

/** The hand of a seed. @throws Error for one that is not short */
export function handOf(seed: number): Hand {
  const place = seed - 1;
  const sync = SYNCS[place];
  if (!sync) throw new Error(`Seed ${seed} is not one of the short ones.`);
  const scenes = [place, place + OTHER_SCENE].map((number) => SCENES[number % SCENES.length] ?? []);
  return {
    place,
    rows: sync.fault?.kind === 'page-token-expired' ? PAGES_OF_ROWS : undefined,
    operations: scenes.flat(),
    way: WAYS[place % WAYS.length] ?? 'edit',
    sync,
    trouble: place % NOTIFIED_EVERY === 0 ? TROUBLE[(place / NOTIFIED_EVERY) % TROUBLE.length] : undefined,
    restarts: place % RESTARTED_EVERY === RESTARTED_EVERY - 1,
  };
}

const LIST = { path: 'list' } as const;
const BULK = { path: 'bulk' } as const;
const BY_TIMES = { compare: 'times' } as const;

/** Every fault meets a sync that makes the call it strikes. The second one needs pages, and the modules that have them. */
const SYNCS: readonly Hand['sync'][] = [
  { kind: 'incremental', options: {}, fault: fault('throttle') },
  { kind: 'full', options: LIST, fault: fault('page-token-expired') },
  { kind: 'full', options: { ...LIST, ...BY_TIMES }, fault: fault('error', 'listRecords') },
  { kind: 'full', options: BULK, fault: fault('error', 'getBulkRead') },
  { kind: 'incremental', options: {}, fault: fault('reset', 'listRecords') },
  { kind: 'full', options: LIST, fault: fault('truncate', 'listRecords') },
  { kind: 'full', options: { ...BULK, ...BY_TIMES }, fault: fault('truncate', 'downloadBulkRead') },
  { kind: 'incremental', options: {}, fault: fault('reset', 'deletedRecords') },
  { kind: 'clock', options: {}, fault: fault('malformed-json') },
  { kind: 'incremental', options: {}, fault: fault('html', 'countRecords') },
  { kind: 'chosen', options: {}, fault: fault('unauthorized') },
  { kind: 'full', options: BULK, fault: fault('timeout-after-apply') },
  { kind: 'incremental', options: {}, fault: fault('html', 'token') },
  { kind: 'full', options: { ...BULK, ...BY_TIMES }, fault: fault('error', 'getModule') },
  { kind: 'full', options: BULK, fault: fault('html', 'downloadBulkRead') },
  { kind: 'full', options: { ...BULK, ...BY_TIMES }, fault: fault('error', 'createBulkRead') },
  { kind: 'chosen', options: {}, fault: fault('unauthorized', 'token') },
  { kind: 'full', options: { fields: ['Modified_Time'] } },
  { kind: 'clock', options: {} },
  { kind: 'chosen', options: {} },
];

function fault(kind: FaultRule['kind'], operation?: string): FaultRule {
  const found = FAULTS.find((rule) => rule.kind === kind && (operation === undefined || rule.operation === operation));
  if (!found) throw new Error(`There is no fault ${kind} ${operation ?? ''}.`);
  return found;
}
