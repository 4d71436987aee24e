/** Start and end, in seconds of any one clock. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/**
 * Seconds covered by at least one of the intervals: overlaps count once, gaps do not count.
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
