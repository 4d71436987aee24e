import { closeBulkOperation, listActiveBulkOperations } from '../../db/bulk-operations/bulk-operations';
import { closeSession, listActiveSessions } from '../../db/sessions/sessions';
import type { ActivityDependencies } from '../dependencies';

/** A session that was only just created may not have its workflow yet. */
const GRACE_MS = 30_000;

/** What Temporal knows of the workflow that has a session's id now. */
export interface WorkflowState {
  /** Temporal's status, e.g. `RUNNING` or `TERMINATED`; null if it knows no such workflow. */
  status: string | null;
  /** The session the workflow was started for. */
  sessionId: string | null;
}

/**
 * Closes sessions and bulk operations that claim to run while Temporal runs no workflow for them: terminated by an
 * operator, lost with Temporal's storage, or never started. Idempotent: what ended meanwhile stays as it ended.
 * @returns how many were closed
 */
export async function reconcileSessions(deps: ActivityDependencies): Promise<{ checked: number; closed: number }> {
  const [sessions, operations] = await Promise.all([
    listActiveSessions(deps.knex),
    listActiveBulkOperations(deps.knex),
  ]);
  const lookFirst = 'Look at its results before you send the rest again.';
  const closedSessions = await closeAbandoned(deps, sessions, closeSession, 'Start the sync again.');
  const closedOperations = await closeAbandoned(deps, operations, closeBulkOperation, lookFirst);
  return { checked: sessions.length + operations.length, closed: closedSessions + closedOperations };
}

interface Run {
  id: string;
  workflowId: string | null;
  lastActivityAt: Date;
}

async function closeAbandoned(
  deps: ActivityDependencies,
  runs: readonly Run[],
  close: typeof closeSession,
  whatToDo: string,
): Promise<number> {
  let closed = 0;
  for (const session of runs) {
    const state = session.workflowId ? await deps.workflowState(session.workflowId) : { status: null, sessionId: null };
    const mine = state.sessionId === session.id;
    const young = Date.now() - session.lastActivityAt.getTime() < GRACE_MS;
    if ((mine && state.status === 'RUNNING') || (!mine && young)) continue;
    const reason = mine
      ? `The workflow of this session ended as ${state.status ?? 'unknown'} in Temporal without a word. ${whatToDo}`
      : `Temporal knows no workflow for this session. ${whatToDo}`;
    const ended = await close(deps.knex, session.id, {
      status: mine && state.status === 'CANCELLED' ? 'cancelled' : 'failed',
      reason,
    });
    if (ended) {
      closed += 1;
      deps.logger.warn({ sessionId: session.id, workflowId: session.workflowId }, reason);
    }
  }
  return closed;
}
