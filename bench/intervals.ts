/** From one moment to a later one, both in seconds of any one clock. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/**
 * The seconds that at least one of the intervals covers. Pieces of work that overlap count once, pauses in which
 * nothing was done count nothing.
 */
export function secondsCovered(intervals: readonly Interval[]): number {
  let covered = 0;
  let coveredUntil = -Infinity;
  for (const { from, to } of [...intervals].sort((a, b) => a.from - b.from)) {
    covered += Math.max(0, to - Math.max(from, coveredUntil));
    coveredUntil = Math.max(coveredUntil, to);
  }
  return covered;
}
