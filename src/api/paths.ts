import { API_PREFIX } from '../connection/callback-urls';

export { API_PREFIX };

/** @param kind `bulk-writes` or `mass-updates` */
export function operationPath(kind: 'bulk-writes' | 'mass-updates', id: string): string {
  return `${API_PREFIX}/${kind}/${id}`;
}

export function sessionPath(id: string): string {
  return `${API_PREFIX}/sessions/${id}`;
}

/** @param nameOrId of the connection */
export function connectionPath(nameOrId: string): string {
  return `${API_PREFIX}/connections/${encodeURIComponent(nameOrId)}`;
}

/** @param module API name */
export function modulePath(module: string): string {
  return `${API_PREFIX}/modules/${encodeURIComponent(module)}`;
}
