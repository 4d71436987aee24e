import type { FaultRule } from '../../simulator';
import type { SyncSessionModel } from '../../src/db/models/sync-session';
import type { FullSyncOptions, IncrementalSyncOptions } from '../../src/temporal/contract/sync-messages';
import type { Org } from '../support/org';
import { poll } from '../support/poll';
import { command, DEADLINE_MS, watched } from './commands';
import { crashPlans } from './crashes';
import { burst } from './operations';
import { isInTheWay, startWhenFree } from './starting';
import type { World } from './world';

const MAX_INTERRUPTIONS = 3;
/** Calls of a session that an interruption may fall on. */
const LAST_CALL = 16;

/** `clock`: an incremental sync that a schedule starts. `chosen`: a read of chosen records. */
type SyncKind = 'full' | 'incremental' | 'clock' | 'chosen';

export interface Sync {
  readonly kind: SyncKind;
  readonly module: string;
  readonly options: FullSyncOptions & IncrementalSyncOptions;
  /** Records of a read of chosen ones. */
  readonly ids?: readonly string[];
  /** Nobody changes, commands or disturbs anything. */
  readonly isQuiet: boolean;
}

/** A call to Zoho before which something happens. */
interface Interruption {
  readonly call: number;
  readonly happen: () => unknown;
}

const FAULTS: readonly FaultRule[] = [
  { kind: 'throttle', operation: 'listRecords', times: 1 },
  { kind: 'error', status: 500, operation: 'listRecords', times: 2 },
  { kind: 'reset', operation: 'listRecords', times: 1 },
  { kind: 'truncate', operation: 'listRecords', times: 1 },
  { kind: 'malformed-json', operation: 'listRecords', times: 1 },
  { kind: 'html', status: 503, operation: 'countRecords', times: 1 },
  { kind: 'page-token-expired', operation: 'listRecords', times: 1 },
  { kind: 'unauthorized', times: 1 },
  { kind: 'error', status: 502, operation: 'getModule', times: 1 },
  { kind: 'reset', operation: 'listDeleted', times: 1 },
  { kind: 'error', status: 500, operation: 'getBulkRead', times: 1 },
  { kind: 'timeout-after-apply', operation: 'createBulkRead', times: 1, delayMs: 50 },
  { kind: 'truncate', operation: 'downloadBulkRead', times: 1 },
  { kind: 'html', status: 200, operation: 'downloadBulkRead', times: 1 },
  { kind: 'error', status: 500, operation: 'createBulkRead', times: 1 },
  { kind: 'unauthorized', operation: 'token', times: 1 },
  { kind: 'html', status: 403, operation: 'token', times: 1 },
];

/**
 * Starts a sync and sees to its end, with whatever happens meanwhile.
 * @returns its session; undefined where none was opened
 */
export async function runSync(org: Org, world: World, sync: Sync): Promise<SyncSessionModel | undefined> {
  const { kind, module, options } = sync;
  world.touched.delete(module);
  world.note(`${kind} sync of ${module} ${JSON.stringify(options)} ${(sync.ids ?? []).join()}`);
  const beside: Promise<void>[] = [];
  const stopInterrupting = sync.isQuiet ? () => undefined : interrupt(org, world, sync, beside);
  try {
    if (kind === 'incremental' || kind === 'clock') await org.hoursLater(module);
    const sessionId = await begin(org, sync);
    if (sessionId === undefined) return undefined;
    const session = await watched(org, world, sessionId);
    world.tally.count('syncs', `${kind} ${session.readPath ?? ''} ${session.status}`);
    world.note(`ended as ${session.status} ${session.errorMessage ?? ''}`);
    await Promise.all(beside);
    return session;
  } finally {
    stopInterrupting();
    await Promise.allSettled(beside);
  }
}

/** Starts a session. @returns its id; undefined for one that the clock starts in vain */
async function begin(org: Org, { kind, module, options, ids = [] }: Sync): Promise<string | undefined> {
  switch (kind) {
    case 'full':
      return org.startFullSync(module, options);
    case 'incremental':
      return startWhenFree(org, module, () => org.startIncrementalSync(module, options));
    case 'clock':
      return beginByClock(org, module);
    case 'chosen':
      return beginChosen(org, module, ids);
  }
}

async function beginChosen(org: Org, module: string, ids: readonly string[]): Promise<string> {
  const plan = crashPlans.get(org.name);
  const sessionId = await org.startRefresh(module, ids);
  // Its workflow is named after the session, not the connection.
  if (plan) crashPlans.set(sessionId, plan);
  return sessionId;
}

/** A run without a session opens one, unless there is nothing that changes could be added to or another is at work. */
async function beginByClock(org: Org, module: string): Promise<string | undefined> {
  const newest = async () => {
    const [row] = await org.engine.query<{ id: string }>(
      `select id from sync.crm_sync_sessions where connection_id = ? and module_name = ? and trigger = 'schedule'
       order by id desc limit 1`,
      [org.connectionId, module],
    );
    return row?.id;
  };
  const before = await newest();
  let isOver = false;
  const over = org.incrementalSyncByClock(module).then(
    () => (isOver = true),
    () => (isOver = true),
  );
  const opened = async () => {
    const wasOver = isOver;
    const id = await newest();
    return id !== before ? { id } : wasOver && { id: undefined };
  };
  const { id } = await poll(opened, { what: 'the clock has started a sync', timeoutMs: DEADLINE_MS });
  if (id === undefined) await over;
  return id;
}

/** An incremental sync goes on beside a full one, which is of another track. */
async function syncBeside(org: Org, world: World, module: string): Promise<void> {
  try {
    const session = await watched(org, world, await org.startIncrementalSync(module));
    world.tally.count('beside a full sync', session.status);
    world.note(`the sync beside it ended as ${session.status} ${session.errorMessage ?? ''}`);
  } catch (error) {
    if (!isInTheWay(error)) throw error;
  }
}

/** Disturbs the calls of a session by the dice. @param beside takes the syncs that go on beside it @returns how to stop that */
function interrupt(org: Org, world: World, sync: Sync, beside: Promise<void>[]): () => void {
  const { kind, module } = sync;
  const { dice, simulation } = world;
  const target = { workflowId: org.workflowId(module, kind === 'full' ? 'full_sync' : 'incremental_sync') };
  const isBeside = kind === 'full' && !world.unread.has(module) && dice.chance(0.4);
  const planned: Interruption[] = Array.from({ length: dice.between(0, MAX_INTERRUPTIONS) }, () => ({
    call: dice.between(1, LAST_CALL),
    happen: kind === 'chosen' || dice.chance(0.7) ? () => burst(world, 2) : () => command(org, world, target),
  }));
  if (isBeside) planned.push({ call: dice.between(1, 6), happen: () => beside.push(syncBeside(org, world, module)) });
  if (dice.chance(0.3)) {
    const fault = { ...dice.pick(FAULTS), after: dice.between(0, 3) };
    org.zoho.addFault(fault);
    if (fault.operation === 'token') org.zoho.expireAccessTokens();
    world.tally.count('faults', fault.kind);
    world.note(`fault ${JSON.stringify(fault)}`);
  }
  if (dice.chance(0.2)) {
    org.zoho.failBulkReads(1);
    world.note('an export fails');
  }
  const { faults } = simulation;
  const strike = faults.strike.bind(faults);
  let calls = 0;
  faults.strike = (target) => {
    calls += 1;
    for (const { call, happen } of planned) if (call === calls) happen();
    return strike(target);
  };
  return () => {
    faults.strike = strike;
    org.zoho.clearFaults();
    org.zoho.failBulkReads(0);
  };
}
