import { ScheduleNotFoundError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { HousekeepingInput } from './contract/housekeeping';
import { HOUSEKEEPING_WORKFLOW_ID } from './ids';
import { TASK_QUEUES } from './task-queues';

/** Key of the memo that says by which version the housekeeping was started. */
const VERSION_MEMO = 'version';

/** Schedules of earlier versions, whose work the housekeeping does. */
const FORMER_SCHEDULES = ['reconcile-sessions', 'reconcile-connections'];

/**
 * Makes sure that the house is kept.
 * @param replace ends the workflow that runs and starts a new one: its state is in tables, so nothing is lost
 */
export async function startHousekeeping(client: Client, version: string, replace = false): Promise<void> {
  const input: HousekeepingInput = {};
  await client.workflow.start('housekeeping', {
    workflowId: HOUSEKEEPING_WORKFLOW_ID,
    workflowIdConflictPolicy: replace ? 'TERMINATE_EXISTING' : 'USE_EXISTING',
    taskQueue: TASK_QUEUES.core,
    args: [input],
    memo: { [VERSION_MEMO]: version },
    staticSummary: 'Keep the house: what comes round by itself',
  });
}

/** Whether a workflow of another version keeps the house now. */
export async function isOfAnotherVersion(client: Client, version: string): Promise<boolean> {
  try {
    const { status, memo } = await client.workflow.getHandle(HOUSEKEEPING_WORKFLOW_ID).describe();
    return status.name === 'RUNNING' && memo?.[VERSION_MEMO] !== version;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** Removes the schedules of earlier versions; what they have started ends by itself within two minutes. Idempotent. */
export async function removeFormerSchedules(client: Client): Promise<void> {
  for (const id of FORMER_SCHEDULES) {
    try {
      await client.schedule.getHandle(id).delete();
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    }
  }
}
