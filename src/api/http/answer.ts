import type { Response } from 'express';
import type { RouteDeps } from './deps';
import type { Route, RouteAnswer } from './route';

/** Raised where answers are held to their schemas: the route and its contract disagree. */
export class UndeclaredAnswer extends Error {
  override readonly name = 'UndeclaredAnswer';
}

/**
 * Holds an answer to what its route declares. Zoho's own pages, which pass byte for byte, are parsed only where a
 * difference fails the request: in production that would cost as much as the page itself.
 * @throws UndeclaredAnswer with `validateAnswers: 'throw'`
 */
export function checkAnswer(route: Route, answer: RouteAnswer, { validateAnswers, logger }: RouteDeps): void {
  if (validateAnswers === 'off') return;
  const complaint = complaintOf(route, answer, validateAnswers === 'throw');
  if (complaint === undefined) return;
  if (validateAnswers === 'throw') throw new UndeclaredAnswer(complaint);
  logger.error({ operationId: route.operationId, status: answer.status }, complaint);
}

export function sendAnswer(response: Response, route: Route, answer: RouteAnswer): void {
  const contentType = route.answers[answer.status]?.contentType;
  response.status(answer.status).set(answer.headers ?? {});
  if (answer.body instanceof Buffer) response.type(contentType ?? 'application/json').send(answer.body);
  else if (contentType === undefined) response.json(answer.body);
  else response.type(contentType).send(answer.body);
}

function complaintOf(route: Route, { status, body }: RouteAnswer, readsBuffers: boolean): string | undefined {
  const declared = route.answers[status];
  if (!declared) return `${route.operationId} does not declare the status ${status}.`;
  if (body instanceof Buffer && !readsBuffers) return undefined;
  const parsed = declared.schema.safeParse(body instanceof Buffer ? JSON.parse(body.toString('utf8')) : body);
  if (parsed.success) return undefined;
  // Paths and kinds of issues only: messages could quote a record's values.
  const issues = parsed.error.issues.map(({ path, code }) => `${path.join('.')}: ${code}`);
  return `${route.operationId} answered ${status} in an undeclared form (${issues.join('; ')}).`;
}
