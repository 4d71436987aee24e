import { API_PREFIX } from '../connection/callback-urls';
import type { BulkOperationKind } from '../domain/runs/bulk-operations';

export { API_PREFIX };

export function operationsPath(kind: BulkOperationKind): string {
  return `${API_PREFIX}/${kind === 'bulk_write' ? 'bulk-writes' : 'mass-updates'}`;
}

export function operationPath(kind: BulkOperationKind, id: string): string {
  return `${operationsPath(kind)}/${id}`;
}

export function sessionPath(id: string): string {
  return `${API_PREFIX}/sessions/${id}`;
}

/** @param nameOrId of the connection */
export function connectionPath(nameOrId: string): string {
  return `${API_PREFIX}/connections/${encodeURIComponent(nameOrId)}`;
}

/** @param name of the configuration */
export function configurationPath(name: string): string {
  return `${API_PREFIX}/configurations/${encodeURIComponent(name)}`;
}

/** @param id of the approval */
export function approvalPath(id: string): string {
  return `${API_PREFIX}/approvals/${encodeURIComponent(id)}`;
}

/** @param id of the change */
export function schemaChangePath(id: string): string {
  return `${API_PREFIX}/schema-changes/${encodeURIComponent(id)}`;
}

/** @param id of the schedule */
export function schedulePath(id: string): string {
  return `${API_PREFIX}/schedules/${encodeURIComponent(id)}`;
}

/** @param module API name */
export function modulePath(module: string): string {
  return `${API_PREFIX}/modules/${encodeURIComponent(module)}`;
}

/** @param module API name */
export function mirrorRecordPath(module: string, id: string): string {
  return `${API_PREFIX}/mirror/${encodeURIComponent(module)}/records/${encodeURIComponent(id)}`;
}
