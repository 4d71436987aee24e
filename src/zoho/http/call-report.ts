import type { IncomingHttpHeaders } from 'node:http';
import { type CallLabel, type ErrorCategory, ZohoError } from '../errors/errors';
import type { CallOutcome } from './call-limiter';

/** Cost and outcome of one HTTP call to Zoho. Reported once per call, failed calls included. */
export interface ZohoCall {
  /** The operation in our words, e.g. `list_records`. */
  operation: string;
  /** API name of the module, if the call has one. */
  module?: string;
  method: string;
  /** Path without the query: a query may carry record data. */
  path: string;
  /** HTTP status; undefined when no answer came. */
  status?: number;
  latencyMs: number;
  /** Body bytes received. */
  bytesReceived: number;
  bytesSent: number;
  /** Credits the call costs by Zoho's price list ("API limits"). */
  credits: number;
  /** `X-API-CREDITS-REMAINING`, which Zoho sends only once half of the day's credits are used. */
  creditsRemaining?: number;
  failure?: ErrorCategory;
  /** Set when the caller gave up while the call was in flight: neither a success nor a failure. */
  aborted?: true;
}

/** Receives the report of a call once it is over. Must not throw; what it throws becomes a process warning. */
export type CallObserver = (call: ZohoCall) => void;

interface PlannedCall extends CallLabel {
  method: string;
  /** Path with or without the query; only the path is reported. */
  path: string;
  bytesSent: number;
  credits: number;
}

/** Report of one HTTP call in progress; notifies the observers exactly once. */
export class CallReport {
  readonly #observers: readonly (CallObserver | undefined)[];
  readonly #startedAt = performance.now();
  readonly #call: Omit<ZohoCall, 'latencyMs'>;
  #isReported = false;

  constructor(planned: PlannedCall, observers: readonly (CallObserver | undefined)[]) {
    this.#observers = observers;
    this.#call = {
      operation: planned.operation,
      ...(planned.module === undefined ? {} : { module: planned.module }),
      method: planned.method,
      path: planned.path.split('?', 1)[0] ?? '',
      bytesReceived: 0,
      bytesSent: planned.bytesSent,
      credits: planned.credits,
    };
  }

  /** Notes the answer; `bytes` is what of the body has arrived. */
  answered(status: number, headers: IncomingHttpHeaders, bytes: number): void {
    this.#call.status = status;
    this.#call.bytesReceived = bytes;
    const remaining = Number(headers['x-api-credits-remaining'] ?? NaN);
    if (Number.isFinite(remaining)) this.#call.creditsRemaining = remaining;
  }

  /** The outcome for the limiter. */
  get outcome(): CallOutcome {
    const { status, creditsRemaining } = this.#call;
    return { status, creditsRemaining };
  }

  /** Ends the report of a call that was answered well. */
  succeeded(): void {
    this.#report({});
  }

  /** Ends the report of a call whose caller got `error`, which is the reason of its signal if it was aborted. */
  failed(error: unknown, signal: AbortSignal | undefined): void {
    if (error instanceof ZohoError) {
      if (error.httpStatus !== undefined) this.#call.status = error.httpStatus;
      this.#report({ failure: error.category });
    } else {
      // What is left is an abort, or the local disk, for which Zoho is not to blame.
      this.#report(signal?.aborted ? { aborted: true } : {});
    }
  }

  #report(ending: Pick<ZohoCall, 'failure' | 'aborted'>): void {
    if (this.#isReported) return;
    this.#isReported = true;
    const call: ZohoCall = { ...this.#call, latencyMs: performance.now() - this.#startedAt, ...ending };
    for (const observer of new Set(this.#observers)) {
      try {
        observer?.(call);
      } catch (error) {
        process.emitWarning(`An observer of Zoho calls failed: ${error instanceof Error ? error.message : 'unknown'}`);
      }
    }
  }
}
