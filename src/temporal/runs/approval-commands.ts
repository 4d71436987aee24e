import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { TemporalClient } from '../client';
import type { ApprovalInput } from '../contract/sync-messages';
import { approvalWorkflowId } from '../ids';
import { SyncConnection, SyncKind, SyncModule, SyncStatus } from '../search-attributes';
import { TASK_QUEUES } from '../task-queues';
import { translate } from './command-errors';

/** An approved removal, and the module that it is of. */
export interface ApprovalTarget {
  id: string;
  connectionId: string;
  /** Name of the connection. */
  connection: string;
  /** Zoho's name of the module. */
  module: string;
  /** Name of the module in the engine's books. */
  key: string;
}

/** Temporal as whoever has decided uses it. Every method answers or fails in time. */
export interface ApprovalCommands {
  /** Lets an approved removal be done; nothing happens while it is at work. @throws TemporalUnavailable */
  apply(target: ApprovalTarget): Promise<void>;
}

const CALL_MS = 5_000;

export function createApprovalCommands({ client, connection }: TemporalClient): ApprovalCommands {
  return {
    async apply({ id, connectionId, connection: name, module, key }) {
      const input: ApprovalInput = {
        approvalId: id,
        connectionId,
        connection: name,
        module,
        key,
        trigger: 'api',
        options: {},
      };
      try {
        await connection.withDeadline(Date.now() + CALL_MS, () =>
          client.workflow.start('applyApproval', {
            workflowId: approvalWorkflowId(id),
            workflowIdConflictPolicy: 'FAIL',
            taskQueue: TASK_QUEUES.core,
            args: [input],
            typedSearchAttributes: [
              { key: SyncConnection, value: name },
              { key: SyncModule, value: module },
              { key: SyncKind, value: 'manual_refresh' },
              { key: SyncStatus, value: 'initiated' },
            ],
            staticSummary: `Approved removal of records of ${module} (${name})`,
          }),
        );
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw translate(error);
      }
    },
  };
}
