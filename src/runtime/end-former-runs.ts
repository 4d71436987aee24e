import { WorkflowNotFoundError } from '@temporalio/client';
import type { Knex } from 'knex';
import { closeFormerRun, listFormerRuns } from '../db/maintenance/former-runs';
import type { Logger } from '../logger';
import type { TemporalClient } from '../temporal/client';
import { describeWorkflow } from '../temporal/runs/workflow-state';

/**
 * Ends the syncs that began under an earlier version, before a worker takes their next step: it would be another one than
 * they were on. Bulk writes and mass updates go on. Idempotent.
 * @returns how many were ended
 */
export async function endFormerRuns({ client }: TemporalClient, knex: Knex, logger: Logger): Promise<number> {
  const runs = await listFormerRuns(knex);
  for (const { sessionId, workflowId } of runs) {
    if (workflowId !== null) {
      const state = await describeWorkflow(client, workflowId);
      if (state.status === 'RUNNING' && state.sessionId === sessionId) {
        await client.workflow
          .getHandle(workflowId)
          .terminate('ended by the upgrade')
          .catch((error: unknown) => {
            if (!(error instanceof WorkflowNotFoundError)) throw error;
          });
      }
    }
    await closeFormerRun(knex, sessionId);
    logger.warn({ sessionId, workflowId }, 'A sync of an earlier version was ended; start it again.');
  }
  return runs.length;
}
