const FIRST_MS = 400;
const GROWTH = 1.3;
const LONGEST_MS = 15_000;

/**
 * How long to wait before asking for a job's state again: short at first because small jobs take seconds, longer later
 * because every question costs a call. The longest wait also bounds how late a finished job is noticed.
 * @param attempt 1 for the wait after the first question.
 */
export function pollDelayMs(attempt: number): number {
  return Math.round(Math.min(LONGEST_MS, FIRST_MS * GROWTH ** (attempt - 1)));
}
