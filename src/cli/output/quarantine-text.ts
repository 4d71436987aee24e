import type { QuarantineEntryAnswer } from '../../api/quarantine/schemas';
import { formatTable } from './table';

/** One line a record. */
export function quarantineTable(entries: readonly QuarantineEntryAnswer[]): string {
  if (entries.length === 0) return 'Nothing in quarantine.';
  const rows = entries.map(({ connection, module, recordId, status, attempts, fields }) => {
    const why = fields.map(({ field, reason }) => `${field}: ${reason}`).join(' ');
    return [connection, module, recordId, status, String(attempts), why];
  });
  return formatTable(['connection', 'module', 'record', 'status', 'attempts', 'why'], rows, [0, 1, 2, 3, 5]);
}
