import { median } from './median';

/** Median of durations, and what all but one of a hundred stay below; rounded to a thousandth of their unit. */
export interface Spread {
  median: number;
  p99: number;
}

/** @throws Error for no durations */
export function spread(times: readonly number[]): Spread {
  const sorted = times.toSorted((a, b) => a - b);
  return { median: round(median(sorted)), p99: round(sorted[Math.floor(sorted.length * 0.99)] ?? NaN) };
}

function round(time: number): number {
  return Math.round(time * 1_000) / 1_000;
}
