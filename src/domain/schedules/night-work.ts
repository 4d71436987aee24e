import type { NightlyDepth, VerifyInterval } from '../configurations/configuration';
import type { Comparison } from '../runs/enums';

/** Sync of a module in a night. */
export type NightWork =
  | { sync: 'full'; compare: Comparison }
  /** Reads from so many hours before the watermark, too; histories of versions that did not look back lack it. */
  | { sync: 'incremental'; lookBackHours?: number };

const DAY_MS = 86_400_000;
/** A night begins now earlier, now later, and a comparison takes its time. */
const LEEWAY_MS = DAY_MS / 2;

const VERIFY_MS: Readonly<Record<VerifyInterval, number>> = {
  never: Infinity,
  nightly: DAY_MS,
  weekly: 7 * DAY_MS,
  monthly: 30 * DAY_MS,
};

/**
 * Decides what a night does with a module.
 * @param comparedAt when every value was compared last; null: never
 * @returns null for a module with which it does nothing
 */
export function nightWorkOf(
  {
    nightly,
    verifyEvery,
    lookBackHours,
  }: { nightly: NightlyDepth; verifyEvery: VerifyInterval; lookBackHours: number },
  comparedAt: Date | null,
  now: Date,
): NightWork | null {
  const since = comparedAt === null ? Infinity : now.getTime() - comparedAt.getTime();
  const isDue = verifyEvery !== 'never' && since >= VERIFY_MS[verifyEvery] - LEEWAY_MS;
  if (isDue) return { sync: 'full', compare: 'values' };
  if (nightly === 'compare') return { sync: 'full', compare: 'times' };
  return nightly === 'incremental' ? { sync: 'incremental', lookBackHours } : null;
}

/** Work that the completed syncs of a module have done since a moment. */
export interface WorkDone {
  /** A full sync, which compares ids and times at least. */
  allRows: boolean;
  /** One that compared every value. */
  values: boolean;
  /** The incremental sync of a night, which looks back. */
  changes: boolean;
}

/** Whether a night that is made up for finds its work done. */
export function isNightWorkDone(work: NightWork, { allRows, values, changes }: WorkDone): boolean {
  if (work.sync === 'incremental') return changes || allRows;
  return work.compare === 'values' ? values : allRows;
}
