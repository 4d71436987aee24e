import { decideApproval, findApproval, listApprovals, type ApprovalRow } from '../../src/db/approvals/approvals';
import type { ApprovalDecision } from '../../src/domain/approvals/approval';
import { approvalWorkflowId } from '../../src/temporal/ids';
import { createApprovalCommands } from '../../src/temporal/runs/approval-commands';
import type { Org } from './org';

/** The removal of a module that waits for a person. */
export async function waitingApproval({ engine, connectionId }: Org, module: string): Promise<ApprovalRow | undefined> {
  const filter = { connectionId, module, states: ['waiting'] } as const;
  return (await listApprovals(engine.knex, filter, { limit: 1 }))[0];
}

/**
 * Decides about the removal that waits, as the API does; one that is approved is done to its end.
 * @returns the approval as it is then
 */
export async function decide(org: Org, module: string, decision: ApprovalDecision): Promise<ApprovalRow> {
  const { knex, temporal, worker } = org.engine;
  const approval = await waitingApproval(org, module);
  if (!approval) throw new Error(`No removal of ${module} waits for a decision.`);
  const { id, shownHash } = approval;
  await decideApproval(knex, id, { decision, shownHash, by: 'tester', reason: null });
  if (decision === 'approve') {
    await createApprovalCommands(temporal).apply(approval);
    const handle = temporal.client.workflow.getHandle(approvalWorkflowId(id));
    await handle.result().catch((error: unknown) => {
      throw new Error(`The approved removal failed: ${String(error)}\n${worker.output}`);
    });
  }
  return (await findApproval(knex, id)) ?? approval;
}
