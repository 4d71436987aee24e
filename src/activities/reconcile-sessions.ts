import { closeSession, listActiveSessions } from '../db/sessions';
import type { ActivityDependencies } from './dependencies';

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
 * Closes sessions that claim to run while Temporal runs no workflow for them: terminated by an operator, lost with
 * Temporal's storage, or never started. Idempotent: a session that ended meanwhile stays as it ended.
 * @returns how many were closed
 */
export async function reconcileSessions(deps: ActivityDependencies): Promise<{ checked: number; closed: number }> {
  const sessions = await listActiveSessions(deps.knex);
  let closed = 0;
  for (const session of sessions) {
    const state = session.workflowId ? await deps.workflowState(session.workflowId) : { status: null, sessionId: null };
    const mine = state.sessionId === session.id;
    const young = Date.now() - session.lastActivityAt.getTime() < GRACE_MS;
    if ((mine && state.status === 'RUNNING') || (!mine && young)) continue;
    const reason = mine
      ? `The workflow of this session ended as ${state.status ?? 'unknown'} in Temporal without a word. Start the sync again.`
      : 'Temporal knows no workflow for this session. Start the sync again.';
    const ended = await closeSession(deps.knex, session.id, {
      status: mine && state.status === 'CANCELLED' ? 'cancelled' : 'failed',
      reason,
    });
    if (ended) {
      closed += 1;
      deps.logger.warn({ sessionId: session.id, workflowId: session.workflowId }, reason);
    }
  }
  return { checked: sessions.length, closed };
}
