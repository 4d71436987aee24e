import type { Knex } from 'knex';
import { sessionRun } from '../../domain/runs/run';
import { closeRun } from '../runs/close-run';

/** A sync that began under an earlier version and has not ended. */
export interface FormerRun {
  sessionId: string;
  workflowId: string | null;
}

/** Lists the syncs that began under an earlier version and that nobody has ended yet. */
export async function listFormerRuns(knex: Knex): Promise<FormerRun[]> {
  const answer = await knex.raw<{ rows: FormerRun[] }>(
    `select session.id as "sessionId", session.workflow_id as "workflowId"
     from sync.former_runs former join sync.crm_sync_sessions session on session.id = former.session_id
     order by session.id`,
  );
  return answer.rows;
}

/** Ends the session of a sync that began under an earlier version, whose workflow is gone. Idempotent. */
export async function closeFormerRun(knex: Knex, sessionId: string): Promise<void> {
  const reason = 'Ended by the upgrade. Start the sync again: it fetches only what is missing.';
  await closeRun(knex, sessionRun(sessionId), { status: 'cancelled', reason });
  await knex.raw('delete from sync.former_runs where session_id = ?', [sessionId]);
}
