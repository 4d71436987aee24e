import { ownValue } from '../../domain/own-value';
import { ZOHO_FAILURES } from '../../domain/zoho-failures';
import type { SafeDetails } from './error-details';

/**
 * Error categories, after the classes of "Error envelope, HTTP statuses, classification" of Zoho's documentation.
 * The category decides what the engine does next, so every failure of a call is a `ZohoError` with exactly one.
 */
export type ErrorCategory = keyof typeof ZOHO_FAILURES;

/** Waits, in milliseconds, that follow from the category alone; the rest is left to the caller's backoff. */
const USUAL_WAIT: Readonly<Partial<Record<ErrorCategory, number>>> = {
  auth_expired: 0,
  auth_throttled: 60_000,
  locked: 15 * 60_000,
};

const REREAD_MODULES =
  'Read the list of modules again: this one may have been renamed, hidden or is not open to the API.';
const REFUSED_FIELD = 'Leave the named field out of the request and read it through the record calls instead.';

/** Codes for which a person must do something more exact than their category says. */
const BY_CODE: Readonly<Record<string, string>> = {
  OAUTH_SCOPE_MISMATCH: 'Connect the Zoho organization again with the OAuth scopes that this operation needs.',
  INVALID_MODULE: REREAD_MODULES,
  MODULE_NOT_AVAILABLE: REREAD_MODULES,
  MODULE_NOT_SUPPORTED: REREAD_MODULES,
  FIELD_NOT_AVAILABLE: REFUSED_FIELD,
  FIELD_NOT_SUPPORTED: REFUSED_FIELD,
  PAGINATION_LIMIT_EXCEEDED:
    'Read what is left by bulk read, by keyset paging (COQL), or by a list of what changed since a later time.',
  DISCRETE_PAGINATION_LIMIT_EXCEEDED: 'Go on by page token: page numbers reach the first 2,000 records only.',
  LIMIT_REACHED: 'Narrow the search, or use COQL: Zoho pages through 2,000 results of a search.',
  NOT_SENT: 'Report this: the engine put more into one call than Zoho takes.',
  INVALID_FIELD_DEFINITION: 'Correct the definition of the custom field, named in this error, then try again.',
  MODULE_ACCESS_MISSING: 'Ask a Zoho CRM administrator to let the profile of the connected user do this in the module.',
  INVALID_NOTIFICATION: 'Ignore the request: it is no notification of Zoho CRM.',
  ALREADY_SCHEDULED:
    'Wait: Zoho still works on another mass update of the same view, and takes this one when that has ended.',
  UNREADABLE_ANSWER:
    'Look at what stands between the engine and Zoho: a proxy, a portal or a maintenance page answers in its place.',
  UNEXPECTED_ANSWER: "Report this, with the name in this error: the answer lacks what Zoho's documentation promises.",
  NO_FREE_CALL: 'Nothing: the next attempt keeps the deadline; fewer workers or syncs at a time shorten the wait.',
  CALL_RATE: 'Nothing: Zoho limits these calls by the minute and the call is made as soon as it may be.',
  CREDITS_SPENT:
    'Wait until credits free up; to continue sooner, buy credits from Zoho or lower the part that is kept free.',
  CREDITS_NEVER_ENOUGH:
    'Correct the daily credits of the connection, lower the part kept free, or buy credits from Zoho.',
  OTHER_ORGANIZATION:
    'Connect as a user of the organization whose data the mirror holds, or make another connection for the other one.',
  TOKENS_REFUSED:
    'Check in Zoho that the connected user is active and may call from this address, and the data center of the connection; then connect again.',
  API_DOMAIN_NOT_ALLOWED: 'Check the data center of the connection: Zoho named an API host that does not belong to it.',
  ADDRESS_NOT_ALLOWED:
    "Look at the name server: it gives Zoho's host an address of a private network. If a gateway is there, list the host in PULSE_PRIVATE_HOSTS.",
  ACCOUNTS_URL_NOT_ALLOWED:
    "Set the accounts URL to one of Zoho's accounts servers; ZOHO_ALLOW_LOOPBACK lets it be on this machine, for development.",
  invalid_client: 'Check the client id, and that the client is enabled for the data center of this connection.',
  invalid_client_secret: 'Check the client secret: each data center of a Zoho client can have its own.',
  invalid_redirect_uri: 'Register the redirect URI for this client in the Zoho API console.',
  redirect_uri_mismatch: 'Register the redirect URI for this client in the Zoho API console.',
  invalid_scope: 'Correct the requested OAuth scopes, then connect again.',
  access_denied: 'Connect again and accept the request on the consent page of Zoho.',
};

