import { latestNight, type TimeOfDay } from './next-runs';

const HOUR_MS = 3_600_000;
/** Longer than Temporal makes up for a night after an outage, which it does first. */
const WAIT_MS = 6 * HOUR_MS;

/** Nights of a connection so far. */
export interface NightsSoFar {
  /** When the last one began, whoever started it; null: never. */
  beganAt: Date | null;
  /** When nights were first wanted. */
  wantedSince: Date;
}

/**
 * Finds the night that has not come: in the gap of a clock that is put forward when the gap ends, else six hours after
 * its time.
 * @returns its day, `YYYY-MM-DD`; undefined where nothing is missing
 */
export function missedNight(night: TimeOfDay, { beganAt, wantedSince }: NightsSoFar, now: Date): string | undefined {
  const last = latestNight(night, now, (each) => (each.isInGap ? 0 : WAIT_MS));
  if (!last || last.begins <= wantedSince) return undefined;
  return beganAt !== null && beganAt >= last.begins ? undefined : last.date;
}

/** Whether a night that begins by the clock is the second one of a time that comes twice. @param byClockAt when one began last */
export function isSecondOfNight(byClockAt: Date | null, now: Date): boolean {
  return byClockAt !== null && now.getTime() - byClockAt.getTime() < WAIT_MS;
}
