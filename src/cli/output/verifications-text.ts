import type { Difference, VerificationEntry } from '../../api/comparisons/schemas';
import { counted } from '../../domain/counted';
import { formatTable } from './table';

/** One line a comparison. */
export function verificationsTable(verifications: readonly VerificationEntry[]): string {
  if (verifications.length === 0) return 'Nothing was compared yet.';
  const rows = verifications.map(({ sessionId, connection, module, endedAt, depth, rowsCompared, drift, ...found }) => [
    sessionId,
    connection,
    module,
    endedAt,
    depth,
    String(rowsCompared),
    String(found.missing + found.stale + found.extra + found.values),
    `${(drift * 100).toFixed(4)} %`,
  ]);
  return formatTable(
    ['session', 'connection', 'module', 'ended', 'compared', 'rows', 'differed', 'drift'],
    rows,
    [0, 1, 2, 3, 4],
  );
}

/** The result of a comparison, for a person. */
export function verificationDetails(verification: VerificationEntry): string {
  const { summary, module, connection, explained, credits, promisedUntil, repairs } = verification;
  return [
    `${module} (${connection}): ${summary}`,
    `The mirror had to be right until ${promisedUntil ?? 'no time: nothing was promised'}; ${counted(explained, 'record')} changed since.`,
    `${counted(credits, 'credit')}.${repairs ? '' : ' Nothing was written.'}`,
  ].join('\n');
}

/** One line a record. */
export function differencesTable(differences: readonly Difference[]): string {
  if (differences.length === 0) return 'No records differed.';
  const rows = differences.map(({ recordId, kind, state, fields, zohoTime, mirrorTime }) => [
    recordId,
    kind,
    state,
    zohoTime ?? '',
    mirrorTime ?? '',
    fields.join(', '),
  ]);
  return formatTable(['record', 'kind', 'state', 'at Zoho', 'in the mirror', 'fields'], rows, [0, 1, 2, 3, 4, 5]);
}
