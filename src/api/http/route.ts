import type { z } from 'zod';
import type { ApiRole } from '../../db/models/api-key';
import type { Logger } from '../../logger';
import type { RouteDeps } from './deps';
import type { ProblemCode } from './problem';

/** Who called, as far as the API knows. */
export interface Principal {
  /** As it stands in sessions and in the audit log. */
  actor: string;
  role: ApiRole;
}

export interface RouteRequest<Params, Query, Body, Headers> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly headers: Headers;
  /** `undefined` on open routes. */
  readonly principal: Principal | undefined;
  /** The body as it was sent, for routes with `largestBody`: numbers have all their digits here. */
  readonly bodyText: string;
  readonly requestId: string;
  readonly log: Logger;
}

export interface RouteAnswer {
  status: number;
  /** JSON, unless the route declares another content type: then text. A `Buffer` is JSON that is passed on untouched. */
  body: unknown;
  headers?: Record<string, string>;
}

export interface DeclaredAnswer {
  description: string;
  schema: z.ZodType;
  /** @default 'application/json' */
  contentType?: string;
  /** Headers of the answer: name and description. */
  headers?: Readonly<Record<string, string>>;
}

/** One operation of the API: what it takes, what it answers, who may call it. OpenAPI is generated from this. */
export interface Route<Params = unknown, Query = unknown, Body = unknown, Headers = unknown> {
  readonly method: 'get' | 'post' | 'patch';
  /** In OpenAPI's notation, e.g. `/sessions/{id}`. */
  readonly path: string;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** The least role that may call it; `open` needs no API key. */
  readonly access: ApiRole | 'open';
  readonly params?: z.ZodType<Params>;
  readonly query?: z.ZodType<Query>;
  /** Names in lower case. */
  readonly headers?: z.ZodType<Headers>;
  readonly body?: z.ZodType<Body>;
  /** For bodies above the usual limit, such as `30mb`: read only once it is known that the caller may send it. */
  readonly largestBody?: string;
  /** With `largestBody`: numbers that a double cannot hold reach the schema as `JsonNumber`. */
  readonly exactNumbers?: true;
  readonly answers: Readonly<Record<number, DeclaredAnswer>>;
  /** The problems that are this route's own; those of every route are added. */
  readonly problems: readonly ProblemCode[];
  /** Every mutation is audited: under which action, and what it was done to. */
  readonly audit?: {
    action: string;
    target(request: RouteRequest<Params, Query, Body, Headers>): string;
    /** What of the body is kept; needed where it holds a secret. @default all of it */
    details?(request: RouteRequest<Params, Query, Body, Headers>): object;
  };
  handle(request: RouteRequest<Params, Query, Body, Headers>, deps: RouteDeps): Promise<RouteAnswer>;
}

/** Infers the types of a route's inputs from its schemas. */
export function defineRoute<Params, Query, Body, Headers>(
  route: Route<Params, Query, Body, Headers>,
): Route<Params, Query, Body, Headers> {
  return route;
}
