/** Removals of fewer rows need no approval: a share of a tiny module means nothing. */
export const MASS_DELETE_LEAST_ROWS = 50;
const MASS_DELETE_DEFAULT_PERCENT = 10;

/**
 * Whether deleting so many rows needs a person's approval first. A revoked permission or a wrong connection looks like
 * a module whose rows are all gone; nothing is deleted on that evidence alone.
 */
export function massDeleteNeedsApproval(
  candidates: number,
  mirrorRows: number,
  percent: number = MASS_DELETE_DEFAULT_PERCENT,
): boolean {
  return candidates >= MASS_DELETE_LEAST_ROWS && candidates * 100 > mirrorRows * percent;
}
