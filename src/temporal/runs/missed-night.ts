import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { TemporalClient } from '../client';
import { ALL_MODULES, type NightlyInput } from '../contract/nightly';
import { missedNightWorkflowId } from '../ids';
import { SyncConnection, SyncKind, SyncModule, SyncStatus } from '../search-attributes';
import { TASK_QUEUES } from '../task-queues';
import { translate } from './command-errors';

/** A night of a connection that the clock did not start. */
export interface MissedNight {
  connectionId: string;
  connection: string;
  /** Day of the night, `YYYY-MM-DD`. */
  date: string;
}

/** Time in milliseconds for the call to Temporal. */
const CALL_MS = 5_000;

/** Starts a night that has not come, once. @returns false if it was started before @throws TemporalUnavailable */
export async function startMissedNight(
  { client, connection: temporal }: TemporalClient,
  { connectionId, connection, date }: MissedNight,
): Promise<boolean> {
  const input: NightlyInput = { connectionId, connection, module: ALL_MODULES, trigger: 'housekeeping', options: {} };
  try {
    await temporal.withDeadline(Date.now() + CALL_MS, () =>
      client.workflow.start('nightlySync', {
        workflowId: missedNightWorkflowId(connection, date),
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        taskQueue: TASK_QUEUES.core,
        args: [input],
        typedSearchAttributes: [
          { key: SyncConnection, value: connection },
          { key: SyncModule, value: ALL_MODULES },
          { key: SyncKind, value: 'nightly' },
          { key: SyncStatus, value: 'initiated' },
        ],
        staticSummary: `Nightly sync of ${connection}, which did not come on ${date}`,
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw translate(error);
  }
}
