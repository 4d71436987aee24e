import type { Request, Response, Router } from 'express';
import { uuidv7 } from 'uuidv7';
import { API_PREFIX } from '../paths';
import { checkAnswer, sendAnswer } from './answer';
import { AuditTrail } from './audit';
import { authenticate, authorize, hasRole, prefixPresented } from './auth';
import type { RouteDeps } from './deps';
import { type BodyLimit, hasBody, readBody } from './read-body';
import { contextOf, LONGEST_PATH } from './request-context';
import { namedConnection, resolveConnection } from './resolve-connection';
import type { ParsedRequest, Principal, Route, RouteAnswer } from './route';
import { parseBody, parseJson, parseParameters } from './validation';

/** For routes that name no limit of their own. */
const USUAL_LIMIT: BodyLimit = { bytes: 100 * 1024, values: 10_000 };

type AnyRequest = ParsedRequest<unknown, unknown, unknown, unknown>;

/**
 * Serves a route: authentication, role, validation, connection, then the handler, the check of its answer, and the audit
 * log. No byte of a body is read before the key and its role are known.
 */
export function mountRoute(router: Router, route: Route, deps: RouteDeps): void {
  router[route.method](expressPath(route.path), async (request, response) => {
    const context = contextOf(response);
    context.route = `${API_PREFIX}${route.path}`;
    context.isProbe = route.unlimited === true;
    const principal = await admit(route, request, deps).catch((error: unknown) => {
      context.refusedKey = prefixPresented(request.headers);
      throw error;
    });
    context.actor = principal?.actor;
    const { requestId } = context;
    const call = { requestId, address: request.socket.remoteAddress, path: request.path.slice(0, LONGEST_PATH) };
    const trail = new AuditTrail(route, principal, call, deps);
    const body = { headers: request.headers, mostBytes: route.largestBody?.bytes ?? 0, keyId: principal?.id };
    let answer: RouteAnswer;
    try {
      if (route.access !== 'open' && principal) authorize(principal, route.access);
      answer = await deps.largeBodies.run(body, async () => {
        const parsed: AnyRequest = {
          ...(await parse(route, request, response)),
          principal,
          actor: principal?.actor ?? 'anonymous',
          requestId,
          runId: uuidv7(),
          address: call.address,
          log: context.log,
          auditWith: (trx) => trail.commitWith(trx),
        };
        const named = route.connection && namedConnection(route.connection, parsed);
        trail.announce(parsed, named);
        const connection = route.connection && (await resolveConnection(deps.knex, route.connection, named));
        trail.announce(parsed, connection?.name);
        await trail.begin();
        const isReader = principal !== undefined && !hasRole(principal, 'operator');
        const limits = isReader && { readerCredits: deps.creditShares.of(principal.id) };
        return route.handle({ ...parsed, connection }, { ...deps, ...limits });
      });
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

/** Parameters first: a request whose parameters are wrong is refused before its body is read. */
async function parse(
  route: Route,
  request: Request,
  response: Response,
): Promise<Pick<AnyRequest, 'params' | 'query' | 'headers' | 'body' | 'bodyText'>> {
  const parameters = {
    params: route.params && parseParameters(route.params, request.params),
    query: route.query && parseParameters(route.query, request.query),
    headers: route.headers && parseParameters(route.headers, request.headers),
  };
  if (!route.body) return { ...parameters, body: undefined, bodyText: '' };
  if (!hasBody(request)) return { ...parameters, body: parseBody(route.body, {}), bodyText: '' };
  const read = await readBody(request, response, route.largestBody ?? USUAL_LIMIT);
  const bodyText = read.bytes.toString('utf8');
  const body = route.parseInPieces
    ? await route.parseInPieces(read)
    : parseBody(route.body, parseJson(bodyText, route.exactNumbers));
  return { ...parameters, body, bodyText };
}
