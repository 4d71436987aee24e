/** Rows may always vanish up to this many: a share of a tiny module says nothing. */
export const SWEEP_FREE_ROWS = 25;
export const SWEEP_DEFAULT_PERCENT = 10;

/**
 * Whether removing rows needs a person's word first. A permission that was taken away or a wrong connection looks like
 * a module whose rows are all gone; nothing is removed on that evidence alone.
 */
export function sweepNeedsApproval(
  candidates: number,
  mirrorRows: number,
  percent: number = SWEEP_DEFAULT_PERCENT,
): boolean {
  return candidates > SWEEP_FREE_ROWS && candidates * 100 > mirrorRows * percent;
}
