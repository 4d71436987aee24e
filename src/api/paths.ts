/** Before every path: the version of the interface. */
export const API_PREFIX = '/api/v1';

/** Where Zoho sends the browser back to, below the prefix. */
export const CALLBACK_PATH = '/oauth/callback';

export function sessionPath(id: string): string {
  return `${API_PREFIX}/sessions/${id}`;
}

/** @param nameOrId of the connection */
export function connectionPath(nameOrId: string): string {
  return `${API_PREFIX}/connections/${encodeURIComponent(nameOrId)}`;
}
