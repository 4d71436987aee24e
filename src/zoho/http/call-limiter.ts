import type { CallPriority } from '../../domain/credits/priorities';
import type { ZohoOperation } from '../../domain/zoho-limits';

/**
 * Calls that follow each other, never two at a time, such as those for the pages of a list. A gate may let several of
 * them in with one asking; the object's identity is all that counts.
 */
export class CallSeries {}

/** What a gate must know of a call before it is made. */
export interface GatedCall {
  operation: ZohoOperation;
  module?: string | undefined;
  /** By Zoho's price list. */
  credits: number;
  /** Counts against Zoho's sub-concurrency. */
  heavy: boolean;
  /** Who wants it; the gate has a default. */
  priority?: CallPriority | undefined;
  /** The calls it is one of. */
  series?: CallSeries | undefined;
}

/** How a call that was let in has ended. */
export interface CallEnding {
  /** HTTP status; undefined when no answer came. */
  status?: number | undefined;
  /** `X-API-CREDITS-REMAINING`, if the answer had it. */
  creditsRemaining?: number | undefined;
}

/** Leave to make one call. */
export interface Permit {
  /** What the call costs in this organization. */
  readonly credits: number;
  /** Gives the place back. Exactly once, however the call has ended. Returns at once and never throws. */
  leave(ending: CallEnding): void;
}

/**
 * Stands before every call of a transport. It waits for a place for some seconds at the most.
 *
 * @throws ZohoError `rate_limited` with the time after which to ask again; `capacity` for a call that can never be paid.
 *   The signal's reason when it is aborted.
 */
export interface CallGate {
  enter(call: GatedCall, signal: AbortSignal | undefined): Promise<Permit>;
}
