import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { TemporalClient } from '../client';
import type { FillInput } from '../contract/sync-messages';
import { fillWorkflowId } from '../ids';
import { priorityOf } from '../priorities';
import { runAttributes } from '../search-attributes';
import { TASK_QUEUES } from '../task-queues';
import { translate } from './command-errors';

/** New columns of a module whose values are to be read. */
export interface ColumnFill {
  connectionId: string;
  /** Name of the connection. */
  connection: string;
  /** Zoho's name of the module. */
  module: string;
  /** Name of the module in the engine's books. */
  key: string;
  /** API names of the fields. */
  fields: string[];
}

/** Time in milliseconds for the call to Temporal. */
const CALL_MS = 5_000;

/**
 * Starts reading the values of new columns.
 * @throws TemporalUnavailable
 */
export async function startColumnFill(
  { client, connection: temporal }: TemporalClient,
  { connectionId, connection, module, key, fields }: ColumnFill,
): Promise<void> {
  const input: FillInput = { connectionId, connection, module, key, trigger: 'housekeeping', options: { fields } };
  try {
    await temporal.withDeadline(Date.now() + CALL_MS, () =>
      client.workflow.start('fillColumns', {
        workflowId: fillWorkflowId(connection, key, fields),
        taskQueue: TASK_QUEUES.core,
        workflowIdConflictPolicy: 'FAIL',
        args: [input],
        typedSearchAttributes: runAttributes(connection, module, 'manual_refresh'),
        priority: priorityOf('incremental_sync', connection),
        staticSummary: `New columns of ${module} (${connection})`,
      }),
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw translate(error);
  }
}
