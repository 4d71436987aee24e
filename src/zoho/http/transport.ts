import type { IncomingHttpHeaders } from 'node:http';
import type { CallPriority } from '../../domain/credits/priorities';
import { CREDITS, type ZohoOperation } from '../../domain/zoho-limits';
import { classifyAnswer } from '../errors/classify-error';
import { type CallLabel, requestBug, unreadableAnswer, ZohoError } from '../errors/errors';
import type { CallBatch, CallLimiter } from './call-limiter';
import { type CallObserver, CallReport } from './call-report';
import { contentUrlOf, isAllowedDownloadUrl } from './data-centers';
import { exactJson } from './exact-json';
import { type HttpAnswer, HttpClient, type HttpMethod, type HttpRequest } from './http-client';
import { MultipartFile } from './multipart-file';
import { type ExpectedItems, itemsOf, parseAnswer } from './response';
import { saveStream } from './save-stream';
import { untilAborted } from './until-aborted';

export interface AccessToken {
  accessToken: string;
  /** Scheme and host of the CRM API, as the token answer named it. */
  apiDomain: string;
  expiresAt: Date;
}

/** Source of access tokens. Shared by all workers of a connection, so it is implemented on the database. */
export interface TokenSource {
  current(signal?: AbortSignal): Promise<AccessToken>;
  /** Zoho took this token for a call. Never fails. */
  accept(accessToken: string, call: CallLabel): Promise<void>;
  /**
   * Zoho answered 401 to this token: it is not handed out again.
   * @returns the failure of the call: the refusal itself, or what it means after others of its kind
   */
  reject(accessToken: string, refusal: ZohoError): Promise<ZohoError>;
}

export interface CallOptions {
  /** Aborting rejects at once with the signal's reason and stops the call in flight. */
  signal?: AbortSignal | undefined;
  /** Hears of this call, in addition to the transport's own observer. */
  observer?: CallObserver | undefined;
  /** The batch it belongs to, for the transport's limiter. */
  batch?: CallBatch | undefined;
  /** For the transport's limiter. */
  priority?: CallPriority | undefined;
  /** Longest wait for the transport's limiter, in milliseconds. Absent: the limiter's default. */
  giveUpAfterMs?: number | undefined;
  /** Hears of the call before it waits for its token and its permit; the promise settles after the observer's report. */
  onStart?: ((call: Promise<unknown>) => void) | undefined;
}

export interface DownloadOptions extends CallOptions {
  /** Bytes that the file may have. @default any number */
  largest?: number | undefined;
}

export interface ZohoRequest {
  operation: ZohoOperation;
  /** API name of the module the call is about, for errors and the ledger; not put into the path. */
  module?: string;
  /** GET without it and without a body, else POST. */
  method?: HttpMethod;
  /**
   * Where the call goes: the API domain without it, else the host for uploads of its data center, or the host that an
   * absolute download URL names, if tokens may be sent there.
   */
  host?: 'content' | 'download';
  /** Path below the host, without the query; its parts already escaped. An absolute URL for the host `download`. */
  path: string;
  query?: Record<string, string | number | undefined>;
  headers?: Record<string, string | undefined>;
  /** A file, or what is sent as JSON text; exact numbers stay exact. */
  body?: object | MultipartFile;
  /** Overrides the operation's price. */
  credits?: number;
  /** Counts against the ten heavy calls that Zoho runs at a time ("API limits", sub-concurrency). */
  heavy?: boolean;
}

export interface ZohoAnswer {
  status: number;
  /** The untouched bytes; null when Zoho has nothing to return (204) or nothing has changed (304). */
  body: Buffer | null;
  /** Zoho's clock when it answered, whole seconds. Our clock at the start of the call if a proxy dropped the header. */
  serverTime: Date;
}

/** Sends the request and reads its answer. */
type Exchange<T> = (http: HttpRequest, report: CallReport) => Promise<T>;

/**
 * Makes single calls to the CRM API of one organization: token, permit, limits of time, classification, report. It
 * repeats nothing and waits for nothing but the permit; every failure is one `ZohoError`, and its owner decides when to
 * call again.
 */
