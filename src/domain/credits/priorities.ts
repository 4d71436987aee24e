import type { SessionType } from '../runs/enums';

/** Priorities of calls, most urgent first. The position in this list, from 1, is the priority's number in the database. */
export const CALL_PRIORITIES = ['interactive', 'push', 'webhook', 'incremental', 'full', 'verify'] as const;
export type CallPriority = (typeof CALL_PRIORITIES)[number];

/**
 * Maximum wait of each priority, in milliseconds: how long more urgent calls may go first. The deadline of a call is its
 * arrival plus its maximum wait, and the earliest deadline is admitted first. Urgent calls overtake, but never a call
 * that is overdue, so no call starves: it waits for its maximum wait and the calls with earlier deadlines.
 */
export const MAX_WAIT_MS: Readonly<Record<CallPriority, number>> = {
  interactive: 0,
  push: 250,
  webhook: 500,
  incremental: 1_000,
  full: 2_000,
  verify: 4_000,
};

/** With this many slots or more, one is reserved for interactive calls, so that they never wait for long downloads. */
export const MIN_CONCURRENCY_TO_RESERVE_ONE = 5;

const BY_SESSION: Readonly<Record<SessionType, CallPriority>> = {
  full_sync: 'full',
  incremental_sync: 'incremental',
  manual_refresh: 'interactive',
  webhook_update: 'webhook',
  verification: 'verify',
  nightly: 'full',
  push: 'push',
};

/** Priority of a session's calls. */
export function priorityOfSession(sessionType: SessionType): CallPriority {
  return BY_SESSION[sessionType];
}
