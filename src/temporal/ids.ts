/** Workflow ids. Everyone who starts, signals or looks for a workflow gets its id here. */

const PREFIXES = { full_sync: 'full-sync', incremental_sync: 'incremental-sync', verification: 'verify' } as const;

/** Types of sessions that sync or compare a whole module. */
export type ModuleSyncType = keyof typeof PREFIXES;

/** One id for every sync of a type of a module: Temporal itself excludes two of them. */
export function syncWorkflowId(sessionType: ModuleSyncType, connection: string, module: string): string {
  return `${PREFIXES[sessionType]}:${connection}:${module}`;
}

/** A night that a person starts; by schedule Temporal adds the time to the id of the schedule. */
export function nightlyWorkflowId(connection: string): string {
  return `nightly-sync:${connection}`;
}

/** A night that housekeeping starts, since the clock did not. @param date its day, `YYYY-MM-DD` */
export function missedNightWorkflowId(connection: string, date: string): string {
  return `nightly:${connection}-${date}-missed`;
}

/** A session of chosen records stands in nobody's way: each has an id of its own. */
export function refreshWorkflowId(sessionId: string): string {
  return `refresh:${sessionId}`;
}

/** One workflow reads what Zoho tells of a module. @param key of the module in the engine's books */
export function ingestionWorkflowId(connection: string, key: string): string {
  return `notifications:${connection}:${key}`;
}

/** Reading the values of new columns. @param key of the module in the engine's books @param fields API names */
export function fillWorkflowId(connection: string, key: string, fields: readonly string[]): string {
  return `fill:${connection}:${key}:${fields.join('+').slice(0, 200)}`;
}

/** An approved removal has one workflow, however often it is started. */
export function approvalWorkflowId(approvalId: string): string {
  return `approval:${approvalId}`;
}

export function bulkWriteWorkflowId(operationId: string): string {
  return `bulk-write:${operationId}`;
}

export function massUpdateWorkflowId(operationId: string): string {
  return `mass-update:${operationId}`;
}

/** One workflow keeps the house of a namespace. */
export const HOUSEKEEPING_WORKFLOW_ID = 'housekeeping';
