import type { Knex } from 'knex';
import { FLOOR_SHARES } from '../../domain/credits/credit-window';
import { ASSUMED_LIMITS, CONCURRENCY_RECOVERY_MS, type CallRate } from '../../domain/credits/edition-limits';
import { CALL_PRIORITIES, type CallPriority, MIN_CALLS_TO_KEEP_ONE } from '../../domain/credits/priorities';

/** A call that asks to be let in. */
export interface Arrival {
  /** Unique within the holder. */
  ticket: number;
  operation: string;
  priority: CallPriority;
  heavy: boolean;
  /** Of one call, by Zoho's price list; the connection's own prices win over it. */
  credits: number;
  /** How many calls, one after the other, are paid at once. @default 1 */
  calls?: number;
  /** How long it lets more urgent calls go first. */
  patienceMs: number;
  /** Zoho limits calls of this operation by time. */
  rate?: CallRate | undefined;
}

/** A call that is over, or one that no longer waits. */
export interface Departure {
  ticket: number;
  /** Whether it may have reached Zoho; otherwise its credits come back. */
  sent: boolean;
  /** Credits of a sent call that were not needed after all, which come back. */
  unsent?: number;
  /** It gave up waiting, and the next call of its priority inherits its place in the line. */
  keepsPlace?: boolean;
  /** `X-API-CREDITS-REMAINING` of its answer. */
  remaining?: number | undefined;
  /** Zoho refused it for calls in flight: fewer are let in for a while. */
  throttled?: boolean;
}

/** How one of the holder's calls stands. A call that is not named waits on. */
export type Standing =
  /** It may be made, and these are its credits. Told again in every turn until the call is over. */
  | { ticket: number; outcome: 'running'; credits: number }
  /** The day has too few credits left for it; it no longer waits. */
  | { ticket: number; outcome: 'credits'; credits: number }
  /** Zoho takes no further call of this operation before the wait is over; it does not wait here. */
  | { ticket: number; outcome: 'rate'; waitMs: number };

export interface Turn {
  connectionId: string;
  /** The process, as a uuid. */
  holder: string;
  /** Without a further turn, its calls count as ended after this. */
  timeToLiveMs: number;
  departures: readonly Departure[];
  arrivals: readonly Arrival[];
}

/** The numbers of the rules that the function in the database follows. */
const RULES = JSON.stringify({
  assumed: ASSUMED_LIMITS,
  recoveryMs: CONCURRENCY_RECOVERY_MS,
  leastCallsToKeepOne: MIN_CALLS_TO_KEEP_ONE,
  floorShares: CALL_PRIORITIES.map((priority) => FLOOR_SHARES[priority]),
});

interface Row {
  ticket: string;
  outcome: Standing['outcome'];
  credits: number;
  wait_ms: number;
}

/**
 * One round trip: hands over what has happened in this process and learns who may call. Safe against other processes
 * (they take turns), not idempotent; after a failure whose outcome is unknown, hand in a departure for each arrival.
 */
export async function takeTurn(knex: Knex, turn: Turn): Promise<Standing[]> {
  const answer = await knex.raw<{ rows: Row[] }>('select * from sync.take_turn(?, ?, ?, ?, ?, ?)', [
    turn.connectionId,
    turn.holder,
    turn.timeToLiveMs,
    JSON.stringify(turn.departures),
    JSON.stringify(turn.arrivals.map(toRecord)),
    RULES,
  ]);
  return answer.rows.map(toStanding);
}

function toRecord({ priority, rate, ...arrival }: Arrival) {
  return {
    ...arrival,
    priority: CALL_PRIORITIES.indexOf(priority) + 1,
    ...(rate && { rateCalls: rate.calls, ratePerMs: rate.perMs }),
  };
}

function toStanding({ ticket, outcome, credits, wait_ms: waitMs }: Row): Standing {
  return outcome === 'rate'
    ? { ticket: Number(ticket), outcome, waitMs }
    : { ticket: Number(ticket), outcome, credits };
}
