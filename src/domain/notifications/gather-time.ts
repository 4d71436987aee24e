/** Pauses in milliseconds before records are read of which Zoho has told: what comes meanwhile takes no calls of its own. */
const USUAL_MS = 300;
const SPARING_MS = 5_000;
const MOST_SPARING_MS = 60_000;

/**
 * Pause before the next look into an inbox: the fewer credits are left of the day, the longer.
 * @param left credits, and `usable` those of a whole day; null without a limit
 */
export function gatherMs({ left, usable }: { left: number; usable: number | null }): number {
  if (usable === null || left * 3 >= usable) return USUAL_MS;
  return left * 10 >= usable ? SPARING_MS : MOST_SPARING_MS;
}
