import { endApproval, type ApprovalEnding } from '../../db/approvals/approvals';
import { countMoved } from '../../db/mirror/sweep';
import { deleteSequence, deleteSequences } from '../../domain/runs/chunk-numbers';
import type { ActivityDependencies } from '../dependencies';

export interface EndedApproval {
  approvalId: string;
  sessionId: string;
  ending: ApprovalEnding;
}

/** Ends an approval: what its session has not removed is no longer held, and the next session finds it anew. Idempotent. */
export async function closeApproval(
  { knex }: Pick<ActivityDependencies, 'knex'>,
  { approvalId, sessionId, ending }: EndedApproval,
): Promise<void> {
  await endApproval(knex, approvalId, ending, await countMoved(knex, sessionId, deleteSequences(deleteSequence(1))));
}
