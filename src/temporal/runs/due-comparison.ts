import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { TemporalClient } from '../client';
import type { VerifyInput } from '../contract/sync-messages';
import { syncWorkflowId } from '../ids';
import { priorityOf } from '../priorities';
import { runAttributes } from '../search-attributes';
import { TASK_QUEUES } from '../task-queues';
import { translate } from './command-errors';

/** A module whose mirror is to be compared with Zoho. */
export interface DueComparison {
  connectionId: string;
  /** Name of the connection. */
  connection: string;
  key: string;
  /** Zoho's name of the module now. */
  module: string;
}

/** Time in milliseconds for the call to Temporal. */
const CALL_MS = 5_000;

/**
 * Starts a comparison by times of modification, which finds every row that is missing or too many.
 * @returns false if one of the module is at work
 * @throws TemporalUnavailable
 */
export async function startComparison(
  { client, connection: temporal }: TemporalClient,
  { connectionId, connection, key, module }: DueComparison,
): Promise<boolean> {
  const input: VerifyInput = {
    connectionId,
    connection,
    module,
    key,
    trigger: 'housekeeping',
    options: { compare: 'times' },
  };
  try {
    await temporal.withDeadline(Date.now() + CALL_MS, () =>
      client.workflow.start('verifyMirror', {
        workflowId: syncWorkflowId('verification', connection, key),
        taskQueue: TASK_QUEUES.core,
        workflowIdConflictPolicy: 'FAIL',
        args: [input],
        typedSearchAttributes: runAttributes(connection, module, 'verification'),
        priority: priorityOf('verification', connection),
        staticSummary: `Verification of ${module} (${connection}), whose counts differ`,
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw translate(error);
  }
}
