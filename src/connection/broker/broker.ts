import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { readCreditWindow } from '../../db/credits/read-window';
import { waitForCredits } from '../../domain/credits/credit-window';
import { CALL_RATES } from '../../domain/credits/edition-limits';
import { type CallPriority, PATIENCE_MS } from '../../domain/credits/priorities';
import { ZohoError } from '../../zoho/errors/errors';
import type { CallEnding, CallGate, CallSeries, GatedCall, Permit } from '../../zoho/http/call-limiter';
import { CALLS_PER_ASKING, CallSeriesPermit } from './batch-permit';
import { type Admission, CallLine } from './call-queue';

export interface BrokerOptions {
  /** Priority of calls that name none. */
  defaultPriority: CallPriority;
  /** The calls of a process that died are over after this, in milliseconds. @default 10000 */
  timeToLiveMs?: number;
  /** How long a call waits for a place before it fails with the time of the next attempt. @default 10000 */
  longestWaitMs?: number;
}

const TIME_TO_LIVE_MS = 10_000;
const MAX_WAIT_MS = 10_000;
/** The place in the line is kept, so asking again soon costs nobody anything. */
const ASK_AGAIN_MS = 1_000;
const TOO_MANY_REQUESTS = 429;

/**
 * Lets the calls of this process to Zoho in, by the account and the line that all processes share in PostgreSQL:
 * credits of the rolling day, simultaneous calls, downloads a minute. One per process.
 */
export class CreditBroker {
  readonly #lines = new Map<string, CallLine>();
  readonly #series = new Map<CallSeries, CallSeriesPermit>();
  readonly #line: ConstructorParameters<typeof CallLine>[2];
  readonly #knex: Knex;
  readonly #options: BrokerOptions;

  /** @param knex two connections of its own: a call must not wait for one behind a load. */
  constructor(knex: Knex, options: BrokerOptions) {
    this.#knex = knex;
    this.#options = options;
    this.#line = {
      holder: randomUUID(),
      timeToLiveMs: options.timeToLiveMs ?? TIME_TO_LIVE_MS,
      longestWaitMs: options.longestWaitMs ?? MAX_WAIT_MS,
    };
  }

  /** The gate of one connection's transport. */
  gate(connectionId: string): CallGate {
    return { enter: (call, signal) => this.#enter(connectionId, call, signal) };
  }

  /** Gives all places back. Calls that still wait fail. */
  async close(): Promise<void> {
    for (const permit of this.#series.values()) permit.close();
    await Promise.all([...this.#lines.values()].map((line) => line.close()));
  }

  async #enter(connectionId: string, call: GatedCall, signal: AbortSignal | undefined): Promise<Permit> {
    const { series } = call;
    // A call that Zoho limits by the minute is asked for by itself.
    if (!series || CALL_RATES[call.operation]) return this.#enterAlone(connectionId, call, signal);
    const held = this.#series.get(series);
    if (held) return held.next();
    const admission = await this.#join(connectionId, call, signal, CALLS_PER_ASKING);
    // Too little may be left for many calls and enough for one.
    if (admission.outcome === 'credits') return this.#enterAlone(connectionId, call, signal);
    if (admission.outcome !== 'running') throw await this.#refusal(connectionId, call, admission);
    const perCall = admission.credits / CALLS_PER_ASKING;
    const { ticket } = admission;
    const permit = new CallSeriesPermit(perCall, ({ unsent, ...ending }) => {
      this.#series.delete(series);
      this.#leave(connectionId, call, { ticket, credits: perCall, unsent: unsent * perCall }, ending);
    });
    this.#series.set(series, permit);
    return permit.next();
  }

  async #enterAlone(connectionId: string, call: GatedCall, signal: AbortSignal | undefined): Promise<Permit> {
    const admission = await this.#join(connectionId, call, signal);
    if (admission.outcome !== 'running') throw await this.#refusal(connectionId, call, admission);
    return {
      credits: admission.credits,
      leave: (ending) => this.#leave(connectionId, call, { ...admission, unsent: 0 }, ending),
    };
  }

  async #join(connectionId: string, call: GatedCall, signal: AbortSignal | undefined, calls = 1): Promise<Admission> {
    const priority = this.#priorityOf(call);
    const { operation, credits, heavy } = call;
    const arrival = {
      operation,
      priority,
      heavy,
      credits,
      calls,
      rate: CALL_RATES[operation],
      patienceMs: PATIENCE_MS[priority],
    };
    return this.#lineOf(connectionId).join(arrival, signal);
  }

  #leave(
    connectionId: string,
    call: GatedCall,
    { ticket, credits, unsent }: { ticket: number; credits: number; unsent: number },
    { status, creditsRemaining: remaining }: CallEnding,
  ): void {
    // Zoho answers 429 for credits as well; then its header says that none are left.
    const isForCredits = (remaining ?? Infinity) < credits;
    const throttled = status === TOO_MANY_REQUESTS && !CALL_RATES[call.operation] && !isForCredits;
    this.#lineOf(connectionId).leave({ ticket, sent: true, unsent, remaining, throttled });
  }

  #priorityOf(call: GatedCall): CallPriority {
    return call.priority ?? this.#options.defaultPriority;
  }

  #lineOf(connectionId: string): CallLine {
    const known = this.#lines.get(connectionId);
    if (known) return known;
    const line = new CallLine(this.#knex, connectionId, this.#line);
    this.#lines.set(connectionId, line);
    return line;
  }

  async #refusal(
    connectionId: string,
    call: GatedCall,
    admission: Exclude<Admission, { outcome: 'running' }>,
  ): Promise<ZohoError> {
    const { operation, module } = call;
    const priority = this.#priorityOf(call);
    const limited = { operation, module, category: 'rate_limited' } as const;
    if (admission.outcome === 'waited') {
      const reason = 'not sent: all simultaneous calls that Zoho allows are taken';
      return new ZohoError({ ...limited, code: 'NO_FREE_CALL', reason, retryAfterMs: ASK_AGAIN_MS });
    }
    if (admission.outcome === 'rate') {
      const reason = 'not sent: Zoho takes no more of these calls a minute';
      return new ZohoError({ ...limited, code: 'CALL_RATE', reason, retryAfterMs: admission.waitMs });
    }
    const { credits } = admission;
    const account = await readCreditWindow(this.#knex, connectionId);
    const wait = account && waitForCredits(account.window, account.minutes, { priority, credits }, account.now);
    if (wait === undefined) {
      const reason = `not sent: it costs ${credits} credits, more than a day ever has for calls of priority ${priority}`;
      return new ZohoError({ operation, module, category: 'capacity', code: 'CREDITS_NEVER_ENOUGH', reason });
    }
    const reason = `not sent: it costs ${credits} credits, and the last 24 hours left too few for priority ${priority}`;
    return new ZohoError({ ...limited, code: 'CREDITS_SPENT', reason, retryAfterMs: Math.max(ASK_AGAIN_MS, wait) });
  }
}
