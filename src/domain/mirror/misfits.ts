/** Share of a module, in per cent, that may be in quarantine before its mirror cannot stand for it any more. */
const MAX_MISFIT_PERCENT = 50;

/** True if so many records do not fit that a sync must not call the mirror complete, however well it counts. */
export function mostRecordsMisfit(quarantinedRows: number, zohoRows: number): boolean {
  return quarantinedRows > 0 && quarantinedRows * 100 > zohoRows * MAX_MISFIT_PERCENT;
}
