import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type ActiveFault } from '../faults/fault-plan';
import { faultBefore, sendWithFault, waitsAfterApply } from '../faults/strike';
import { type HostPlace, placeOf } from '../oauth/data-centers';
import { scopesAllow } from '../oauth/scopes';
import type { AccessToken } from '../oauth/token-store';
import type { Simulation } from '../simulation';
import { readSwitch } from '../switches';
import {
  ApiError,
  authenticationFailure,
  internalError,
  invalidToken,
  invalidUrl,
  notForWebPages,
  rateLimitExceeded,
  scopeMismatch,
  tooManyRequests,
} from './api-error';
import { type Exchange, json, type Reply } from './exchange';
import type { Route, Router } from './router';
import { send } from './send';

const MAX_BODY_BYTES = 30 * 1024 * 1024;
const KEEP_ALIVE_MS = 60_000;
const CLOCK_ERROR_MS = { right: 0, ten_minutes_ahead: 600_000, ten_minutes_behind: -600_000 } as const;

interface Outcome {
  readonly reply: Reply;
  readonly credits: number;
  readonly token?: AccessToken;
}

/** The HTTP side of the simulator: faults, authentication, limits, then the route's handler, then the answer. */
export class Listener {
  readonly server: Server;
  readonly simulation: Simulation;
  readonly api: Router;
  readonly control: Router;

  constructor(simulation: Simulation, api: Router, control: Router) {
    this.simulation = simulation;
    this.api = api;
    this.control = control;
    const { tls } = simulation.options;
    const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
      this.#serve(request, response).catch(() => response.destroy());
    };
    this.server = tls ? createSecureServer({ ...tls }, onRequest) : createServer(onRequest);
    this.server.keepAliveTimeout = KEEP_ALIVE_MS;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const scheme = this.simulation.options.tls ? 'https' : 'http';
    const origin = `${scheme}://${request.headers.host ?? 'localhost'}`;
    const url = new URL(request.url ?? '/', origin);
    const exchange: Exchange = {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: await readBody(request),
      params: {},
      origin,
    };
    if (url.pathname.startsWith('/__simulator/')) return this.#serveControl(exchange, response);
    await this.#serveApi(exchange, request.url ?? '/', response);
  }

  async #serveControl(exchange: Exchange, response: ServerResponse): Promise<void> {
    const reply = isFromWebPage(exchange) ? errorReply(notForWebPages()) : await answer(this.control, exchange);
    await send(response, reply, {});
  }

  async #serveApi(exchange: Exchange, url: string, response: ServerResponse): Promise<void> {
    const { simulation } = this;
    const started = performance.now();
    let matched: { route: Route; params: Record<string, string> } | undefined;
    let failure: ApiError | undefined;
    try {
      const place = placeOf(exchange.headers.host ?? '', simulation.switches);
      if (place) checkPlace(place, exchange, simulation.options.dataCenter);
      matched = this.api.match(exchange.method, exchange.path);
    } catch (error) {
      failure = asApiError(error);
    }
    const operation = matched?.route.operation ?? 'unknown';
    const fault = simulation.faults.strike({
      operation,
      method: exchange.method,
      path: exchange.path,
      hasPageToken: exchange.query.has('page_token'),
      module: matched?.params['module'] ?? exchange.query.get('module') ?? bulkModule(exchange),
    });
    const outcome = this.#throttled(
      matched
        ? await this.#answerRoute(matched.route, { ...exchange, params: matched.params }, fault, response)
        : { reply: errorReply(failure ?? internalError()), credits: 0 },
    );
    simulation.calls.add({
      at: simulation.clock.now(),
      operation,
      method: exchange.method,
      url,
      status: outcome.reply.status,
      credits: outcome.credits,
      milliseconds: Math.round((performance.now() - started) * 10) / 10,
      ...(fault && { fault: fault.kind }),
    });
    await sendWithFault(response, outcome.reply, this.#headers(outcome), fault);
  }

  async #answerRoute(
    route: Route,
    exchange: Exchange,
    fault: ActiveFault | undefined,
    response: ServerResponse,
  ): Promise<Outcome> {
    const struck = await faultBefore(fault, response);
    if (struck) return { reply: struck, credits: 0 };
    if (!/^(\/v2)?\/crm\//.test(exchange.path)) return { reply: await handled(route, exchange), credits: 0 };
    const { simulation } = this;
    let token: AccessToken | undefined;
    let leave: (() => void) | undefined;
    let credits = 0;
    try {
      token = this.#authenticate(route, exchange);
      leave = simulation.gate.enter(token.clientId, route.heavy?.(exchange) ?? false);
      if (!leave) throw tooManyRequests();
      response.once('close', leave);
      // A fault may have kept the call until its caller was gone.
      if (response.closed) leave();
      credits = typeof route.credits === 'number' ? route.credits : route.credits(exchange);
      if (!simulation.credits.spend(credits)) {
        credits = 0;
        throw tooManyRequests();
      }
      if (simulation.options.latencyMs > 0)
        await new Promise((resolve) => setTimeout(resolve, simulation.options.latencyMs));
      const reply = await handled(route, { ...exchange, token });
      await waitsAfterApply(fault, response);
      return { reply, credits, token };
    } catch (error) {
      return { reply: errorReply(asApiError(error)), credits, ...(token && { token }) };
    }
  }

  #authenticate(route: Route, exchange: Exchange): AccessToken {
    const [, scheme, value] = /^(Zoho-oauthtoken|Bearer)\s+(\S+)$/i.exec(exchange.headers.authorization ?? '') ?? [];
    const refused = scheme?.toLowerCase() === 'bearer' && !readSwitch(this.simulation, 'bearerScheme');
    if (value === undefined || refused) throw authenticationFailure();
    const token = this.simulation.tokens.find(value);
    if (!token) throw invalidToken();
    if (!scopesAllow(token.scopes, route.scopes, exchange.params['module'])) throw scopeMismatch();
    return token;
  }

  /** Says 429 in the words that are switched on. */
  #throttled(outcome: Outcome): Outcome {
    const other = readSwitch(this.simulation, 'throttleCode') === 'RATE_LIMIT_EXCEEDED';
    return other && outcome.reply.status === 429 ? { ...outcome, reply: errorReply(rateLimitExceeded()) } : outcome;
  }

  #headers({ reply, token }: Outcome): Record<string, string> {
    const { clock, credits, catalog } = this.simulation;
    const remainder = credits.announcedRemainder();
    const retryAfter = readSwitch(this.simulation, 'retryAfterSeconds');
    const dateHeader = readSwitch(this.simulation, 'dateHeader');
    return {
      ...(dateHeader !== 'absent' && { Date: new Date(clock.now() + CLOCK_ERROR_MS[dateHeader]).toUTCString() }),
      ...(token && { 'X-ACCESSTOKEN-RESET': catalog.zone.format(Math.floor(token.expires / 1000)) }),
      ...(token && remainder !== undefined && { 'X-API-CREDITS-REMAINING': String(remainder) }),
      ...(retryAfter > 0 && reply.status === 429 && { 'Retry-After': String(retryAfter) }),
    };
  }
}

