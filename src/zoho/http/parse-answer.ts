import { classifyEnvelope, findErrorEnvelope } from '../errors/classify-error';
import { type CallLabel, unreadableAnswer } from '../errors/errors';

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
