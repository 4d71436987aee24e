import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultRule } from '../../simulator';
import type { SyncSessionModel } from '../../src/db/models/sync-session';
import { getSession } from '../../src/db/sessions/sessions';
import { isFinal } from '../../src/domain/runs/enums';
import { AWAITING_APPROVAL } from '../../src/domain/runs/run-actions';
import type { FullSyncOptions, IncrementalSyncOptions } from '../../src/temporal/contract/sync-messages';
import { SyncWorkflowNotRunning } from '../../src/temporal/runs/sync-commands';
import type { Org } from '../support/org';
import { burst } from './operations';
import type { World } from './world';

const DEADLINE_MS = 150_000;
const POLL_MS = 10;
const MAX_INTERRUPTIONS = 3;
/** Calls of a session that an interruption may fall on. */
const LAST_CALL = 16;

type SyncKind = 'full' | 'incremental';

export interface Sync {
  readonly kind: SyncKind;
  readonly module: string;
  readonly options: FullSyncOptions & IncrementalSyncOptions;
  /** Nobody changes, commands or disturbs anything. */
  readonly isQuiet: boolean;
}

/** A call to Zoho before which something happens. */
interface Interruption {
  readonly call: number;
  readonly happen: () => void;
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

/** Starts a sync and sees to its end, with whatever happens meanwhile. */
export async function runSync(org: Org, world: World, sync: Sync): Promise<SyncSessionModel> {
  const { kind, module, options } = sync;
  world.touched.delete(module);
  world.note(`${kind} sync of ${module} ${JSON.stringify(options)}`);
  const stopInterrupting = sync.isQuiet ? () => undefined : interrupt(org, world, module);
  try {
    const start = kind === 'full' ? org.startFullSync(module, options) : org.startIncrementalSync(module, options);
    const session = await watched(org, world, module, await start);
    world.tally.count('syncs', `${kind} ${session.readPath ?? ''} ${session.status}`);
    world.note(`ended as ${session.status} ${session.errorMessage ?? ''}`);
    return session;
  } finally {
    stopInterrupting();
  }
}

/** Disturbs the calls of a session by the dice. @returns how to stop that */
function interrupt(org: Org, world: World, module: string): () => void {
  const { dice, simulation } = world;
  const planned: Interruption[] = Array.from({ length: dice.between(0, MAX_INTERRUPTIONS) }, () => ({
    call: dice.between(1, LAST_CALL),
    happen: dice.chance(0.7) ? () => burst(world, 2) : () => command(org, world, module),
  }));
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

/** A person pauses and resumes, or cancels. */
function command(org: Org, world: World, module: string): void {
  const cancels = world.dice.chance(0.3);
  const pauseMs = world.dice.between(0, 100);
  world.tally.count('commands', cancels ? 'cancel' : 'pause');
  world.note(cancels ? 'cancel' : `pause for ${pauseMs} ms`);
  const given = cancels
    ? org.cancel(module)
    : org.pause(module).then(async () => {
        await sleep(pauseMs);
        return org.resume(module);
      });
  given.catch((error: unknown) => {
    if (!(error instanceof SyncWorkflowNotRunning)) world.note(`a command failed: ${String(error)}`);
  });
}

/** Waits for the end of a session; a sweep that waits for approval gets it, or the session is cancelled. */
async function watched(org: Org, world: World, module: string, sessionId: string): Promise<SyncSessionModel> {
  let isAnswered = false;
  for (const deadline = Date.now() + DEADLINE_MS; ; await sleep(POLL_MS)) {
    const session = await getSession(org.engine.knex, sessionId);
    if (isFinal(session.status)) return org.waitFor(sessionId, session.status);
    if (session.phase === AWAITING_APPROVAL && !isAnswered) {
      isAnswered = true;
      const approves = world.dice.chance(0.8);
      world.note(approves ? 'the sweep is approved' : 'cancelled instead of an approval');
      world.tally.count('commands', approves ? 'approve' : 'cancel instead of approval');
      await (approves ? org.approveSweep(module) : org.cancel(module));
    }
    if (Date.now() > deadline) await org.waitFor(sessionId, 'completed', 0);
  }
}
