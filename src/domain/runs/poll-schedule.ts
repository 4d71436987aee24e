const FIRST_MS = 400;
const GROWTH = 1.3;
const MAX_MS = 15_000;
/** Interval of polling around the time when a job is expected to end, in milliseconds. */
const CLOSE_MS = 400;
/** Multiple of the expected time from which a job counts as overdue, and the least time it has in any case. */
const OVERDUE_FACTOR = 5;
const MIN_OVERDUE_MS = 20_000;
/** Time after which a job of which nothing was expected counts as overdue. */
const UNEXPECTED_OVERDUE_MS = 600_000;

/**
 * Delay before a job's state is polled again: short at first because small jobs take seconds, longer later because
 * every poll costs a call, and never past the time when the job is expected to end. The longest delay also bounds how
 * late a finished job is noticed.
 * @param attempt 1 for the delay after the first poll
 * @param expectedMs time until the job is expected to end; negative if it is late
 */
export function pollDelayMs(attempt: number, expectedMs: number): number {
  const usual = Math.min(MAX_MS, FIRST_MS * GROWTH ** (attempt - 1));
  const untilExpected = expectedMs > 0 ? Math.max(CLOSE_MS / 2, expectedMs) : Infinity;
  const justLate = expectedMs <= 0 && expectedMs > -2 * usual ? CLOSE_MS : Infinity;
  return Math.round(Math.min(usual, untilExpected, justLate));
}

/**
 * True for a job that takes so much longer than expected that a person should hear of it. Queues of Zoho's make some
 * jobs late, so a few times as long is nothing.
 * @param expectedMs how long it was expected to take, where that is known
 */
export function isJobOverdue(elapsedMs: number, expectedMs?: number): boolean {
  if (expectedMs === undefined) return elapsedMs > UNEXPECTED_OVERDUE_MS;
  return elapsedMs > Math.max(MIN_OVERDUE_MS, OVERDUE_FACTOR * expectedMs);
}
