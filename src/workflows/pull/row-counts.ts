import type { RowCounts } from '../../temporal/contract/results';

/** Whether both sides have the same rows; those in quarantine that the mirror never had are accounted for. */
export function agree({ zohoRows, mirrorRows, unmirroredRows }: RowCounts): boolean {
  return zohoRows === mirrorRows + unmirroredRows;
}

/** How far both sides are apart, as a sentence. */
export function describeDifference(module: string, { zohoRows, mirrorRows, unmirroredRows }: RowCounts): string {
  const quarantined = unmirroredRows > 0 ? ` and ${unmirroredRows} are in quarantine only` : '';
  return `Zoho counts ${zohoRows} rows of ${module}, the mirror has ${mirrorRows}${quarantined}.`;
}
