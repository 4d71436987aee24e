/** Before every path: the version of the interface. */
export const API_PREFIX = '/api/v1';

/** Where Zoho sends the browser back to, below the prefix. */
export const CALLBACK_PATH = '/oauth/callback';

/** @param kind `bulk-writes` or `mass-updates` */
export function operationPath(kind: 'bulk-writes' | 'mass-updates', id: string): string {
  return `${API_PREFIX}/${kind}/${id}`;
}

/**
 * What Zoho is given to call when the job of a file ends.
 * @param publicUrl where Zoho reaches this API; empty if it cannot
 */
export function bulkWriteCallbackUrl(
  publicUrl: string,
  operationId: string,
  file: number,
  secret: string,
): string | undefined {
  if (publicUrl === '') return undefined;
  const url = new URL(`${publicUrl.replace(/\/$/, '')}${API_PREFIX}/callbacks/bulk-write/${operationId}`);
  url.search = new URLSearchParams({ file: String(file), secret }).toString();
  return url.href;
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
