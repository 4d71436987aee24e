/** Workflow ids. Everyone who starts, signals or looks for a workflow gets its id here. */

/** One id for every pull of a module: Temporal itself excludes two of them. */
export function syncWorkflowId(connection: string, module: string): string {
  return `sync:${connection}:${module}`;
}

export function bulkWriteWorkflowId(operationId: string): string {
  return `bulk-write:${operationId}`;
}

export function massUpdateWorkflowId(operationId: string): string {
  return `mass-update:${operationId}`;
}

export const RECONCILE_SESSIONS_WORKFLOW_ID = 'reconcile-sessions';

export const RECONCILE_CONNECTIONS_WORKFLOW_ID = 'reconcile-connections';
