import type { IncomingHttpHeaders } from 'node:http';
import { ZOHO_FAILURES } from '../../domain/zoho-failures';
import { categoryOfCode, categoryOfStatus } from './error-codes';
import { safeDetails, type SafeDetails } from './error-details';
import { type CallLabel, type ErrorCategory, type ItemError, ZohoError } from './errors';

/** `{"code":"UPPER_SNAKE","details":{...},"message":"text","status":"error"}` without its message, which is free text. */
export interface ErrorEnvelope {
  code: string;
  details?: unknown;
}

const CODE = /^[A-Z][A-Z0-9_]{1,80}$/;
const MAX_RETRY_AFTER_MS = 24 * 3_600_000;

/**
 * Turns an answer with a failure status into the one error it means: Zoho's flat envelope, the envelope inside a
 * one-key array (`data`, `fields`, ...), an empty body, or a page of a proxy that is no JSON at all.
 */
export function classifyAnswer(
  label: CallLabel,
  status: number,
  headers: IncomingHttpHeaders,
  body: Buffer | null,
): ZohoError {
  const retryAfterMs = parseRetryAfter(headers['retry-after']);
  const answer = parseJson(body);
  const envelope = findErrorEnvelope(answer, status);
  if (envelope) return classifyEnvelope(label, status, envelope, retryAfterMs);
  const isForeignPage = body !== null && body.length > 0 && answer === undefined;
  // A page of a proxy says nothing about the record: taken as "not found" it would delete a row.
  const category = status === 404 && isForeignPage ? 'validation' : categoryOfStatus(status);
  const reason = `Zoho answered HTTP ${status} without an error code`;
  return new ZohoError({ ...label, category, code: `HTTP_${status}`, httpStatus: status, reason, retryAfterMs });
}

/**
 * The error that one envelope means. Decided by its code; by the status only if the code is not documented. Of several
 * errors in one envelope all are kept, and the first that no other attempt can cure decides.
 */
export function classifyEnvelope(
  label: CallLabel,
  status: number,
  envelope: ErrorEnvelope,
  retryAfterMs?: number,
): ZohoError {
  const errors = flatten(envelope).map((one) => itemError(one, status));
  const [first, ...others] = inOrderOfWeight(errors);
  const { category, code, details, fieldName } = first;
  return new ZohoError({
    ...label,
    category,
    code,
    httpStatus: status,
    details,
    fieldName: fieldName ?? undefined,
    errors,
    retryAfterMs: retryAfterMs ?? secondsToMs(details['retry_after']),
    reason: [`Zoho answered HTTP ${status} ${textOf(first)}`, ...others.map(textOf)].join('; '),
  });
}

/**
 * Finds the error in a parsed answer: flat, or the first one inside a one-key wrapper. Successful answers can carry
 * one too, marked by `"status":"error"`. An item with an `id` is a record or a job, even if it has fields that are
 * called `code` and `status`.
 */
export function findErrorEnvelope(answer: unknown, httpStatus: number): ErrorEnvelope | null {
  if (!isObject(answer)) return null;
  const candidates = [answer, ...Object.values(answer)];
  return candidates.reduce<ErrorEnvelope | null>((found, candidate) => found ?? firstOf(candidate, httpStatus), null);
}

/** `Retry-After` in milliseconds, given as seconds or as an HTTP date; undefined if absent or senseless. */
export function parseRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}

/** The single errors of an envelope, which may hold a list of them in its details. */
function flatten(envelope: ErrorEnvelope): ErrorEnvelope[] {
  const inner = property(envelope.details, 'errors');
  const errors = Array.isArray(inner) ? inner.filter(isEnvelope) : [];
  return errors.length === 0 ? [envelope] : errors.flatMap(flatten);
}

function itemError(envelope: ErrorEnvelope, status: number): ItemError {
  const code = CODE.test(envelope.code) ? envelope.code : 'UNKNOWN_CODE';
  const details = safeDetails(envelope.details);
  const jsonPath = details['json_path'];
  return {
    code,
    category: categoryOf(code, status, details),
    fieldName: fieldNameIn(details) ?? null,
    jsonPath: typeof jsonPath === 'string' ? jsonPath : null,
    details,
  };
}

/** Errors with those first that no other attempt cures: it would fail with them again. */
function inOrderOfWeight(errors: ItemError[]): [ItemError, ...ItemError[]] {
  const isFinal = ({ category }: ItemError): boolean => ZOHO_FAILURES[category].retry === 'never';
  return [...errors.filter(isFinal), ...errors.filter((error) => !isFinal(error))] as [ItemError, ...ItemError[]];
}

