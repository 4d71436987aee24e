import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import { ReaderCreditShares } from './connections/reader-credits';
import { CallerLimit, TooManyRequests } from './http/caller-limit';
import { closeUnread } from './http/close-unread';
import type { ApiDeps, RouteDeps } from './http/deps';
import { LargeBodyQueue } from './http/large-body-queue';
import { createMetrics } from './http/metrics';
import { mountRoute, pathMatcher } from './http/mount-route';
import { PROBLEM_CONTENT_TYPE, Problem, toProblemDocument } from './http/problem';
import { contextOf, requestContext } from './http/request-context';
import type { Route } from './http/route';
import { shareRecent } from './http/share-recent';
import { toProblem } from './http/to-problem';
import { describeApi } from './openapi';
import { API_PREFIX } from './paths';
import { ROUTES } from './routes';
import { checkReadiness } from './system/readiness';

const READINESS_MAX_AGE_MS = 1_000;

/** The control API as an Express application; it holds no state but who is being served. */
export function createApp(deps: ApiDeps): Express {
  const metrics = createMetrics(deps.knex);
  const app = express();
  app.disable('etag');
  app.use(requestContext(deps.logger, metrics));
  app.use(closeUnread);
  app.use(helmet());
  app.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  const callerLimit = new CallerLimit(deps.knex);
  const routeDeps: RouteDeps = {
    ...deps,
    metrics,
    callerLimit,
    creditShares: new ReaderCreditShares(deps.knex),
    largeBodies: new LargeBodyQueue(),
    openApi: Buffer.from(JSON.stringify(describeApi(ROUTES, deps.version))),
    readiness: shareRecent(() => checkReadiness(deps), deps.readinessMaxAgeMs ?? READINESS_MAX_AGE_MS),
  };
  // Who has nothing but the address finds out what is there.
  app.use((request, _response, next) => {
    if (request.path === '/') request.url = API_PREFIX;
    next();
  });
  for (const route of ROUTES) mountRoute(app, route, routeDeps);
  app.use(async (request: Request, _response: Response, next: NextFunction) => {
    await callerLimit.count(request.socket.remoteAddress);
    next();
  });
  app.use((request: Request) => {
    refuseOtherMethods(request);
    throw new Problem('route_not_found', `There is nothing at ${request.path}.`);
  });
  app.use(answerProblem);
  return app;
}

const MATCHERS = ROUTES.map((route) => ({ route, matcher: pathMatcher(route.path) }));

/** @throws Problem `method_not_allowed` for a path that routes have, with the methods of all of them */
function refuseOtherMethods({ method: asked, path }: Request): void {
  const methods = routesOf(path).map(({ method }) => method.toUpperCase());
  if (methods.length === 0) return;
  const allowed = [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].join(', ');
  throw new Problem('method_not_allowed', `${asked} is not among ${allowed}.`, { headers: { Allow: allowed } });
}

/** A word of one route can stand where another has a parameter: only if it is a value of that, both have the path. */
function routesOf(path: string): Route[] {
  const matches = MATCHERS.flatMap(({ route, matcher }) => {
    const match = matcher.exec(path);
    return match ? [{ route, fits: route.params?.safeParse({ ...match.groups }).success ?? true }] : [];
  });
  const fitting = matches.filter(({ fits }) => fits);
  return (fitting.length > 0 ? fitting : matches).map(({ route }) => route);
}

/** Last handler: turns any error into a problem document, and logs those that are our fault with their cause. */
function answerProblem(error: unknown, request: Request, response: Response, next: NextFunction): void {
  const problem = toProblem(error);
  const context = contextOf(response);
  const { requestId, log } = context;
  if (problem instanceof TooManyRequests) context.isLogged = problem.isFirst;
  if (problem.kind.status >= 500) log.error({ err: problem.cause ?? problem, code: problem.code }, problem.message);
  if (response.headersSent) {
    next(error);
    return;
  }
  response
    .status(problem.kind.status)
    .set(problem.more.headers ?? {})
    .type(PROBLEM_CONTENT_TYPE)
    .send(JSON.stringify(toProblemDocument(problem, request.path, requestId)));
}
