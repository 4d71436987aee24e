/**
 * Upper bounds of the latency histogram, in milliseconds. Stored counts refer to these bounds, so the list never
 * changes: counts by other bounds could not be added to them.
 */
export const LATENCY_BOUNDS_MS = [25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000] as const;

/** An empty histogram: one count for each bound and one for latencies above the last. */
export function noLatencies(): number[] {
  return Array<number>(LATENCY_BOUNDS_MS.length + 1).fill(0);
}

/** Counts one call; a latency equal to a bound counts below it. */
export function countLatency(buckets: number[], latencyMs: number): void {
  const index = LATENCY_BOUNDS_MS.findIndex((bound) => latencyMs <= bound);
  const bucket = index === -1 ? LATENCY_BOUNDS_MS.length : index;
  buckets[bucket] = (buckets[bucket] ?? 0) + 1;
}

/**
 * Bound below which a share of the calls ended, in milliseconds: as exact as the bounds are.
 * @param share 0 to 1, e.g. 0.95
 * @returns undefined without a call, `Infinity` above the last bound
 */
export function latencyQuantile(buckets: readonly number[], share: number): number | undefined {
  const total = buckets.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let seen = 0;
  for (const [bucket, count] of buckets.entries()) {
    seen += count;
    if (count > 0 && seen >= share * total) return LATENCY_BOUNDS_MS[bucket] ?? Infinity;
  }
  return Infinity;
}
