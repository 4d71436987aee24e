import type { ErrorCategory } from '../errors/errors';

/** What one HTTP call to Zoho cost and how it ended. Reported once per call, failed calls included. */
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

/** Hears of a call once it is over. Must not throw; what it throws is reported as a process warning. */
export type CallObserver = (call: ZohoCall) => void;
