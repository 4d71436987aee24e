import type { ApiKey, CreatedApiKey } from '../../api/access/schemas';
import { formatPairs, formatTable } from './table';

/** One line a key. */
export function keyTable(keys: readonly ApiKey[]): string {
  if (keys.length === 0) return 'No keys.';
  const rows = keys.map(({ prefix, name, role, status, lastUsedAt, expiresAt }) => {
    return [prefix, name, role, status, lastUsedAt ?? 'never', expiresAt ?? 'never'];
  });
  return formatTable(['prefix', 'name', 'role', 'status', 'last used', 'expires'], rows, [0, 1, 2, 3, 4, 5]);
}

export function keyDetails({ prefix, name, role, status, expiresAt }: ApiKey): string {
  return formatPairs([
    ['prefix', prefix],
    ['name', name],
    ['role', role],
    ['status', status],
    ['expires', expiresAt ?? 'never'],
  ]);
}

export function createdKeyText({ key, secret }: CreatedApiKey): string {
  return `${keyDetails(key)}\n\n${secret}\n\nKeep it now: it is stored nowhere and not shown again.`;
}