/** Browsers, and only they, say of a request which page it comes from; the simulator has none. */
function isFromWebPage({ headers }: Exchange): boolean {
  const site = headers['sec-fetch-site'];
  return headers.origin !== undefined || (site !== undefined && site !== 'none');
}

/** A host answers for its own service, and knows the tokens of its own data center only. */
function checkPlace({ service, dataCenter }: HostPlace, { path }: Exchange, home: string): void {
  const wanted = path.startsWith('/oauth/') ? 'accounts' : path.endsWith('/upload') ? 'upload' : 'api';
  if (service !== wanted) throw invalidUrl();
  if (wanted !== 'accounts' && dataCenter !== home) throw invalidToken();
}

async function answer(router: Router, exchange: Exchange): Promise<Reply> {
  try {
    const { route, params } = router.match(exchange.method, exchange.path);
    return await route.handle({ ...exchange, params });
  } catch (error) {
    return errorReply(asApiError(error));
  }
}

async function handled(route: Route, exchange: Exchange): Promise<Reply> {
  try {
    return await route.handle(exchange);
  } catch (error) {
    return errorReply(asApiError(error));
  }
}

function errorReply(error: ApiError): Reply {
  return json(error.status, error.envelope());
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return internalError();
}

/** The module a bulk-read job is created for, so that faults can be aimed at it. */
function bulkModule(exchange: Exchange): string | undefined {
  if (!exchange.path.startsWith('/crm/bulk/')) return undefined;
  return /"module"\s*:\s*\{[^}]*"api_name"\s*:\s*"(\w+)"/.exec(exchange.body.toString('utf8'))?.[1];
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > MAX_BODY_BYTES) throw new Error('the request body is too large');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
