/** Before every path: the version of the interface. */
export const API_PREFIX = '/api/v1';

export function sessionPath(id: string): string {
  return `${API_PREFIX}/sessions/${id}`;
}