function textOf({ code, details }: ItemError): string {
  return `${code}${describe(details)}`;
}

function categoryOf(code: string, status: number, details: SafeDetails): ErrorCategory {
  if (code === 'INVALID_DATA' && isAboutTheRecord(details)) return 'not_found';
  if (code === 'LIMIT_EXCEEDED' && details['limit_due_to'] !== undefined) return 'capacity';
  return status === 429 ? 'rate_limited' : (categoryOfCode(code) ?? categoryOfStatus(status));
}

/** An id with the name of another field is that of a lookup: the record itself exists. */
function isAboutTheRecord(details: SafeDetails): boolean {
  const fieldName = fieldNameIn(details);
  return typeof details['id'] === 'string' && (fieldName === undefined || fieldName === 'id');
}

/** Path of a part of an input, whose first name is that of the field: `$.data[0].Owner.id`. */
const PATH_IN_INPUT = /^\$\.\w+\[\d+\]\.([\w$]+)/;

/**
 * Name of the field that an error is about. Errors inside a lookup, an address or a subform name the part, such as `id`;
 * the field is the first name of the path, or that of the parent.
 */
function fieldNameIn(details: SafeDetails): string | undefined {
  const { json_path: path, parent_api_name: parent, api_name: own, column_name: column, field } = details;
  const [, first] = (typeof path === 'string' && PATH_IN_INPUT.exec(path)) || [];
  const name = first ?? parent ?? own ?? column ?? property(field, 'api_name');
  return typeof name === 'string' ? name : undefined;
}

function describe(details: SafeDetails): string {
  const parts = [
    'api_name',
    'parent_api_name',
    'param_name',
    'limit',
    'max_limit',
    'maximum_length',
    'permissions',
    'expected_data_type',
  ]
    .map((key) => [key, details[key]] as const)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} ${Array.isArray(value) ? value.join(', ') : String(value)}`);
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
}

function isEnvelope(value: unknown): value is ErrorEnvelope {
  return isObject(value) && typeof value['code'] === 'string';
}

function asEnvelope(value: unknown, httpStatus: number): ErrorEnvelope | null {
  if (!isObject(value) || typeof value['code'] !== 'string' || 'id' in value) return null;
  const isError = value['status'] === 'error' || (value['status'] === undefined && httpStatus >= 400);
  return isError ? { code: value['code'], details: value['details'] } : null;
}

function firstOf(items: unknown, httpStatus: number): ErrorEnvelope | null {
  if (!Array.isArray(items)) return asEnvelope(items, httpStatus);
  return items.reduce<ErrorEnvelope | null>((found, item) => found ?? asEnvelope(item, httpStatus), null);
}

function secondsToMs(value: unknown): number | undefined {
  return typeof value === 'number' ? parseRetryAfter(String(Math.ceil(value))) : undefined;
}

function property(value: unknown, key: string): unknown {
  return isObject(value) ? value[key] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(body: Buffer | null): unknown {
  try {
    return body === null ? undefined : (JSON.parse(body.toString('utf8')) as unknown);
  } catch {
    return undefined;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'no connection within the time limit',
  UND_ERR_HEADERS_TIMEOUT: 'no answer within the time limit',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped coming for longer than the time limit',
  UND_ERR_SOCKET: 'the connection was closed before the answer was complete',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer is shorter than announced',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'the answer is larger than allowed',
  UND_ERR_DESTROYED: 'this client was closed',
  UND_ERR_CLOSED: 'this client was closed',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name cannot be looked up now',
  ADDRESS_NOT_ALLOWED: 'the host has no public address',
};

/**
 * Turns what the HTTP layer threw into a `ZohoError`. Its message is replaced by ours: parser errors repeat the bytes
 * they stumbled over.
 */
export function networkError(label: CallLabel, thrown: unknown): ZohoError {
  if (thrown instanceof ZohoError) return thrown;
  const code = codeOf(thrown);
  if (code === 'UND_ERR_INVALID_ARG') {
    const reason = 'not sent: a header or parameter of the request is not valid';
    return new ZohoError({ ...label, category: 'request_bug', code, reason });
  }
  const reason = `${REASONS[code] ?? 'the connection failed'} (${code})`;
  return new ZohoError({ ...label, category: 'network', code, reason });
}

function codeOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : 'CONNECTION_FAILED';
}
