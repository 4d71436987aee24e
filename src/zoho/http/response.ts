import { classifyAnswer, classifyEnvelope, type ErrorEnvelope, findErrorEnvelope } from '../errors/classify-error';
import {
  type CallLabel,
  type ErrorCategory,
  unexpectedAnswer,
  unreadableAnswer,
  type ZohoError,
} from '../errors/errors';
import type { HttpAnswer } from './http-client';

/**
 * Parses the body of a good answer; undefined if it has none.
 *
 * @throws ZohoError category `network` if it is no JSON, else the error that its envelope means, if it is one.
 */
export function parseAnswer(label: CallLabel, status: number, body: Buffer | null): unknown {
  if (body === null) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw unreadableAnswer(label, status, 'the answer is cut off or is not JSON');
  }
  const envelope = findErrorEnvelope(value, status);
  if (envelope) throw classifyEnvelope(label, status, envelope);
  return value;
}

/** The list in which an answer has its items, and how many it must have; without a number, one or more. */
export interface ExpectedItems {
  key: 'data' | 'fields' | 'watch';
  count?: number;
}

/** Categories that concern a call as a whole, even if Zoho repeats them for each input. */
const OF_THE_CALL: ReadonlySet<ErrorCategory> = new Set(['auth_expired', 'rate_limited', 'server']);

/**
 * The items of an answer that has one for each input (Zoho's documentation: Insert Records, Response; "Error envelope"
 * says which shapes an answer can have). The status decides nothing: it differs between versions of the API.
 *
 * @throws ZohoError for an answer that is about the call as a whole: a flat error, a list with another number of items,
 *   a list in which nothing succeeded and every item suffers from something that another attempt may cure.
 */
export function itemsOf(
  label: CallLabel,
  { status, headers, body }: HttpAnswer,
  expected: ExpectedItems,
): readonly unknown[] {
  const isGood = status >= 200 && status < 300;
  const items = listIn(body, expected.key);
  const isComplete = items !== null && items.length === (expected.count ?? items.length);
  if (isComplete && !items.every((item) => concernsTheCall(label, status, item))) return items;
  const isWrapper = isComplete || items === null || items.length === 1;
  if (isWrapper && !isGood) throw classifyAnswer(label, status, headers, body);
  if (isWrapper) parseAnswer(label, status, body.length === 0 ? null : body);
  // Nobody can say any more which result belongs to which input.
  throw unexpectedAnswer(label, status, 'list of results, one for each input');
}

/** The error that an item of a positional answer means; null for a success. */
export function errorOfItem(label: CallLabel, status: number, item: unknown): ZohoError | null {
  if (typeof item !== 'object' || item === null) return unexpectedAnswer(label, status, 'result');
  const { code, details, status: outcome } = item as Record<string, unknown>;
  if (outcome === 'success' || (outcome === undefined && code === 'SUCCESS')) return null;
  if (typeof code !== 'string') return unexpectedAnswer(label, status, 'code of a result');
  // Among mixed results the status is that of a success, which would let an unknown code pass for a fault of Zoho.
  return classifyEnvelope(label, Math.max(status, 400), { code, details } satisfies ErrorEnvelope);
}

function concernsTheCall(label: CallLabel, status: number, item: unknown): boolean {
  const error = errorOfItem(label, status, item);
  return error !== null && OF_THE_CALL.has(error.category);
}

function listIn(body: Buffer, key: string): unknown[] | null {
  try {
    const list = (JSON.parse(body.toString('utf8')) as Record<string, unknown> | null)?.[key];
    return Array.isArray(list) && list.length > 0 ? list : null;
  } catch {
    return null;
  }
}
