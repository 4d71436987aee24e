import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { TemporalClient } from '../client';
import { type IngestionTarget, recordsChangedSignal } from '../contract/sync-messages';
import { ingestionWorkflowId, syncWorkflowId } from '../ids';
import { priorityOf } from '../priorities';
import { runAttributes } from '../search-attributes';
import { TASK_QUEUES } from '../task-queues';
import { translate } from './command-errors';

/** Temporal as whoever learns of changes uses it. Every method answers or fails in time. */
export interface IngestionCommands {
  /** Lets the inbox of a module be read, by the workflow that runs or by a new one. @throws TemporalUnavailable */
  wake(target: IngestionTarget): Promise<void>;
  /**
   * Starts an incremental sync of a module of which changes may have been missed.
   * @returns false while one is at work that began before
   * @throws TemporalUnavailable
   */
  readMissed(target: IngestionTarget): Promise<boolean>;
}

const CALL_MS = 5_000;

export function createIngestionCommands({ client, connection }: TemporalClient): IngestionCommands {
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await connection.withDeadline(Date.now() + CALL_MS, work);
    } catch (error) {
      throw error instanceof WorkflowExecutionAlreadyStartedError ? error : translate(error);
    }
  };
  return {
    async wake(target) {
      await call(() =>
        client.workflow.signalWithStart('ingestNotifications', {
          workflowId: ingestionWorkflowId(target.connection, target.key),
          signal: recordsChangedSignal,
          signalArgs: [],
          ...startOf(target, 'webhook_update'),
          staticSummary: `Notifications of ${target.module} (${target.connection})`,
        }),
      );
    },
    async readMissed(target) {
      try {
        await call(() =>
          client.workflow.start('incrementalSync', {
            workflowId: syncWorkflowId('incremental_sync', target.connection, target.key),
            workflowIdConflictPolicy: 'FAIL',
            ...startOf(target, 'incremental_sync'),
            staticSummary: `Incremental sync of ${target.module} (${target.connection})`,
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
        throw error;
      }
    },
  };
}

function startOf(
  { connectionId, connection, mirrorId, module, key }: IngestionTarget,
  kind: 'webhook_update' | 'incremental_sync',
) {
  const input = { connectionId, connection, module, key, trigger: 'notification', options: {} };
  return {
    taskQueue: TASK_QUEUES.core,
    priority: priorityOf(kind, connection),
    args: [kind === 'webhook_update' ? { ...input, mirrorId } : input],
    typedSearchAttributes: runAttributes(connection, module, kind),
  };
}
