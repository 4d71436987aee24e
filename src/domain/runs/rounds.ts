/** Rows that shift between pages are found by reading again. More rounds than this would mean that something is wrong. */
export const MAX_ROUNDS = 3;
/** Passes of one catch-up with an organization that changes while it is counted. */
export const MAX_PASSES = 6;

/** Numbers of the rounds from one on, up to the last that is allowed. */
export function roundsFrom(first: number): number[] {
  return Array.from({ length: Math.max(0, MAX_ROUNDS - first + 1) }, (_, index) => first + index);
}

/**
 * Whether a round loads into a mirror that has always been empty. Then nothing can have vanished, so it needs neither
 * the ids of the rows it saw nor a sweep. A later round finds the rows of the earlier ones.
 */
export function isFirstLoad(plan: { mirrorWasEmpty: boolean }, round: number): boolean {
  return plan.mirrorWasEmpty && round === 1;
}
