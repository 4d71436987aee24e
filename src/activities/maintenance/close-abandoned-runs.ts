import { listActiveBulkOperations } from '../../db/bulk-operations/bulk-operations';
import type { RunRow } from '../../db/models/run';
import { closeRun } from '../../db/runs/close-run';
import { listActiveSessions } from '../../db/sessions/sessions';
import type { RunKind } from '../../domain/runs/run';
import type { ActivityDependencies } from '../dependencies';

/** A run that was only just created may not have its workflow yet. */
const GRACE_MS = 30_000;

/**
 * Closes sessions and bulk operations that claim to run while Temporal runs no workflow for them: terminated by an
 * operator, lost with Temporal's storage, or never started. Idempotent: what ended meanwhile stays as it ended.
 * @returns how many were closed
 */
export async function closeAbandonedRuns(deps: ActivityDependencies): Promise<{ checked: number; closed: number }> {
  const [sessions, operations] = await Promise.all([
    listActiveSessions(deps.knex),
    listActiveBulkOperations(deps.knex),
  ]);
  const closedSessions = await closeAbandoned(deps, 'session', sessions);
  const closedOperations = await closeAbandoned(deps, 'operation', operations);
  return { checked: sessions.length + operations.length, closed: closedSessions + closedOperations };
}

const WHAT_TO_DO: Readonly<Record<RunKind, string>> = {
  session: 'Start the sync again.',
  operation: 'Look at its results before you send the rest again.',
};

async function closeAbandoned(deps: ActivityDependencies, kind: RunKind, runs: readonly RunRow[]): Promise<number> {
  let closed = 0;
  for (const run of runs) {
    const state = run.workflowId ? await deps.workflowState(run.workflowId) : { status: null, sessionId: null };
    const isItsOwn = state.sessionId === run.id;
    const isYoung = Date.now() - run.lastActivityAt.getTime() < GRACE_MS;
    if ((isItsOwn && state.status === 'RUNNING') || (!isItsOwn && isYoung)) continue;
    const reason = isItsOwn
      ? `The workflow of this ${kind} ended as ${state.status ?? 'unknown'} in Temporal without a word. ${WHAT_TO_DO[kind]}`
      : `Temporal knows no workflow for this ${kind}. ${WHAT_TO_DO[kind]}`;
    const status = isItsOwn && state.status === 'CANCELLED' ? 'cancelled' : 'failed';
    if (!(await closeRun(deps.knex, { kind, id: run.id }, { status, reason }))) continue;
    closed += 1;
    deps.logger.warn({ kind, id: run.id, workflowId: run.workflowId }, reason);
  }
  return closed;
}
