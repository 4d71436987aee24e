import type { Knex } from 'knex';
import type { z } from 'zod';
import type { ApiRole } from '../../db/models/api-key';
import type { ConnectionModel } from '../../db/models/connection';
import type { RunKind } from '../../domain/runs/run';
import type { Logger } from '../../logger';
import type { RouteDeps } from './deps';
import type { ScannedBody } from './json-lists';
import type { ProblemCode } from './problem';
import type { BodyLimit } from './read-body';
import { CONNECTION_PROBLEMS, type ConnectionPlace } from './resolve-connection';
import type { Tag } from './tags';

/** The authenticated caller of a request. */
export interface Principal {
  /** Id of the API key. */
  id: string;
  /** `api-key:<name>#<prefix>`, as sessions and the audit log name the caller: names repeat, prefixes do not. */
  actor: string;
  role: ApiRole;
}

/** A request as it was parsed, before its connection is known. */
export interface ParsedRequest<Params, Query, Body, Headers> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly headers: Headers;
  /** `undefined` on open routes. */
  readonly principal: Principal | undefined;
  /** The principal's actor; `anonymous` on open routes. */
  readonly actor: string;
  /** The body as it was sent: numbers have all their digits here. Empty without one. */
  readonly bodyText: string;
  readonly requestId: string;
  /** Id for the run that the request starts, if it does: its audit entry names it beforehand. */
  readonly runId: string;
  /** Address of the caller; undefined once its connection has ended. */
  readonly address: string | undefined;
  readonly log: Logger;
  /** Settles the audit entry in the handler's transaction; otherwise that is done after the handler. */
  readonly auditWith: (trx: Knex) => Promise<void>;
}

/** Connection of a request to a route that declares its place. */
export type ConnectionAt<Place extends ConnectionPlace> = [Place] extends [never]
  ? undefined
  : Place extends 'filter'
    ? ConnectionModel | undefined
    : ConnectionModel;

/** A request as its handler gets it. */
export interface RouteRequest<
  Params,
  Query,
  Body,
  Headers,
  Place extends ConnectionPlace = ConnectionPlace,
> extends ParsedRequest<Params, Query, Body, Headers> {
  /** The connection that the request names or, where the route needs one, the only one there is. */
  readonly connection: ConnectionAt<Place>;
}

export interface DeclaredAnswer {
  description: string;
  schema: z.ZodType;
  /** @default 'application/json' */
  contentType?: string;
  /** Headers of the answer: name and description. */
  headers?: Readonly<Record<string, string>>;
}

/** Answers of a route by their HTTP status. */
export type DeclaredAnswers = Readonly<Record<number, DeclaredAnswer>>;

/**
 * An answer that the route declares, under its status. The body is JSON, or text where the route declares another
 * content type; a `Buffer` is JSON that is passed on untouched.
 */
export type AnswerOf<Answers extends DeclaredAnswers> = {
  [Status in keyof Answers & number]: {
    status: Status;
    body: z.input<Answers[Status]['schema']> | Buffer;
    headers?: Record<string, string>;
  };
}[keyof Answers & number];

/** An answer whose status and body are not those of one route. */
export interface RouteAnswer<Status extends number = number, Body = unknown> {
  status: Status;
  body: Body;
  headers?: Record<string, string>;
}

/** One operation of the API: what it takes, what it answers, who may call it. OpenAPI is generated from this. */
export interface Route<
  Params = unknown,
  Query = unknown,
  Body = unknown,
  Headers = unknown,
  Answers extends DeclaredAnswers = DeclaredAnswers,
  Place extends ConnectionPlace = ConnectionPlace,
> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** In OpenAPI's notation, e.g. `/sessions/{id}`. */
  readonly path: string;
  readonly operationId: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  /** The least role that may call it; `open` needs no API key. */
  readonly access: ApiRole | 'open';
  /** Answered to callers without a key, however many they are: it costs nothing, and probes need it. */
  readonly unlimited?: true;
  /** Where the request names its connection, for routes that work on one. */
  readonly connection?: Place;
  readonly params?: z.ZodType<Params>;
  readonly query?: z.ZodType<Query>;
  /** Names in lower case. */
  readonly headers?: z.ZodType<Headers>;
  readonly body?: z.ZodType<Body>;
  /** @default 100 KiB with 10,000 values */
  readonly largestBody?: BodyLimit;
  /**
   * Parses a body of long lists, whose limit names them, as `body` would, but piece by piece: no other request waits for
   * the whole of it. @throws Problem `malformed_json`, `payload_too_large`, `validation_failed`
   */
  readonly parseInPieces?: (body: ScannedBody) => Promise<Body>;
  /** Numbers that a double cannot hold reach the schema as `JsonNumber`. */
  readonly exactNumbers?: true;
  readonly answers: Answers;
  /** The problems that are this route's own; those of its connection and of every route are added. */
  readonly problems: readonly ProblemCode[];
  /** Every mutation is audited: under which action, and what it was done to. */
  readonly audit?: {
    action: string;
    /** @param connection name of the connection; as the request has it, or `-`, where there is no such connection */
    target(request: ParsedRequest<Params, Query, Body, Headers>, connection: string): string;
    /** Part of the body that is audited; needed where it holds a secret. @default all of it */
    details?(request: ParsedRequest<Params, Query, Body, Headers>): object;
    /** Kind of the run that it starts under the `runId` of the request. */
    starts?: RunKind;
  };
  handle(request: RouteRequest<Params, Query, Body, Headers, Place>, deps: RouteDeps): Promise<AnswerOf<Answers>>;
}

type RouteDefinition<
  Params,
  Query,
  Body,
  Headers,
  Answers extends DeclaredAnswers,
  Answer,
  Place extends ConnectionPlace,
> = Omit<Route<Params, Query, Body, Headers, Answers, Place>, 'handle'> & {
  handle(request: RouteRequest<Params, Query, Body, Headers, Place>, deps: RouteDeps): Promise<Answer>;
};

/** Infers the types of a route's inputs from its schemas, and holds its handler to the answers that it declares. */
export function defineRoute<
  Params,
  Query,
  Body,
  Headers,
  const Answers extends DeclaredAnswers,
  const Answer extends AnswerOf<NoInfer<Answers>>,
  Place extends ConnectionPlace = never,
>(route: RouteDefinition<Params, Query, Body, Headers, Answers, Answer, Place>): Route {
  if (route.connection === undefined) return route;
  return { ...route, problems: [...CONNECTION_PROBLEMS[route.connection], ...route.problems] };
}
