import { shapeDifferences, shapeOf } from './shape';
import { resolved, type Transcript } from './transcript';

export interface Difference {
  /** Place in the transcript, from 0. */
  readonly call: number;
  readonly request: string;
  /** Differences of status and shape; never a value. */
  readonly differences: readonly string[];
}

/**
 * Sends the calls of a transcript to an organization, in order, and tells which answers differ.
 *
 * @param target.baseUrl scheme and host of the CRM API
 * @param target.token an access token with the scopes of the calls
 * @throws Error when an answer lacks what a later call needs; TypeError of fetch when nobody answers
 */
export async function replayTranscript(
  { calls }: Transcript,
  target: { baseUrl: string; token: string; now: () => number },
): Promise<Difference[]> {
  const answers: unknown[] = [];
  const found: Difference[] = [];
  for (const [call, recorded] of calls.entries()) {
    const { method, path, query, headers, body } = resolved(recorded, answers, target.now());
    const url = new URL(path, target.baseUrl);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const response = await fetch(url, {
      method,
      redirect: 'error',
      headers: {
        ...headers,
        Authorization: `Zoho-oauthtoken ${target.token}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer: unknown = text === '' ? null : (JSON.parse(text) as unknown);
    answers.push(answer);
    const { status, shape } = recorded.answer;
    const differences = [
      ...(response.status === status ? [] : [`status is ${response.status}, was ${status}`]),
      ...shapeDifferences(shape, shapeOf(answer)),
    ];
    if (differences.length > 0) found.push({ call, request: `${method} ${recorded.path}`, differences });
  }
  return found;
}
