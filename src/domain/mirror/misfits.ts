/** Share of a module, in per cent, that may be in quarantine before its mirror cannot stand for it any more. */
const MAX_MISFIT_PERCENT = 50;
/** Number of records that may always be in quarantine beside some that fit: a share of a tiny module means nothing. */
export const MISFIT_FREE_RECORDS = 10;

/** True if so many records do not fit that a sync must not call the mirror complete, however well it counts. */
export function mostRecordsMisfit(quarantinedRows: number, zohoRows: number): boolean {
  const isFew = quarantinedRows <= MISFIT_FREE_RECORDS && quarantinedRows < zohoRows;
  return !isFew && quarantinedRows * 100 > zohoRows * MAX_MISFIT_PERCENT;
}