export class ZohoTransport {
  readonly #tokens: TokenSource;
  readonly #http: HttpClient;
  readonly #observer: CallObserver | undefined;
  readonly #limiter: CallLimiter | undefined;

  /**
   * @param options.timeoutMs limit for connecting, for the headers and for each pause in the body.
   * @param options.privateHosts may be called although their addresses are not public.
   * @param options.limiter admits each call, or refuses it before it is made; without one every call is made.
   */
  constructor(options: {
    tokens: TokenSource;
    timeoutMs: number;
    privateHosts?: readonly string[] | undefined;
    observer?: CallObserver | undefined;
    limiter?: CallLimiter | undefined;
  }) {
    this.#tokens = options.tokens;
    this.#http = new HttpClient(options.timeoutMs, options.privateHosts);
    this.#observer = options.observer;
    this.#limiter = options.limiter;
  }

  /** Waits for the calls in flight, then closes the connections. */
  async close(): Promise<void> {
    await this.#http.close();
  }

  /**
   * Makes a call and hands the bytes of its good answer to `read`; what `read` throws counts as the call's failure.
   *
   * @throws ZohoError for every other answer and when none came.
   */
  async raw<T>(request: ZohoRequest, options: CallOptions | undefined, read: (answer: ZohoAnswer) => T): Promise<T> {
    return this.#call(request, options, async (http, report) => {
      const startedOn = new Date();
      const answer = await this.#http.send(request, http, options?.signal);
      report.answered(answer.status, answer.headers, answer.body.length);
      return read(goodAnswer(request, answer, startedOn));
    });
  }

  /**
   * Makes a call and hands its parsed answer to `read`: undefined when Zoho returned none (204, 304).
   *
   * @throws ZohoError also for an error envelope in a successful answer, and for one that is no JSON.
   */
  async json<T>(
    request: ZohoRequest,
    options: CallOptions | undefined,
    read: (value: unknown, answer: ZohoAnswer) => T,
  ): Promise<T> {
    return this.raw(request, options, (answer) => read(parseAnswer(request, answer.status, answer.body), answer));
  }

  /**
   * Makes a call whose answer has one item for each input, and hands the items to `read`: also when the status says
   * that all or some of them failed.
   *
   * @param expected the answer's list and the number of inputs.
   * @throws ZohoError for an answer that is about the call as a whole.
   */
  async items<T>(
    request: ZohoRequest,
    expected: ExpectedItems,
    options: CallOptions | undefined,
    read: (items: readonly unknown[], answer: { status: number; serverTime: Date }) => T,
  ): Promise<T> {
    return this.#call(request, options, async (http, report) => {
      const startedOn = new Date();
      const answer = await this.#http.send(request, http, options?.signal);
      report.answered(answer.status, answer.headers, answer.body.length);
      const items = itemsOf(request, answer, expected);
      return read(items, { status: answer.status, serverTime: serverTimeOf(answer, startedOn) });
    });
  }

  /**
   * Streams an answer into a file, which exists only once it is complete.
   *
   * @param destinationFile replaced if it exists; `{destinationFile}.part` is used meanwhile.
   * @throws ZohoError as `raw`; category `network` for a stream that was cut, code ANSWER_TOO_LARGE beyond the limit. Errors of the disk pass through.
   */
  async download(
    request: ZohoRequest,
    destinationFile: string,
    options: DownloadOptions | undefined,
  ): Promise<{ bytes: number }> {
    return this.#call(request, options, async (http, report) => {
      const stream = await this.#http.open(request, http, options?.signal);
      report.answered(stream.statusCode, stream.headers, 0);
      if (stream.statusCode !== 200 || isJson(stream.headers)) {
        const answer = await this.#http.collect(request, stream, options?.signal);
        report.answered(answer.status, answer.headers, answer.body.length);
        throw refusedDownload(request, answer);
      }
      const bytes = await saveStream(request, stream, destinationFile, {
        signal: options?.signal,
        largest: options?.largest,
      });
      report.answered(stream.statusCode, stream.headers, bytes);
      return { bytes };
    });
  }

  #call<T>(request: ZohoRequest, options: CallOptions | undefined, exchange: Exchange<T>): Promise<T> {
    const call = this.#permittedCall(request, options, exchange);
    options?.onStart?.(call);
    return call;
  }

  async #permittedCall<T>(request: ZohoRequest, options: CallOptions | undefined, exchange: Exchange<T>): Promise<T> {
    const signal = options?.signal;
    signal?.throwIfAborted();
    const token = await untilAborted(this.#tokens.current(signal), signal);
    const http = httpRequest(request, token);
    const listed = request.credits ?? CREDITS[request.operation];
    const { operation, module, heavy = false } = request;
    const { priority, batch, giveUpAfterMs } = options ?? {};
    const call = { operation, module, credits: listed, heavy, priority, batch, giveUpAfterMs };
    const permit = await this.#limiter?.acquire(call, signal);
    const report = new CallReport(
      {
        operation,
        module,
        method: http.method,
        path: http.path,
        bytesSent: bytesOf(http.body),
        credits: permit?.credits ?? listed,
      },
      [this.#observer, options?.observer],
    );
    try {
      const result = await exchange(http, report);
      report.succeeded();
      await this.#tokens.accept(token.accessToken, request);
      return result;
    } catch (error) {
      report.failed(error, signal);
      if (!(error instanceof ZohoError) || error.category !== 'auth_expired') throw error;
      throw await untilAborted(this.#tokens.reject(token.accessToken, error), signal);
    } finally {
      permit?.release(report.outcome);
    }
  }
}

function httpRequest(request: ZohoRequest, token: AccessToken): HttpRequest {
  const { body } = request;
  const url = addressOf(request, token.apiDomain);
  for (const [name, value] of definedEntries(request.query)) url.searchParams.set(name, String(value));
  const isJson = body !== undefined && !(body instanceof MultipartFile);
  return {
    origin: url.origin,
    path: url.pathname + url.search,
    method: request.method ?? (body ? 'POST' : 'GET'),
    headers: {
      authorization: `Zoho-oauthtoken ${token.accessToken}`,
      ...(isJson ? { 'content-type': 'application/json' } : {}),
      ...Object.fromEntries(definedEntries(request.headers)),
    },
    body: isJson ? exactJson(request, body) : body,
  };
}

function bytesOf(body: HttpRequest['body']): number {
  return body instanceof MultipartFile ? body.size : Buffer.byteLength(body ?? '');
}

/** @throws ZohoError `request_bug` for an address that would carry the token to a host where it does not belong. */
function addressOf(request: ZohoRequest, apiDomain: string): URL {
  const base = new URL(request.host === 'content' ? contentUrlOf(apiDomain) : apiDomain);
  const url = new URL(request.path, base);
  const isAllowed =
    request.host === 'download' ? isAllowedDownloadUrl(apiDomain, url.href) : url.origin === base.origin;
  if (!isAllowed) throw requestBug(request, 'its address is on a host where the access token must not go');
  return url;
}

function definedEntries<T>(values: Record<string, T | undefined> | undefined): [string, T][] {
  return Object.entries(values ?? {}).filter((entry): entry is [string, T] => entry[1] !== undefined);
}

function goodAnswer(request: ZohoRequest, answer: HttpAnswer, startedOn: Date): ZohoAnswer {
  const { status, headers, body } = answer;
  const isEmpty = status === 204 || status === 304;
  if (!isEmpty && (status < 200 || status >= 300)) throw classifyAnswer(request, status, headers, body);
  return { status, body: isEmpty ? null : body, serverTime: serverTimeOf(answer, startedOn) };
}

function serverTimeOf({ headers }: HttpAnswer, startedOn: Date): Date {
  const date = new Date(headers.date ?? NaN);
  return Number.isNaN(date.getTime()) ? startedOn : date;
}

function isJson(headers: IncomingHttpHeaders): boolean {
  return headers['content-type']?.includes('json') ?? false;
}

function refusedDownload(request: ZohoRequest, answer: HttpAnswer): ZohoError {
  if (answer.status < 200 || answer.status >= 300) {
    return classifyAnswer(request, answer.status, answer.headers, answer.body);
  }
  parseAnswer(request, answer.status, answer.body);
  return unreadableAnswer(request, answer.status, 'the answer is not a file');
}
