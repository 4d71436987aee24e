import type { SessionType } from '../runs/enums';

/** Who wants to call Zoho, most urgent first. The place in this list is the priority's number in the database. */
export const CALL_PRIORITIES = ['people', 'push', 'webhook', 'incremental', 'full', 'verify'] as const;
export type CallPriority = (typeof CALL_PRIORITIES)[number];

/**
 * How long each priority lets the more urgent ones go first, in milliseconds. A waiting call is due at its arrival plus
 * its patience, and whoever is due first is served first: urgent calls overtake, but only what is not yet overdue, so
 * the wait of the least urgent call is bounded by its patience and the calls that were due before it.
 */
export const PATIENCE_MS: Readonly<Record<CallPriority, number>> = {
  people: 0,
  push: 250,
  webhook: 500,
  incremental: 1_000,
  full: 2_000,
  verify: 4_000,
};

/** From this many simultaneous calls on, one is kept for people: a call of theirs never waits behind long downloads. */
export const MIN_CALLS_TO_KEEP_ONE = 5;

const BY_SESSION: Readonly<Record<SessionType, CallPriority>> = {
  full_sync: 'full',
  incremental_sync: 'incremental',
  manual_refresh: 'people',
  webhook_update: 'webhook',
};

/** The priority of the calls of a session. */
export function priorityOfSession(sessionType: SessionType): CallPriority {
  return BY_SESSION[sessionType];
}
