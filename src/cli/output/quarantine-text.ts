import type { QuarantineDetailsAnswer, QuarantineEntryAnswer } from '../../api/quarantine/schemas';
import { formatPairs, formatTable } from './table';

/** One line a record. */
export function quarantineTable(entries: readonly QuarantineEntryAnswer[]): string {
  if (entries.length === 0) return 'Nothing in quarantine.';
  const rows = entries.map(({ connection, module, recordId, status, attempts, fields }) => {
    const why = fields.map(({ field, reason }) => `${field}: ${reason}`).join(' ');
    return [connection, module, recordId, status, String(attempts), why];
  });
  return formatTable(['connection', 'module', 'record', 'status', 'attempts', 'why'], rows, [0, 1, 2, 3, 5]);
}

/** Everything about a record; what is not known is left out. */
export function quarantineDetails(entry: QuarantineDetailsAnswer): string {
  const { fields, values, closedAt, closedBy } = entry;
  const refused = fields.map(({ field, reason }): [string, string] => {
    const value = values?.find((each) => each.field === field)?.value;
    return [field, value === null || value === undefined ? reason : `${reason} It is: ${value}`];
  });
  const known: [string, string | null][] = [
    ['record', `${entry.recordId} of ${entry.module} (${entry.connection})`],
    ['status', closedAt === null ? entry.status : `closed by ${closedBy ?? 'nobody known'}, ${closedAt}`],
    ['since', entry.openedAt],
    ['version', entry.zohoTime],
    ['attempts', String(entry.attempts)],
    ['next attempt', entry.nextRetryAt],
    ['session', entry.sessionId],
    ...refused,
    ['what to do', entry.whatToDo],
  ];
  return formatPairs(known.filter((pair): pair is [string, string] => pair[1] !== null));
}
