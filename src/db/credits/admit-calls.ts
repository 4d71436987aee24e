import type { Knex } from 'knex';
import { RESERVED_SHARES } from '../../domain/credits/credit-window';
import { ASSUMED_LIMITS, CONCURRENCY_RECOVERY_MS, type CallRate } from '../../domain/credits/edition-limits';
import { CALL_PRIORITIES, type CallPriority, MIN_CONCURRENCY_TO_RESERVE_ONE } from '../../domain/credits/priorities';

/** A call that asks to be admitted. */
export interface CallRequest {
  /** Unique within the owner. */
  ticket: number;
  operation: string;
  priority: CallPriority;
  heavy: boolean;
  /** Of one call, by Zoho's price list; the connection's own prices win over it. */
  credits: number;
  /** Calls of a batch, which are paid at once. @default 1 */
  calls?: number;
  /** Longest wait behind more urgent calls, in milliseconds: the call's deadline is this long after it is queued. */
  maxWaitMs: number;
  /** Zoho limits calls of this operation by time. */
  rate?: CallRate | undefined;
}

/** A call that is over, or that waits no longer. */
export interface CallRelease {
  ticket: number;
  /** Whether it may have reached Zoho; otherwise its credits come back. */
  sent: boolean;
  /** Credits of a sent call or batch that were not needed after all, which come back. */
  unsent?: number;
  /** Set for a call that gave up waiting: the next call of its priority inherits its deadline. */
  keepsDeadline?: boolean;
  /** `X-API-CREDITS-REMAINING` of its answer. */
  remaining?: number | undefined;
  /** Zoho refused it for too many calls in flight: fewer are admitted for a while. */
  throttled?: boolean;
}

/** The decision on one of the owner's calls. A call without one still waits. */
export type Decision =
  /** Admitted with these credits. Repeated in every exchange until the call is released. */
  | { ticket: number; outcome: 'admitted'; credits: number }
  /** The day has too few credits left for it; it no longer waits. */
  | { ticket: number; outcome: 'out_of_credits'; credits: number }
  /** Zoho accepts no further call of this operation before `waitMs` have passed; it is not queued. */
  | { ticket: number; outcome: 'rate_limited'; waitMs: number };

/** Everything that happened in one process since its last round trip. */
export interface Exchange {
  connectionId: string;
  /** The process that holds the lease, as a uuid. */
  owner: string;
  /** Time after which its calls count as ended, unless another exchange renews the lease. */
  leaseMs: number;
  releases: readonly CallRelease[];
  requests: readonly CallRequest[];
}

/** The numbers of the rules that the functions in the database follow. */
const RULES = JSON.stringify({
  assumed: ASSUMED_LIMITS,
  recoveryMs: CONCURRENCY_RECOVERY_MS,
  minConcurrencyToReserveOne: MIN_CONCURRENCY_TO_RESERVE_ONE,
  reservedShares: CALL_PRIORITIES.map((priority) => RESERVED_SHARES[priority]),
});

interface Row {
  ticket: string;
  outcome: Decision['outcome'];
  credits: number;
  wait_ms: number;
}

/**
 * Releases and requests calls in one round trip, and returns the decisions on the owner's calls. Processes take turns
 * under the lock of the connection's account. Not idempotent: after a failure whose outcome is unknown, release every
 * requested call.
 */
export async function admitCalls(knex: Knex, exchange: Exchange): Promise<Decision[]> {
  const answer = await knex.raw<{ rows: Row[] }>('select * from sync.admit_calls(?, ?, ?, ?, ?, ?)', [
    exchange.connectionId,
    exchange.owner,
    exchange.leaseMs,
    JSON.stringify(exchange.releases),
    JSON.stringify(exchange.requests.map(toRecord)),
    RULES,
  ]);
  return answer.rows.map(toDecision);
}

function toRecord({ priority, rate, ...request }: CallRequest) {
  return {
    ...request,
    priority: CALL_PRIORITIES.indexOf(priority) + 1,
    ...(rate && { rateCalls: rate.calls, ratePerMs: rate.perMs }),
  };
}

function toDecision({ ticket, outcome, credits, wait_ms: waitMs }: Row): Decision {
  return outcome === 'rate_limited'
    ? { ticket: Number(ticket), outcome, waitMs }
    : { ticket: Number(ticket), outcome, credits };
}
