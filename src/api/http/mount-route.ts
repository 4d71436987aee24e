import type { Request, Router } from 'express';
import { API_PREFIX } from '../paths';
import { checkAnswer, sendAnswer } from './answer';
import { AuditTrail } from './audit';
import { authenticate, authorize, prefixPresented } from './auth';
import type { RouteDeps } from './deps';
import { readLargeBody } from './large-body';
import { Problem } from './problem';
import { contextOf, LONGEST_PATH } from './request-context';
import { namedConnection, resolveConnection } from './resolve-connection';
import type { ParsedRequest, Principal, Route, RouteAnswer } from './route';
import { parseBody, parseExactBody, parseParameters } from './validation';

type AnyRequest = ParsedRequest<unknown, unknown, unknown, unknown>;

/** Serves a route: authentication, role, validation, connection, then the handler, the check of its answer, and the audit log. */
export function mountRoute(router: Router, route: Route, deps: RouteDeps): void {
  router[route.method](expressPath(route.path), async (request, response) => {
    const context = contextOf(response);
    context.route = `${API_PREFIX}${route.path}`;
    const principal = await admit(route, request, deps).catch((error: unknown) => {
      context.refusedKey = prefixPresented(request.headers);
      throw error;
    });
    context.actor = principal?.actor;
    const { requestId } = context;
    const call = { requestId, address: request.socket.remoteAddress, path: request.path.slice(0, LONGEST_PATH) };
    const trail = new AuditTrail(route, principal, call, deps);
    let answer: RouteAnswer;
    try {
      if (route.access !== 'open' && principal) authorize(principal, route.access);
      const bodyText = route.largestBody === undefined ? '' : await readLargeBody(route.largestBody, request, response);
      const parsed: AnyRequest = {
        ...parse(route, request, bodyText),
        principal,
        actor: principal?.actor ?? 'anonymous',
        bodyText,
        requestId,
        address: call.address,
        log: context.log,
        auditWith: (trx) => trail.commitWith(trx),
      };
      const named = route.connection && namedConnection(route.connection, parsed);
      trail.announce(parsed, named);
      const connection = route.connection && (await resolveConnection(deps.knex, route.connection, named));
      trail.announce(parsed, connection?.name);
      await trail.begin();
      answer = await route.handle({ ...parsed, connection }, deps);
    } catch (error) {
      throw await trail.fail(error);
    }
    await trail.succeed();
    checkAnswer(route, answer, deps);
    sendAnswer(response, route, answer);
  });
}

/** Finds out who calls. @throws Problem `unauthenticated`; TooManyRequests for callers without a key */
async function admit(route: Route, request: Request, { knex, callerLimit }: RouteDeps): Promise<Principal | undefined> {
  if (route.access !== 'open') return authenticate(knex, callerLimit, request);
  if (route.unlimited !== true) await callerLimit.count(request.socket.remoteAddress);
  return undefined;
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
