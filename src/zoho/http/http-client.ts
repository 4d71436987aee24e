import type { IncomingHttpHeaders } from 'node:http';
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { networkError } from '../errors/classify-error';
import { answerTooLarge, type CallLabel, unreadableAnswer } from '../errors/errors';
import { joinBody } from './body-memory';
import { guardedConnector } from './guarded-connector';
import { MultipartFile } from './multipart-file';
import { largestAnswer } from './request-limits';
import { untilAborted } from './until-aborted';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface HttpRequest {
  /** Scheme, host and port. */
  origin: string;
  /** Path with the query. */
  path: string;
  method: HttpMethod;
  headers: Record<string, string>;
  /** A file is sent as `multipart/form-data`. */
  body?: string | MultipartFile | undefined;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  /** The whole body, collected once; empty if there is none. */
  body: Buffer;
}

/** An answer whose body is still on the line. */
export type HttpStream = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers' | 'body'>;

const KEEP_ALIVE_MS = 30_000;
/** The variables that curl and most other programs heed. */
const PROXY_VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];
const LOOPBACK = 'localhost,127.0.0.1,[::1]';

/**
 * Sends single requests over kept-alive connections, through the proxy of the environment (`HTTPS_PROXY`, `HTTP_PROXY`,
 * `NO_PROXY`) if there is one; this machine itself is never asked for through it. Follows no redirects and repeats
 * nothing.
 *
 * All methods reject with the signal's reason when it is aborted, else with a `ZohoError` of category `network`.
 */
export class HttpClient {
  readonly #agent: Dispatcher;

  /**
   * @param timeoutMs limit for connecting, for the headers and for each pause in the body.
   * @param privateHosts may be called although their addresses are not public, as this machine by its own names may:
   *   what a connection's servers are allowed to be is checked where they are named. A proxy looks names up itself.
   */
  constructor(timeoutMs: number, privateHosts: readonly string[] = []) {
    const options: Agent.Options = {
      connect: guardedConnector(timeoutMs, { allowLoopback: true, privateHosts }),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
    };
    this.#agent = PROXY_VARIABLES.some((name) => process.env[name])
      ? new EnvHttpProxyAgent({ ...options, noProxy: exceptions(process.env) })
      : new Agent(options);
  }

  /** Sends one request and collects the answer; the announced length must arrive in full. */
  async send(label: CallLabel, request: HttpRequest, signal: AbortSignal | undefined): Promise<HttpAnswer> {
    return this.#guarded(label, signal, this.#collect(label, request, signal));
  }

  /** Sends one request and returns as soon as the headers are there. */
  async open(label: CallLabel, request: HttpRequest, signal: AbortSignal | undefined): Promise<HttpStream> {
    return this.#guarded(label, signal, this.#dispatch(request, signal));
  }

  /** Collects the body of an opened answer. */
  async collect(label: CallLabel, stream: HttpStream, signal: AbortSignal | undefined): Promise<HttpAnswer> {
    return this.#guarded(label, signal, readWhole(label, stream));
  }

  /** Waits for the calls in flight, then closes the connections. */
  async close(): Promise<void> {
    await this.#agent.close();
  }

  async #collect(label: CallLabel, request: HttpRequest, signal: AbortSignal | undefined): Promise<HttpAnswer> {
    return readWhole(label, await this.#dispatch(request, signal));
  }

  async #dispatch(request: HttpRequest, signal: AbortSignal | undefined): Promise<HttpStream> {
    const { body, headers } = request;
    const sent = body instanceof MultipartFile ? body.open() : { body: body ?? null, headers: {} };
    return this.#agent.request({
      ...request,
      body: sent.body,
      headers: { ...headers, ...sent.headers },
      signal: signal ?? null,
    });
  }

  /** undici leaves a request that waits for a connection alone when it is aborted, hence the race. */
  async #guarded<T>(label: CallLabel, signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
    try {
      return await untilAborted(work, signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw networkError(label, error);
    }
  }
}

function exceptions({ no_proxy, NO_PROXY }: NodeJS.ProcessEnv): string {
  return [no_proxy ?? NO_PROXY, LOOPBACK].filter(Boolean).join(',');
}

async function readWhole(label: CallLabel, stream: HttpStream): Promise<HttpAnswer> {
  const pieces: Buffer[] = [];
  const largest = largestAnswer(label.operation);
  let bytes = 0;
  for await (const piece of stream.body) {
    bytes += (piece as Buffer).length;
    if (bytes > largest) throw answerTooLarge(label, stream.statusCode, largest);
    pieces.push(piece as Buffer);
  }
  const body = joinBody(pieces);
  const announced = stream.headers['content-length'];
  if (announced !== undefined && Number(announced) !== body.length) {
    throw unreadableAnswer(label, stream.statusCode, 'the answer is shorter than announced');
  }
  return { status: stream.statusCode, headers: stream.headers, body };
}
