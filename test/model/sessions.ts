import type { FaultRule } from '../../simulator';
import type { SyncSessionModel } from '../../src/db/models/sync-session';
import type { FullSyncOptions, IncrementalSyncOptions } from '../../src/temporal/contract/sync-messages';
import type { Org } from '../support/org';
import { poll } from '../support/poll';
import { command, DEADLINE_MS, watched } from './commands';
import { crashPlans } from './crashes';
import { FAULTS, nameOf } from './faults';
import { burst } from './operations';
import { isInTheWay, startWhenFree } from './starting';
import type { World } from './world';

const MAX_INTERRUPTIONS = 3;
/** Calls of a session that an interruption may fall on. */
const LAST_CALL = 16;
/** Calls that nearly every session makes. */
const LAST_CALL_OF_ALL = 6;

/** `clock`: an incremental sync that a schedule starts. `chosen`: a read of chosen records. */
type SyncKind = 'full' | 'incremental' | 'clock' | 'chosen';

export interface Sync {
  readonly kind: SyncKind;
  readonly module: string;
  readonly options: FullSyncOptions & IncrementalSyncOptions;
  /** Records of a read of chosen ones. */
  readonly ids?: readonly string[];
  /** Nobody changes, commands or disturbs anything, but for the fault. */
  readonly isQuiet: boolean;
  /** Ends the worker in the middle of a call, for one that dies as a whole. */
  readonly kill?: (() => void) | undefined;
  /** A call that goes wrong for sure. */
  readonly fault?: FaultRule | undefined;
}

/** A call to Zoho before which something happens. */
interface Interruption {
  readonly call: number;
  readonly happen: () => unknown;
}

/**
 * Starts a sync and sees to its end, with whatever happens meanwhile.
 * @returns its session; undefined where none was opened
 */
export async function runSync(org: Org, world: World, sync: Sync): Promise<SyncSessionModel | undefined> {
  const { kind, module, options } = sync;
  world.touched.delete(module);
  world.note(`${kind} sync of ${module} ${JSON.stringify(options)} ${(sync.ids ?? []).join()}`);
  const beside: Promise<void>[] = [];
  const stopInterrupting = interrupt(org, world, sync, beside);
  try {
    if (kind === 'incremental' || kind === 'clock') await org.hoursLater(module);
    const sessionId = await begin(org, sync);
    if (sessionId === undefined) return undefined;
    const session = await watched(org, world, sessionId);
    world.tally.count('syncs', `${kind} ${session.readPath ?? ''} ${session.status}`);
    world.tally.count('kinds', kindOf(sync));
    world.note(`ended as ${session.status} ${session.errorMessage ?? ''}`);
    await Promise.all(beside);
    return session;
  } finally {
    stopInterrupting();
    await Promise.allSettled(beside);
  }
}

/** Name of a sync in the tally. */
function kindOf({ kind, options: { fields, compare = 'values' } }: Sync): string {
  if (fields) return 'some fields';
  return kind === 'full' ? `full by ${compare}` : kind;
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
  const planned = sync.isQuiet ? [] : interruptions(org, world, sync, beside);
  const fault = sync.fault ?? (sync.isQuiet ? undefined : randomFault(org, world));
  if (fault) {
    org.zoho.addFault(fault);
    if (fault.operation === 'token') org.zoho.expireAccessTokens();
    world.note(`fault ${JSON.stringify(fault)}`);
  }
  const { faults } = world.simulation;
  const strike = faults.strike.bind(faults);
  let calls = 0;
  faults.strike = (target) => {
    calls += 1;
    for (const { call, happen } of planned) if (call === calls) happen();
    const struck = strike(target);
    if (struck) world.tally.count('faults', nameOf(struck));
    return struck;
  };
  return () => {
    faults.strike = strike;
    org.zoho.clearFaults();
    org.zoho.failBulkReads(0);
  };
}

function interruptions(org: Org, world: World, { kind, module, kill }: Sync, beside: Promise<void>[]): Interruption[] {
  const { dice } = world;
  const target = { workflowId: org.workflowId(module, kind === 'full' ? 'full_sync' : 'incremental_sync') };
  const isBeside = kind === 'full' && !world.unread.has(module) && dice.chance(0.4);
  const planned: Interruption[] = Array.from({ length: dice.between(0, MAX_INTERRUPTIONS) }, () => ({
    call: dice.between(1, LAST_CALL),
    happen: kind === 'chosen' || dice.chance(0.7) ? () => burst(world, 2) : () => command(org, world, target),
  }));
  if (isBeside) planned.push({ call: dice.between(1, 6), happen: () => beside.push(syncBeside(org, world, module)) });
  if (kill && dice.chance(0.6)) planned.push({ call: dice.between(1, LAST_CALL_OF_ALL), happen: kill });
  return planned;
}

/** A fault by the dice, often none. */
function randomFault(org: Org, world: World): FaultRule | undefined {
  const { dice } = world;
  const fault = dice.chance(0.3) ? { ...dice.pick(FAULTS), after: dice.between(0, 3) } : undefined;
  if (dice.chance(0.2)) {
    org.zoho.failBulkReads(1);
    world.note('an export fails');
  }
  return fault;
}
