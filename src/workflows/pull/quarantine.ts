import { counted } from '../../domain/counted';
import { describeComparison, type ComparisonFindings } from '../../domain/mirror/comparison-findings';
import { mostRecordsMisfit } from '../../domain/mirror/misfits';
import type { CountVerification, Verification } from '../../domain/runs/verification';
import { FAILURES, permanentFailure } from '../../temporal/contract/failures';
import type { RowCounts } from '../../temporal/contract/results';

/** Result of the check at the end of a session, with what it is based on. */
export interface Checked {
  verification: Verification;
  /** Absent where nothing was counted. */
  counts?: RowCounts | undefined;
  quarantinedRows?: number | undefined;
}

/** @throws quarantine.most_records when the mirror lacks, or holds as they were, more records than it has right */
export function assertMostFit(module: string, counts: RowCounts): void {
  const { misfits, mirrorRows, quarantinedRows, zohoRows } = counts;
  // Histories without the columns were written by versions that did not ask.
  if (!misfits || !mostRecordsMisfit(quarantinedRows, zohoRows)) return;
  throw permanentFailure(
    FAILURES.quarantine.mostRecords,
    `${quarantinedRows} of ${counted(zohoRows, 'record')} of ${module} do not fit (${columnsOf(misfits)}); the mirror has ${counted(mirrorRows, 'row')}.`,
  );
}

/**
 * The sentence with which a session completes.
 * @param findings of a comparison of all rows, if there was one
 */
export function describeVerification(
  module: string,
  { verification, counts, quarantinedRows = 0 }: Checked,
  findings?: ComparisonFindings,
): string {
  if (!counts || verification.kind === 'changes') return describeChanges(module, quarantinedRows);
  const verified = `${describeCounts(module, counts)}${describeOutcome(verification)}`;
  return findings ? `${verified} ${describeComparison(findings)}` : verified;
}

function describeChanges(module: string, quarantinedRows: number): string {
  const misfits = quarantinedRows > 0 ? ` ${counted(quarantinedRows, 'record is', 'records are')} in quarantine.` : '';
  return `Every change of ${module} was read. No row came or went, so the last count holds.${misfits}`;
}

function describeCounts(module: string, counts: RowCounts): string {
  const { zohoRows, mirrorRows, quarantinedRows, unmirroredRows, heldRows = 0, misfits = [] } = counts;
  const held =
    heldRows > 0
      ? ` ${counted(heldRows, 'row that Zoho no longer has stays', 'rows that Zoho no longer has stay')} until somebody decides.`
      : '';
  if (quarantinedRows === 0) {
    return zohoRows === mirrorRows && heldRows === 0
      ? `Verified: Zoho and the mirror both count ${counted(zohoRows, 'row')} of ${module}.`
      : `Zoho counts ${counted(zohoRows, 'row')} of ${module}, the mirror has ${mirrorRows}.${held}`;
  }
  const older = quarantinedRows - unmirroredRows;
  const parts = [
    ...(unmirroredRows > 0 ? [counted(unmirroredRows, 'is in quarantine only', 'are in quarantine only')] : []),
    ...(older > 0 ? [counted(older, 'keeps its last good values', 'keep their last good values')] : []),
  ];
  const columns = misfits.length > 0 ? ` (${columnsOf(misfits)})` : '';
  return `Zoho counts ${counted(zohoRows, 'row')} of ${module}, the mirror has ${mirrorRows}; ${counted(quarantinedRows, 'record does', 'records do')} not fit${columns}: ${parts.join(', ')}.${held}`;
}

function describeOutcome({ outcome, ...counts }: CountVerification): string {
  if (outcome === 'unexplained') {
    return ' Every change was read, and none explains the difference: a comparison of all rows is asked for.';
  }
  if (outcome === 'known') return ' They differed like that when it was looked into before.';
  return counts.zohoRows === counts.mirrorRows + counts.unmirroredRows - (counts.heldRows ?? 0)
    ? ''
    : ' What was created and deleted while both were counted explains the difference.';
}

function columnsOf(misfits: NonNullable<RowCounts['misfits']>): string {
  return misfits.map(({ column, rows }) => `${column}: ${rows}`).join(', ');
}
