import type { Request, Response, Router } from 'express';
import { insertAuditEntry } from '../../db/access/audit-log';
import { API_PREFIX } from '../paths';
import { authenticate, authorize } from './auth';
import type { RouteDeps } from './deps';
import { readLargeBody } from './large-body';
import { Problem } from './problem';
import { contextOf } from './request-context';
import type { Principal, Route, RouteAnswer, RouteRequest } from './route';
import { toProblem } from './to-problem';
import { parseBody, parseExactBody, parseParameters } from './validation';

type AnyRequest = RouteRequest<unknown, unknown, unknown, unknown>;

/** Serves a route: who calls, may they, is the request valid; then the handler; then the audit log. */
export function mountRoute(router: Router, route: Route, deps: RouteDeps): void {
  router[route.method](expressPath(route.path), async (request, response) => {
    const context = contextOf(response);
    context.route = `${API_PREFIX}${route.path}`;
    const principal = route.access === 'open' ? undefined : await authenticate(deps.knex, request.headers);
    context.actor = principal?.actor;
    const answer = await underAudit(route, principal, deps, async (announce) => {
      if (route.access !== 'open' && principal) authorize(principal, route.access);
      const bodyText = route.largestBody === undefined ? '' : await readLargeBody(route.largestBody, request, response);
      const parsed: AnyRequest = {
        ...parse(route, request, bodyText),
        principal,
        bodyText,
        requestId: context.requestId,
        log: context.log,
      };
      announce(parsed);
      return route.handle(parsed, deps);
    });
    send(response, route, answer);
  });
}

/** A route's path as Express writes it, with the API's prefix. */
export function expressPath(path: string): string {
  return `${API_PREFIX}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
}

function parse(
  route: Route,
  request: Request,
  bodyText: string,
): Pick<AnyRequest, 'params' | 'query' | 'headers' | 'body'> {
  return {
    params: route.params && parseParameters(route.params, request.params),
    query: route.query && parseParameters(route.query, request.query),
    headers: route.headers && parseParameters(route.headers, request.headers),
    body: route.body && parseBody(route.body, readBody(request, route.exactNumbers && bodyText)),
  };
}

/** @throws Problem `unsupported_media_type`, `malformed_json` */
function readBody(request: Request, exactText: string | undefined): unknown {
  const hasBody = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length']) > 0;
  if (hasBody && request.is('application/json') === false) {
    throw new Problem('unsupported_media_type', 'The body must be sent as application/json.');
  }
  if (!hasBody) return {};
  return exactText === undefined ? request.body : parseExactBody(exactText);
}

/** Records how a mutation ended, refused and failed ones included. */
async function underAudit(
  route: Route,
  principal: Principal | undefined,
  deps: RouteDeps,
  work: (announce: (request: AnyRequest) => void) => Promise<RouteAnswer>,
): Promise<RouteAnswer> {
  const { audit } = route;
  if (!audit) return work(() => undefined);
  let request: AnyRequest | undefined;
  const record = (outcome: string): Promise<void> =>
    insertAuditEntry(deps.knex, {
      actor: principal?.actor ?? 'anonymous',
      action: audit.action,
      outcome,
      ...(request && {
        target: audit.target(request),
        details: { requestId: request.requestId, body: audit.details ? audit.details(request) : request.body },
      }),
    });
  try {
    const answer = await work((parsed) => (request = parsed));
    await record('succeeded');
    return answer;
  } catch (error) {
    const problem = toProblem(error);
    // The caller must learn what really failed, even when the audit log cannot be written for the same reason.
    await record(problem.code).catch((cause: unknown) => deps.logger.error({ err: cause }, 'audit log not written'));
    throw problem;
  }
}

function send(response: Response, route: Route, answer: RouteAnswer): void {
  const contentType = route.answers[answer.status]?.contentType;
  response.status(answer.status).set(answer.headers ?? {});
  if (answer.body instanceof Buffer) response.type(contentType ?? 'application/json').send(answer.body);
  else if (contentType === undefined) response.json(answer.body);
  else response.type(contentType).send(answer.body);
}