/** Label of a call: the operation in our words and the module's API name, if the call has one. */
export interface CallLabel {
  operation: string;
  module?: string | undefined;
}

/** One of the errors that Zoho found in an input: a record with two wrong fields has two. */
export interface ItemError {
  /** Zoho's code. */
  code: string;
  category: ErrorCategory;
  /** API name of the refused field, also where only a part of its value is wrong. */
  fieldName: string | null;
  /** Such as `$.data[3].Account_Name.id`. */
  jsonPath: string | null;
  details: SafeDetails;
}

export interface ZohoErrorInit extends CallLabel {
  category: ErrorCategory;
  /** Zoho's code, a system error code such as `ECONNRESET`, or one of ours in the same style. */
  code: string;
  /** One clause for the message, free of record values and secrets. */
  reason: string;
  httpStatus?: number | undefined;
  details?: SafeDetails | undefined;
  /** The field Zoho refuses, by API name. */
  fieldName?: string | undefined;
  /** Every error that Zoho names, in its order. */
  errors?: readonly ItemError[] | undefined;
  retryAfterMs?: number | undefined;
}

/**
 * The only error this client throws for a call, apart from the reason of an aborted signal and the errors of the
 * token source and the local disk, which pass through unchanged.
 *
 * Without a `cause` on purpose: parser errors carry the bytes they stumbled over, which are record values.
 */
export class ZohoError extends Error {
  override readonly name = 'ZohoError';
  readonly category: ErrorCategory;
  readonly code: string;
  readonly operation: string;
  readonly module: string | undefined;
  /** Undefined when no answer came. */
  readonly httpStatus: number | undefined;
  /** The parts of Zoho's `details` that name fields, parameters and limits; never values. */
  readonly details: SafeDetails;
  readonly fieldName: string | undefined;
  /** Every error that Zoho names, in its order; empty where the answer was none of Zoho's. */
  readonly errors: readonly ItemError[];
  readonly retryable: boolean;
  /** Wait before the next attempt, in milliseconds; undefined leaves it to the caller's backoff. */
  readonly retryAfterMs: number | undefined;
  /** One sentence for the person who reads the failure. */
  readonly whatToDo: string;

  constructor(init: ZohoErrorInit) {
    super(`${init.operation}${init.module === undefined ? '' : ` of ${init.module}`}: ${init.reason}`);
    this.category = init.category;
    this.code = init.code;
    this.operation = init.operation;
    this.module = init.module;
    this.httpStatus = init.httpStatus;
    this.details = init.details ?? {};
    this.fieldName = init.fieldName;
    this.errors = init.errors ?? [];
    // Sent again unchanged, the call can succeed; with a lost cursor it cannot: the scan starts over.
    this.retryable = ZOHO_FAILURES[init.category].retry !== 'never';
    this.retryAfterMs = init.retryAfterMs ?? USUAL_WAIT[init.category];
    this.whatToDo = whatToDoAbout(init);
  }
}

/** A call that would break one of Zoho's documented limits; it was not sent and cost nothing. */
export function requestBug(label: CallLabel, reason: string): ZohoError {
  return new ZohoError({ ...label, category: 'request_bug', code: 'NOT_SENT', reason: `not sent: ${reason}` });
}

/** A successful answer that is cut off or is not JSON: the line or a proxy is at fault. */
export function unreadableAnswer(label: CallLabel, httpStatus: number, reason: string): ZohoError {
  return new ZohoError({ ...label, category: 'network', code: 'UNREADABLE_ANSWER', httpStatus, reason });
}

/** An answer of more bytes than the call can have: the rest is not read. */
export function answerTooLarge(label: CallLabel, httpStatus: number, largest: number): ZohoError {
  const reason = `Zoho's answer is larger than the ${largest} bytes that it can have`;
  return new ZohoError({ ...label, category: 'server', code: 'ANSWER_TOO_LARGE', httpStatus, reason });
}

/** A successful JSON answer without a part that Zoho documents as always present. */
export function unexpectedAnswer(label: CallLabel, httpStatus: number, missing: string): ZohoError {
  const reason = `Zoho's answer has no usable ${missing}`;
  return new ZohoError({ ...label, category: 'server', code: 'UNEXPECTED_ANSWER', httpStatus, reason });
}

/** One sentence for the person who reads the failure. */
function whatToDoAbout(failure: Pick<ZohoErrorInit, 'category' | 'code'>): string {
  return ownValue(BY_CODE, failure.code) ?? ZOHO_FAILURES[failure.category].whatToDo;
}
