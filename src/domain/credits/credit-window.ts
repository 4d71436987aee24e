import { CALL_PRIORITIES, type CallPriority } from './priorities';

/** Time for which the credits of a call count as spent at Zoho. */
export const CREDIT_DAY_MS = 24 * 3_600_000;
/** Credits are kept by the minute in which they were spent. */
export const MINUTE_MS = 60_000;

/**
 * Reserved share of each priority: the part of the usable credits it can always spend in a day, whatever the others
 * spend. The rest is first come, first served.
 */
export const RESERVED_SHARES: Readonly<Record<CallPriority, number>> = {
  interactive: 0.1,
  push: 0.05,
  webhook: 0.03,
  incremental: 0.03,
  full: 0.02,
  verify: 0.01,
};

/**
 * Credits by priority in the order of `CALL_PRIORITIES`; the last entry is what others spent or Zoho's header
 * corrected.
 */
export type CreditsByPriority = readonly number[];

/** Rolling day of one connection's account. */
export interface CreditWindow {
  /** Credits of a day without the buffer; null without a limit. */
  usable: number | null;
  spent: CreditsByPriority;
}

/** Credits spent within one minute. They all return a day after its end. */
export interface SpentMinute {
  /** Start of the minute, milliseconds since 1970. */
  startedAt: number;
  spent: CreditsByPriority;
}

/** Credits of a day that may be spent while the buffer, a percentage of them, stays free. */
export function usableCredits(dailyCredits: number | null, bufferPercent: number): number | null {
  return dailyCredits === null ? null : Math.floor(dailyCredits * (1 - bufferPercent / 100));
}

/** Credits of the rolling day that are left without the buffer; undefined without a limit. */
export function creditsLeft({ usable, spent }: CreditWindow): number | undefined {
  return usable === null ? undefined : Math.max(0, usable - sum(spent));
}

/**
 * Whether a call may spend its credits now: it must fit into the day's usable credits, and either into its own reserved
 * share or beside what is left of the others'. `may_spend` in the database is the same rule.
 */
export function maySpend({ usable, spent }: CreditWindow, priority: CallPriority, credits: number): boolean {
  if (usable === null) return true;
  const after = sum(spent) + credits;
  if (after > usable) return false;
  const own = at(spent, CALL_PRIORITIES.indexOf(priority)) + credits;
  return own <= reservedCredits(priority, usable) || after + stillReserved(usable, spent, priority) <= usable;
}

/**
 * Wait until a call may spend its credits if no other call spends any in the meantime: until a day after the end of the
 * first minute whose credits make room when they return.
 *
 * @param minutes the window's minutes, oldest first; their sum is `window.spent`
 * @returns milliseconds from `now`; 0 if it may spend at once; undefined if the day never has that many credits for it
 */
export function waitForCredits(
  window: CreditWindow,
  minutes: readonly SpentMinute[],
  call: { priority: CallPriority; credits: number },
  now: number,
): number | undefined {
  let { spent } = window;
  if (maySpend(window, call.priority, call.credits)) return 0;
  for (const minute of minutes) {
    spent = spent.map((credits, index) => credits - at(minute.spent, index));
    if (maySpend({ ...window, spent }, call.priority, call.credits)) {
      return Math.max(0, minute.startedAt + MINUTE_MS + CREDIT_DAY_MS - now);
    }
  }
  return undefined;
}

function reservedCredits(priority: CallPriority, usable: number): number {
  return Math.floor(RESERVED_SHARES[priority] * usable);
}

function stillReserved(usable: number, spent: CreditsByPriority, except: CallPriority): number {
  return sum(
    CALL_PRIORITIES.map((priority, index) =>
      priority === except ? 0 : Math.max(0, reservedCredits(priority, usable) - at(spent, index)),
    ),
  );
}

function at(credits: CreditsByPriority, index: number): number {
  return credits[index] ?? 0;
}

function sum(credits: CreditsByPriority): number {
  return credits.reduce((total, each) => total + each, 0);
}
