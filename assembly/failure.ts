/** Reasons for which the work stops; the host reads them when a trap has reached it. */

export const NOT_JSON: i32 = 1;
export const UNUSUAL_VALUE: i32 = 2;
export const OUT_OF_ROOM: i32 = 3;

export let failure: i32 = 0;
/** Address at which the work stopped. */
export let failedAt: usize = 0;

export function fail(reason: i32, at: usize): void {
  failure = reason;
  failedAt = at;
  unreachable();
}
