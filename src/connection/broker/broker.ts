import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { readCreditWindow } from '../../db/credits/credit-window';
import { waitForCredits } from '../../domain/credits/credit-window';
import { CALL_RATES } from '../../domain/credits/edition-limits';
import { type CallPriority, MAX_WAIT_MS } from '../../domain/credits/priorities';
import { ZohoError } from '../../zoho/errors/errors';
import type { CallBatch, CallLimiter, CallOutcome, LimitedCall, Permit } from '../../zoho/http/call-limiter';
import { BatchPermit, CALLS_PER_BATCH } from './batch-permit';
import { CallQueue, type QueueDecision, type QueueOptions } from './call-queue';

export interface BrokerOptions {
  /** Priority of calls that name none. */
  defaultPriority: CallPriority;
  /** The calls of a process that died end after this, in milliseconds. @default 10000 */
  leaseMs?: number;
  /** Longest wait of a call that names none before it fails with the time of the next attempt, in milliseconds. @default 10000 */
  giveUpAfterMs?: number;
}

const LEASE_MS = 10_000;
const GIVE_UP_AFTER_MS = 10_000;
/** The deadline is kept, so the next attempt loses nothing by coming soon. */
const NEXT_ATTEMPT_MS = 1_000;
const TOO_MANY_REQUESTS = 429;

/**
 * Admits the calls of this process to Zoho: earliest deadline first, with reserved shares of the day's credits per
 * priority and leases of ten seconds. The account and the queue of a connection are rows of PostgreSQL that all
 * processes share. They limit the credits of the rolling day, the simultaneous calls and the downloads a minute. One
 * broker per process.
 */
export class CreditBroker {
  readonly #queues = new Map<string, CallQueue>();
  readonly #batches = new Map<CallBatch, BatchPermit>();
  readonly #queueOptions: QueueOptions;
  readonly #knex: Knex;
  readonly #options: BrokerOptions;

  /** @param knex a pool of two connections of its own, since a call must not wait for one behind a load. */
  constructor(knex: Knex, options: BrokerOptions) {
    this.#knex = knex;
    this.#options = options;
    this.#queueOptions = {
      owner: randomUUID(),
      leaseMs: options.leaseMs ?? LEASE_MS,
      giveUpAfterMs: options.giveUpAfterMs ?? GIVE_UP_AFTER_MS,
    };
  }

  /** The limiter of a connection's transport. */
  limiter(connectionId: string): CallLimiter {
    return { acquire: (call, signal) => this.#acquire(connectionId, call, signal) };
  }

  /** Releases all slots. Calls that still wait fail. */
  async close(): Promise<void> {
    for (const permit of this.#batches.values()) permit.close();
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }

  async #acquire(connectionId: string, call: LimitedCall, signal: AbortSignal | undefined): Promise<Permit> {
    const { batch } = call;
    // Zoho's limits by the minute count single calls.
    if (!batch || CALL_RATES[call.operation]) return this.#acquireOne(connectionId, call, signal);
    const held = this.#batches.get(batch);
    if (held) return held.next();
    const decision = await this.#enqueue(connectionId, call, signal, CALLS_PER_BATCH);
    // The credits left may be too few for a batch and enough for one call.
    if (decision.outcome === 'out_of_credits') return this.#acquireOne(connectionId, call, signal);
    if (decision.outcome !== 'admitted') throw await this.#refusal(connectionId, call, decision);
    const perCall = decision.credits / CALLS_PER_BATCH;
    const { ticket } = decision;
    const permit = new BatchPermit(perCall, ({ unsent, ...outcome }) => {
      this.#batches.delete(batch);
      this.#release(connectionId, call, { ticket, credits: perCall, unsent: unsent * perCall }, outcome);
    });
    this.#batches.set(batch, permit);
    return permit.next();
  }

  async #acquireOne(connectionId: string, call: LimitedCall, signal: AbortSignal | undefined): Promise<Permit> {
    const decision = await this.#enqueue(connectionId, call, signal);
    if (decision.outcome !== 'admitted') throw await this.#refusal(connectionId, call, decision);
    return {
      credits: decision.credits,
      release: (outcome) => this.#release(connectionId, call, { ...decision, unsent: 0 }, outcome),
    };
  }

  async #enqueue(
    connectionId: string,
    call: LimitedCall,
    signal: AbortSignal | undefined,
    calls = 1,
  ): Promise<QueueDecision> {
    const priority = this.#priorityOf(call);
    const { operation, credits, heavy } = call;
    const rate = CALL_RATES[operation];
    const request = { operation, priority, heavy, credits, calls, rate, maxWaitMs: MAX_WAIT_MS[priority] };
    return this.#queueOf(connectionId).acquire(request, signal, call.giveUpAfterMs);
  }

  #release(
    connectionId: string,
    call: LimitedCall,
    { ticket, credits, unsent }: { ticket: number; credits: number; unsent: number },
    { status, creditsRemaining: remaining }: CallOutcome,
  ): void {
    // Zoho answers 429 for credits as well; then its header says that none are left.
    const isForCredits = (remaining ?? Infinity) < credits;
    const throttled = status === TOO_MANY_REQUESTS && !CALL_RATES[call.operation] && !isForCredits;
    this.#queueOf(connectionId).release({ ticket, sent: true, unsent, remaining, throttled });
  }

  #priorityOf(call: LimitedCall): CallPriority {
    return call.priority ?? this.#options.defaultPriority;
  }

  #queueOf(connectionId: string): CallQueue {
    const known = this.#queues.get(connectionId);
    if (known) return known;
    const queue = new CallQueue(this.#knex, connectionId, this.#queueOptions);
    this.#queues.set(connectionId, queue);
    return queue;
  }

  async #refusal(
    connectionId: string,
    call: LimitedCall,
    decision: Exclude<QueueDecision, { outcome: 'admitted' }>,
  ): Promise<ZohoError> {
    const { operation, module } = call;
    const priority = this.#priorityOf(call);
    const limited = { operation, module, category: 'rate_limited' } as const;
    if (decision.outcome === 'timed_out') {
      const reason = 'not sent: all simultaneous calls that Zoho allows are taken';
      return new ZohoError({ ...limited, code: 'NO_FREE_CALL', reason, retryAfterMs: NEXT_ATTEMPT_MS });
    }
    if (decision.outcome === 'rate_limited') {
      const reason = 'not sent: Zoho takes no more of these calls a minute';
      return new ZohoError({ ...limited, code: 'CALL_RATE', reason, retryAfterMs: decision.waitMs });
    }
    const { credits } = decision;
    const account = await readCreditWindow(this.#knex, connectionId);
    const wait = account && waitForCredits(account.window, account.minutes, { priority, credits }, account.now);
    if (wait === undefined) {
      const reason = `not sent: it costs ${credits} credits, more than a day ever has for calls of priority ${priority}`;
      return new ZohoError({ operation, module, category: 'capacity', code: 'CREDITS_NEVER_ENOUGH', reason });
    }
    const reason = `not sent: it costs ${credits} credits, and the last 24 hours left too few for priority ${priority}`;
    return new ZohoError({ ...limited, code: 'CREDITS_SPENT', reason, retryAfterMs: Math.max(NEXT_ATTEMPT_MS, wait) });
  }
}
