import { expireApprovals, noteApprovalStart, takeApprovalsWithoutWorkflow } from '../../db/approvals/approvals';
import type { ActivityDependencies } from '../dependencies';

/** A removal of which nothing was heard for so long is started again; one that is at work is left alone. */
const RESTART_MINUTES = 10;

/**
 * Lets go what nobody has decided in time, and starts approved removals that have no workflow: Temporal was away when they
 * were approved, or the workflow has failed. Failures are logged: they must not keep other housekeeping from its work.
 */
export async function reviewApprovals({
  knex,
  logger,
  approvals,
}: Pick<ActivityDependencies, 'knex' | 'logger' | 'approvals'>): Promise<void> {
  await expireApprovals(knex);
  for (const approval of await takeApprovalsWithoutWorkflow(knex, RESTART_MINUTES)) {
    await approvals.apply(approval).catch(async (error: unknown) => {
      await noteApprovalStart(knex, approval.id, false);
      logger.warn({ err: error, approval: approval.id }, 'An approved removal could not be started; tried again.');
    });
  }
}
