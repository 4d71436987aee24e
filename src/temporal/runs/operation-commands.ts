import type { BulkOperationKind } from '../../domain/runs/bulk-operations';
import type { TemporalClient } from '../client';
import { jobFinishedSignal, type BulkOperationInput } from '../contract/operation-messages';
import { bulkWriteWorkflowId, massUpdateWorkflowId } from '../ids';
import { priorityOf } from '../priorities';
import { runAttributes } from '../search-attributes';
import { TASK_QUEUES } from '../task-queues';
import { translate } from './command-errors';
import { type WorkflowTarget } from './sync-commands';

/** Temporal as the control API uses it for bulk writes and mass updates. Every method answers or fails in time. */
export interface OperationCommands {
  /** Starts the workflow of an operation. @throws TemporalUnavailable */
  start(kind: BulkOperationKind, input: BulkOperationInput, requestedBy: string): Promise<Required<WorkflowTarget>>;
  /** Tells a bulk write that Zoho calls a file's job ended. @throws SyncWorkflowNotRunning, TemporalUnavailable */
  jobFinished(operationId: string, file: number): Promise<void>;
}

const CALL_MS = 5_000;

/** Temporal takes 400 bytes of a summary. */
const MAX_MODULES = 200;

const WORKFLOWS = {
  bulk_write: { type: 'bulkWrite', idOf: bulkWriteWorkflowId, title: 'Bulk write' },
  mass_update: { type: 'massUpdate', idOf: massUpdateWorkflowId, title: 'Mass update' },
} as const;

export function createOperationCommands({ client, connection }: TemporalClient): OperationCommands {
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await connection.withDeadline(Date.now() + CALL_MS, work);
    } catch (error) {
      throw translate(error);
    }
  };
  return {
    async start(kind, input, requestedBy) {
      const { type, idOf, title } = WORKFLOWS[kind];
      const workflowId = idOf(input.operationId);
      const modules = shortened(input.modules.join(', '));
      const handle = await call(() =>
        client.workflow.start(type, {
          workflowId,
          taskQueue: TASK_QUEUES.core,
          // A start whose answer was lost is the same start.
          workflowIdConflictPolicy: 'USE_EXISTING',
          args: [input],
          typedSearchAttributes: runAttributes(input.connection, modules, kind),
          priority: priorityOf(kind, input.connection),
          memo: { sessionId: input.operationId, requestedBy },
          staticSummary: `${title} to ${modules} (${input.connection})`,
          staticDetails: `- operation: \`${input.operationId}\`\n- requested by: ${requestedBy}`,
        }),
      );
      return { workflowId, firstExecutionRunId: handle.firstExecutionRunId };
    },
    async jobFinished(operationId, file) {
      await call(() => client.workflow.getHandle(bulkWriteWorkflowId(operationId)).signal(jobFinishedSignal, { file }));
    },
  };
}

function shortened(text: string): string {
  return text.length <= MAX_MODULES ? text : `${text.slice(0, MAX_MODULES)}...`;
}
