import {
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  isGrpcServiceError,
} from '@temporalio/client';

/** Temporal did not answer. The same command may succeed later. */
export class TemporalUnavailable extends Error {
  override readonly name = 'TemporalUnavailable';
}

/** Temporal answered, but no worker took the command in time. */
export class NoWorkerAnswered extends Error {
  override readonly name = 'NoWorkerAnswered';
}

/** A workflow of the same type runs already for the module. */
export class SyncWorkflowRunning extends Error {
  override readonly name = 'SyncWorkflowRunning';
}

/** The session's workflow ended, or Temporal never heard of it. */
export class SyncWorkflowNotRunning extends Error {
  override readonly name = 'SyncWorkflowNotRunning';
}

/** The workflow refused the command; the message is its reason. */
export class CommandRefused extends Error {
  override readonly name = 'CommandRefused';
}

/** Translates a failure of Temporal to an error of the API; any other error is returned as it is. */
export function translate(error: unknown): unknown {
  if (error instanceof WorkflowExecutionAlreadyStartedError) {
    return new SyncWorkflowRunning(`Workflow ${error.workflowId} is already running.`, { cause: error });
  }
  if (error instanceof WorkflowNotFoundError) {
    return new SyncWorkflowNotRunning(`Workflow ${error.workflowId} is not running.`, { cause: error });
  }
  if (error instanceof WorkflowUpdateFailedError) {
    return new CommandRefused(error.cause?.message ?? error.message, { cause: error });
  }
  if (error instanceof ServiceError || isGrpcServiceError(error)) {
    return new TemporalUnavailable('Temporal did not answer.', { cause: error });
  }
  return error;
}
