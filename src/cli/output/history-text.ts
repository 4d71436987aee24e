import type { z } from 'zod';
import { HistoryPage, type HistoryEntry } from '../../api/mirror/schemas';
import { parseExactJson } from '../../domain/records/parse-exact-json';
import { printableValue } from './printable';
import { shortText } from './records-text';
import { formatTable } from './table';

/** The field whose change is the time of the entry. */
const TIME_FIELD = 'Modified_Time';

/** Reads an answer with the history of a record; numbers of values are texts with their digits. */
export function readHistory(text: string): z.infer<typeof HistoryPage> {
  return printableValue(HistoryPage.parse(parseExactJson(text, (digits) => digits)));
}

/** A line for each changed field, and one for each entry without any. @param field the only field that is asked for */
export function historyTable(entries: readonly HistoryEntry[], field?: string): string {
  if (entries.length === 0) return 'Nothing has changed since it was loaded.';
  const rows = entries.flatMap((entry) => linesOf(entry, field));
  return formatTable(['here', 'in Zoho', 'field', 'from', 'to', 'by', 'session'], rows, [0, 1, 2, 3, 4, 5, 6]);
}

function linesOf(entry: HistoryEntry, field: string | undefined): string[][] {
  const { at, zohoTime, event, actor, reason, session, changes } = entry;
  const isTimeWanted = field?.toLowerCase() === TIME_FIELD.toLowerCase();
  const shown = changes.filter((change) => isTimeWanted || changes.length === 1 || change.field !== TIME_FIELD);
  const times = [secondOf(at), zohoTime === null ? '' : secondOf(zohoTime)];
  const source = [actor ?? (reason === 'silent' ? 'Zoho itself' : ''), session?.id ?? ''];
  if (event === 'loaded') {
    return [[...times, 'loaded by full sync', '', '', '', session?.id ?? '']];
  }
  if (shown.length === 0) {
    const kind = event === 'deleted' && reason !== null ? ` (${reason})` : '';
    return [[...times, `${event}${kind}`, '', '', ...source]];
  }
  return shown.map((change) => [...times, change.field, ...valuesOf(change), ...source]);
}

/** Beyond the bound of a session nothing but the field is kept. */
function valuesOf(change: HistoryEntry['changes'][number]): [from: string, to: string] {
  return 'to' in change ? [shortText(change.from), shortText(change.to)] : ['not kept', 'not kept'];
}

/** `2026-11-17 09:00:00` */
function secondOf(time: string): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}
