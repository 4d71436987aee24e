/** A Date header has whole seconds. */
const RESOLUTION_MS = 1_000;

/** A clock's reading in an answer of Zoho's, and ours at that moment. */
export interface ClockReading {
  /** The Date header, or our clock if there was none. */
  serverTime: Date;
  ownTime: Date;
}

/** The latest time that it can be at Zoho: of what is certainly so now, such as that a record is gone. */
export function latestNow({ serverTime, ownTime }: ClockReading): Date {
  return new Date(Math.max(serverTime.getTime(), ownTime.getTime()));
}

/**
 * The earliest time that it can be at Zoho: a mark that no later change lies before. A gateway may have put its own clock
 * into the answer, and ours may be wrong: of two clocks the slower one costs a second reading, the faster one changes.
 */
export function earliestNow({ serverTime, ownTime }: ClockReading): Date {
  return new Date(Math.min(serverTime.getTime(), ownTime.getTime()));
}

/**
 * A time on Zoho's clock before a request was sent. It is compared with times that Zoho wrote, such as those of deletes,
 * so it is Zoho's word; where that was wrong, the merge finds contradictions and asks again.
 * @param elapsedMs from before it was sent until its answer came
 */
export function sentAfter(reading: ClockReading, elapsedMs: number): Date {
  return new Date(reading.serverTime.getTime() - Math.ceil(elapsedMs) - RESOLUTION_MS);
}

const WITH_OFFSET = /(Z|[+-]\d{2}:?\d{2})$/;

/**
 * Milliseconds since 1970 of a time as Zoho writes it; `NaN` for a time without an offset, which JavaScript would take for
 * one of the process's own time zone.
 */
export function instantOf(time: string): number {
  return WITH_OFFSET.test(time) ? Date.parse(time) : NaN;
}
