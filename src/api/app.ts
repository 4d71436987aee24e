import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import { ReaderCreditShares } from './connections/reader-credits';
import { CallerLimit, TooManyRequests } from './http/caller-limit';
import { closeUnread } from './http/close-unread';
import type { ApiDeps, RouteDeps } from './http/deps';
import { LargeBodyQueue } from './http/large-body-queue';
import { createMetrics } from './http/metrics';
import { expressPath, mountRoute } from './http/mount-route';
import { PROBLEM_CONTENT_TYPE, Problem, toProblemDocument } from './http/problem';
import { contextOf, requestContext } from './http/request-context';
import type { Route } from './http/route';
import { shareRecent } from './http/share-recent';
import { toProblem } from './http/to-problem';
import { describeApi } from './openapi';
import { API_PREFIX } from './paths';
import { ROUTES } from './routes';
import { checkReadiness } from './system/readiness';

const KEYLESS_PER_MINUTE = 300;
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
  const callerLimit = new CallerLimit(deps.knex, deps.keylessPerMinute ?? KEYLESS_PER_MINUTE);
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
  mountRoutes(app, routeDeps);
  app.use(async (request: Request) => {
    await callerLimit.count(request.socket.remoteAddress);
    throw new Problem('route_not_found', `There is nothing at ${request.path}.`);
  });
  app.use(answerProblem);
  return app;
}

/** Mounts the routes by their paths, and behind those of each a refusal that names their methods. */
function mountRoutes(app: Express, deps: RouteDeps): void {
  for (const [path, routes] of routesByPath()) {
    for (const route of routes) mountRoute(app, route, deps);
    const methods = routes.map(({ method }) => method.toUpperCase());
    const allowed = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
    app.all(path, async ({ method, socket }) => {
      await deps.callerLimit.count(socket.remoteAddress);
      throw new Problem('method_not_allowed', `${method} is not among ${allowed}.`, { headers: { Allow: allowed } });
    });
  }
}

/** The routes of each path. One that has a word comes before one that has a parameter there: it has the path alone. */
function routesByPath(): [path: string, routes: Route[]][] {
  const byPath = new Map<string, Route[]>();
  for (const route of ROUTES) {
    const path = expressPath(route.path).replaceAll(/:\w+/g, ':parameter');
    byPath.set(path, [...(byPath.get(path) ?? []), route]);
  }
  const parameters = (path: string): number => path.split(':').length;
  return [...byPath].toSorted(([a], [b]) => parameters(a) - parameters(b));
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
