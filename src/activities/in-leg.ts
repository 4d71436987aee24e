import { activityInfo } from '@temporalio/activity';
import { freeScanSlot, keepScanSlot, takeScanSlot, type ScanAttempt } from '../db/runs/scan-slots';
import { FAILURES, pendingFailure } from '../temporal/contract/failures';
import { TASK_QUEUES } from '../temporal/task-queues';
import type { ActivityDependencies } from './dependencies';
import { Leg } from './pull/leg';

/** Calls of a leg on the queue for a handful of them: what takes more goes on among the scans. */
const MOST_CALLS = 10;
/** Pause of a scan that waits for its turn, in milliseconds. */
const NEXT_LOOK_MS = 5_000;
/** Time between two words of the owner of a slot, in milliseconds. */
const KEEP_MS = 5_000;

type Deps = Pick<ActivityDependencies, 'knex' | 'logger' | 'scanLegMs'>;

/**
 * Runs one leg of a scan: a few calls on the queue of calls, a minute in one of the connection's slots on that of scans.
 * So the modules of an organization take turns, and organizations, too.
 * @throws scan.waiting when it is the turn of others
 */
export async function inLeg<T>(
  deps: Deps,
  { connectionId }: { connectionId: string },
  work: (leg: Leg) => Promise<T>,
): Promise<T> {
  const { taskQueue, workflowExecution, activityId, attempt, scheduledTimestampMs } = activityInfo();
  if (taskQueue !== TASK_QUEUES.zohoScans) return work(new Leg({ calls: MOST_CALLS }));
  const owner = `${workflowExecution?.runId ?? ''}/${activityId}`;
  const scan: ScanAttempt = { connectionId, owner, attempt, since: new Date(scheduledTimestampMs) };
  if (!(await takeScanSlot(deps.knex, scan))) throw waiting();
  const keeping = setInterval(() => void keep(deps, scan), KEEP_MS);
  try {
    return await work(new Leg({ ms: deps.scanLegMs }));
  } finally {
    clearInterval(keeping);
    await freeScanSlot(deps.knex, scan).catch((error: unknown) => report(deps, error));
  }
}

async function keep(deps: Deps, scan: ScanAttempt): Promise<void> {
  try {
    await keepScanSlot(deps.knex, scan);
  } catch (error) {
    report(deps, error);
  }
}

/** A slot that is neither kept nor given back ends by itself: no reason to fail what was read. */
function report({ logger }: Deps, error: unknown): void {
  logger.debug({ err: error }, 'The slot of a scan could not be written.');
}

function waiting(): Error {
  const message = 'Other modules of the organization are being read; this one is read when it is its turn.';
  return pendingFailure(FAILURES.scan.waiting, message, NEXT_LOOK_MS);
}
