import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { callOrganization, type ZohoCalls } from '../connection/call';
import { findSessionType } from '../db/sessions/sessions';
import { type CallPriority, priorityOfSession } from '../domain/credits/priorities';
import type { OperationTarget, SyncTarget } from '../temporal/contract/targets';
import { TASK_QUEUES } from '../temporal/task-queues';
import type { ActivityDependencies } from './dependencies';
import { withHeartbeats } from './heartbeats';

/** The means of an activity to call Zoho; its calls are cancelled with it. */
export interface ZohoWork extends ZohoCalls {
  signal: AbortSignal;
  /** Mean latency of the calls so far, in milliseconds. */
  meanLatencyMs(): number;
  /** Sets what the Temporal UI shows of the running attempt. */
  report(doing: object): void;
}

/**
 * Longest wait for Zoho on the queue of calls, in milliseconds: then the place of a few calls goes to others, of other
 * organizations, too. The next attempt keeps the deadline.
 */
const GIVE_UP_AMONG_CALLS_MS = 2_000;

/** The run an activity works for. */
type RunTarget = Pick<SyncTarget, 'connectionId' | 'sessionId'> | OperationTarget;

/**
 * Calls an organization from an activity, at the expense of the session or bulk operation it works for. Heartbeats,
 * which also bring the cancellation, last until every call has ended: a write that is in flight when the work ends is
 * waited for.
 *
 * @param priority of the calls; by default the one of the session's type, or `push` for a bulk operation
 */
export async function withZoho<T>(
  deps: ActivityDependencies,
  target: RunTarget,
  work: (zoho: ZohoWork) => Promise<T>,
  priority?: CallPriority,
): Promise<T> {
  const signal = cancellationSignal();
  const { taskQueue } = activityInfo();
  const caller = {
    runId: 'operationId' in target ? target.operationId : target.sessionId,
    priority: priority ?? (await priorityOf(deps, target)),
    worker: taskQueue,
    ...(taskQueue === TASK_QUEUES.zohoApi && { giveUpAfterMs: GIVE_UP_AMONG_CALLS_MS }),
    signal,
  };
  let doing: object = {};
  let calls: ZohoCalls['calls'] = [];
  const meanLatencyMs = () => calls.reduce((sum, call) => sum + call.latencyMs, 0) / Math.max(1, calls.length);
  return withHeartbeats(
    () => ({ ...doing, calls: calls.length }),
    () =>
      callOrganization(deps, target.connectionId, caller, (zoho) => {
        calls = zoho.calls;
        return work({ ...zoho, signal, meanLatencyMs, report: (details) => (doing = details) });
      }),
  );
}

async function priorityOf({ knex }: ActivityDependencies, target: RunTarget): Promise<CallPriority | undefined> {
  if ('operationId' in target) return 'push';
  const sessionType = await findSessionType(knex, target.sessionId);
  return sessionType && priorityOfSession(sessionType);
}
