import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client, type ScheduleOptions } from '@temporalio/client';
import { RECONCILE_CONNECTIONS_WORKFLOW_ID, RECONCILE_SESSIONS_WORKFLOW_ID } from '../ids';
import { TASK_QUEUES } from '../task-queues';

/**
 * Schedules of the engine. The list is the truth: schedules in Temporal are aligned with it whenever a worker starts.
 */
const SCHEDULES: readonly ScheduleOptions[] = [
  {
    scheduleId: RECONCILE_SESSIONS_WORKFLOW_ID,
    spec: { intervals: [{ every: '20s' }] },
    action: {
      type: 'startWorkflow',
      workflowType: 'reconcileSessions',
      workflowId: RECONCILE_SESSIONS_WORKFLOW_ID,
      taskQueue: TASK_QUEUES.core,
      args: [],
      workflowExecutionTimeout: '2m',
      staticSummary: 'Close sessions whose workflow is gone',
    },
    // Without a limit Temporal makes up for a year of missed runs.
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1m' },
  },
  {
    scheduleId: RECONCILE_CONNECTIONS_WORKFLOW_ID,
    spec: { intervals: [{ every: '30s' }] },
    action: {
      type: 'startWorkflow',
      workflowType: 'reconcileConnections',
      workflowId: RECONCILE_CONNECTIONS_WORKFLOW_ID,
      taskQueue: TASK_QUEUES.core,
      args: [],
      workflowExecutionTimeout: '2m',
      staticSummary: 'Pause the schedules of orgs that must be connected again',
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1m' },
  },
];

/** Creates the schedules, or brings existing ones up to date. */
export async function alignEngineSchedules(client: Client): Promise<void> {
  for (const schedule of SCHEDULES) {
    try {
      await client.schedule.create(schedule);
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      const { spec, action, policies } = schedule;
      await client.schedule.getHandle(schedule.scheduleId).update((current) => ({
        spec,
        action,
        ...(policies && { policies }),
        state: current.state,
      }));
    }
  }
}
