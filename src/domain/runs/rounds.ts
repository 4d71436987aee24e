/**
 * Most rounds of a full sync. Reading again finds rows that shifted between pages; if this many rounds do not suffice,
 * something is wrong.
 */
export const MAX_ROUNDS = 3;
/** Most passes of one catch-up, for changes between which others slip while they are read by page tokens. */
export const MAX_PASSES = 4;

/** Numbers of the rounds from `first` to the last one allowed. */
export function roundsFrom(first: number): number[] {
  return Array.from({ length: Math.max(0, MAX_ROUNDS - first + 1) }, (_, index) => first + index);
}

/**
 * Whether a round loads into a mirror that has always been empty. No row can have vanished then, so the round needs
 * neither the ids it has seen nor a sweep. A later round finds the rows of the earlier ones.
 */
export function isFirstLoad(plan: { mirrorWasEmpty: boolean }, round: number): boolean {
  return plan.mirrorWasEmpty && round === 1;
}
