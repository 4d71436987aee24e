import type { CallPriority } from '../../domain/credits/priorities';
import type { ZohoOperation } from '../../domain/zoho-limits';

/**
 * Calls that follow each other, never two at a time, such as those for the pages of a list. A limiter may admit several
 * of them at once; only the object's identity counts.
 */
export class CallBatch {}

/** The properties of a call that a limiter decides by. */
export interface LimitedCall {
  operation: ZohoOperation;
  module?: string | undefined;
  /** By Zoho's price list. */
  credits: number;
  /** Counts against Zoho's sub-concurrency. */
  heavy: boolean;
  /** Absent: the limiter's default. */
  priority?: CallPriority | undefined;
  /** The batch it belongs to. */
  batch?: CallBatch | undefined;
  /** Longest wait for a permit, in milliseconds. Absent: the limiter's default. */
  giveUpAfterMs?: number | undefined;
}

/** The end of a call that was admitted. */
export interface CallOutcome {
  /** HTTP status; undefined when no answer came. */
  status?: number | undefined;
  /** `X-API-CREDITS-REMAINING`, if the answer had it. */
  creditsRemaining?: number | undefined;
}

/** Leave to make one call. */
export interface Permit {
  /** Price of the call in this organization. */
  readonly credits: number;
  /** Returns the permit: exactly once, however the call ended. Does not wait and never throws. */
  release(outcome: CallOutcome): void;
}

/** Admits every call of a transport before it is made. */
export interface CallLimiter {
  /**
   * Waits for a permit, for some seconds at most.
   *
   * @throws ZohoError `rate_limited` with the time after which to ask again; `capacity` for a call that can never be
   *   paid. The signal's reason when it is aborted.
   */
  acquire(call: LimitedCall, signal: AbortSignal | undefined): Promise<Permit>;
}
