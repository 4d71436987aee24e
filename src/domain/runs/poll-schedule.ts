const FIRST_MS = 400;
const GROWTH = 1.3;
const MAX_MS = 15_000;
/** Around the time a job is expected to end it is asked for this often. */
const CLOSE_MS = 400;

/**
 * Delay before asking for a job's state again: short at first because small jobs take seconds, longer later
 * because every question costs a call, and never past the moment the job is expected to end. The longest wait also
 * bounds how late a finished job is noticed.
 * @param attempt 1 for the wait after the first question.
 * @param expectedMs when the job is expected to end, counted from now; in the past if it is late.
 */
export function pollDelayMs(attempt: number, expectedMs: number): number {
  const usual = Math.min(MAX_MS, FIRST_MS * GROWTH ** (attempt - 1));
  const untilExpected = expectedMs > 0 ? Math.max(CLOSE_MS / 2, expectedMs) : Infinity;
  const justLate = expectedMs <= 0 && expectedMs > -2 * usual ? CLOSE_MS : Infinity;
  return Math.round(Math.min(usual, untilExpected, justLate));
}
