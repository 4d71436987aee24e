import type { NextFunction, Request, Response } from 'express';
import { uuidv7 } from 'uuidv7';
import { API_PREFIX, CALLBACK_PATHS } from '../../connection/callback-urls';
import type { Logger } from '../../logger';
import type { Metrics } from './metrics';

/** Facts about one request, found again by its response. */
export interface RequestContext {
  readonly requestId: string;
  readonly log: Logger;
  /** The route that answers, in OpenAPI's notation; a bounded set, fit for a metric's label. */
  route: string;
  actor: string | undefined;
  /** Prefix of a key that was refused: who it belonged to can be looked up. */
  refusedKey: string | undefined;
  /** False for a request that is one of a flood. */
  isLogged: boolean;
  /** True for a probe: there is no limit to them, and nothing to learn from their lines. */
  isProbe: boolean;
}

const REQUEST_ID = /^[\w.-]{1,100}$/;
/** Characters of a path that are logged; those of the API are shorter. */
export const LONGEST_PATH = 200;
const contexts = new WeakMap<Response, RequestContext>();

export function contextOf(response: Response): RequestContext {
  const context = contexts.get(response);
  if (!context) throw new Error('The request has no context: the middleware that makes it comes first.');
  return context;
}

/** Gives every request an id (the caller's, if it sent one), one log line when it is answered, and a measurement. */
export function requestContext(logger: Logger, metrics: Metrics) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const requestId = REQUEST_ID.exec(request.get('x-request-id') ?? '')?.[0] ?? uuidv7();
    const context: RequestContext = {
      requestId,
      log: logger.child({ requestId }),
      route: 'unknown',
      actor: undefined,
      refusedKey: undefined,
      isLogged: true,
      isProbe: false,
    };
    // Known no more once the connection has ended.
    const address = request.socket.remoteAddress;
    contexts.set(response, context);
    response.set('X-Request-Id', requestId);
    const started = performance.now();
    response.once('close', () => {
      const { method } = request;
      const { actor, refusedKey } = context;
      const status = response.writableFinished ? response.statusCode : 499;
      const seconds = (performance.now() - started) / 1000;
      metrics.observeRequest({ method, route: context.route, status, seconds });
      if (!context.isLogged) return;
      // Without the query: callers may put anything there.
      const level = status >= 500 ? 'error' : 'info';
      context.log[context.isProbe ? 'debug' : level](
        {
          method,
          path: loggedPath(request.path),
          status,
          ms: Math.round(seconds * 1000),
          actor,
          refusedKey,
          address,
        },
        'request',
      );
    });
    next();
  };
}

/** Paths below it end with a secret. */
const SECRET_BELOW = `${API_PREFIX}${CALLBACK_PATHS.notifications}/`;

function loggedPath(path: string): string {
  return path.toLowerCase().startsWith(SECRET_BELOW) ? `${SECRET_BELOW}{path}` : path.slice(0, LONGEST_PATH);
}
