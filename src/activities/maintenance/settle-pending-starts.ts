import { listPendingStarts, settleAuditEntry } from '../../db/access/audit-log';
import { runModel } from '../../db/runs/run-models';
import type { RunRef } from '../../domain/runs/run';
import type { ActivityDependencies } from '../dependencies';

/** No request takes as long: whoever was to write the outcome is gone. */
const GRACE_MS = 10 * 60_000;
const ENTRIES_AT_A_TIME = 100;

/**
 * Gives audit entries of starts their outcome whose API process ended between the entry and the answer: `succeeded` if
 * there is a workflow for the run, `failed` if not. Idempotent: an outcome that is written stays.
 * @returns how many were settled
 */
export async function settlePendingStarts(
  deps: Pick<ActivityDependencies, 'knex' | 'logger' | 'workflowState'>,
): Promise<number> {
  const starts = await listPendingStarts(deps.knex, GRACE_MS, ENTRIES_AT_A_TIME);
  for (const { id, run } of starts) {
    const outcome = (await hasStarted(deps, run)) ? 'succeeded' : 'failed';
    await settleAuditEntry(deps.knex, id, outcome);
    deps.logger.warn({ ...run, entry: id, outcome }, 'A start that nobody answered has its outcome in the audit log.');
  }
  return starts.length;
}

/** A workflow writes its run into the row as its first step; one that has not come so far is known to Temporal alone. */
async function hasStarted(
  { knex, workflowState }: Pick<ActivityDependencies, 'knex' | 'workflowState'>,
  { kind, id }: RunRef,
): Promise<boolean> {
  const row = await runModel(kind).query(knex).findById(id).select('workflow_id', 'first_execution_run_id');
  if (!row) return false;
  if (row.firstExecutionRunId !== null) return true;
  return row.workflowId !== null && (await workflowState(row.workflowId)).sessionId === id;
}
