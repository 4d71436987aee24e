/** Most readings of a module by one session: as planned, once more to compare, and ids alone by the other way. */
export const MAX_READS = 3;
/** Most passes of one catch-up, for changes between which others slip while they are read by page tokens. */
export const MAX_PASSES = 4;

/**
 * Whether a round loads into a mirror that has always been empty. No row can have vanished then, so the round needs
 * neither the ids it has seen nor a sweep. A later round finds the rows of the earlier ones.
 */
export function isFirstLoad(plan: { mirrorWasEmpty: boolean }, round: number): boolean {
  return plan.mirrorWasEmpty && round === 1;
}
