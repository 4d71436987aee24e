import type { z } from 'zod';
import { PROBLEM_CONTENT_TYPE, ProblemDocument } from '../api/problem';
import { ApiProblem, CliError, EXIT_CODES } from './errors';

export interface ApiAddress {
  /** Scheme, host and port, e.g. `http://127.0.0.1:8600`. */
  readonly baseUrl: string;
  /** Open routes need none. */
  readonly apiKey: string | undefined;
}

type QueryValue = string | number | boolean | undefined;

export interface ApiRequest<T> {
  /** What the answer must look like. */
  schema: z.ZodType<T>;
  query?: Readonly<Record<string, QueryValue>>;
  /** Sent as JSON; a text is JSON already, and is sent as it is. */
  body?: object | string;
  headers?: Readonly<Record<string, string>>;
}

/** Longer than the API waits for a command to take effect. */
const TIMEOUT_MS = 30_000;

/** The control API as a client sees it: HTTP, JSON, and answers that are checked against their schema. */
export class ApiClient {
  constructor(private readonly address: ApiAddress) {}

  get baseUrl(): string {
    return this.address.baseUrl;
  }

  /** @param path with the API's prefix, e.g. `/api/v1/sessions` */
  async get<T>(path: string, request: ApiRequest<T>): Promise<T> {
    return this.call('GET', path, request);
  }

  async post<T>(path: string, request: ApiRequest<T>): Promise<T> {
    return this.call('POST', path, request);
  }

  /**
   * Makes one call. Every answer but a problem document must have the shape of `schema`, whatever its status: some
   * routes answer a state, such as "not ready", with a status of its own.
   * @throws ApiProblem what the API refused; CliError `notReachable` when it does not answer or is something else
   */
  async call<T>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    { schema, query, body, headers }: ApiRequest<T>,
  ): Promise<T> {
    const url = new URL(path, this.address.baseUrl);
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const response = await this.#fetch(url, {
      method,
      headers: {
        ...(this.address.apiKey !== undefined && { authorization: `Bearer ${this.address.apiKey}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const answer = await this.#read(response);
    if (response.headers.get('content-type')?.startsWith(PROBLEM_CONTENT_TYPE)) {
      const problem = ProblemDocument.safeParse(answer);
      if (problem.success) throw new ApiProblem(problem.data);
    }
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw this.#notOurs(`${method} ${url.pathname} answered ${response.status} in an unknown form`);
  }

  async #fetch(url: URL, init: RequestInit): Promise<Response> {
    try {
      return await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (error) {
      throw new CliError(
        EXIT_CODES.notReachable,
        `The control API at ${this.baseUrl} does not answer (${reasonOf(error)}): start it, or name another with --api.`,
        { cause: error },
      );
    }
  }

  async #read(response: Response): Promise<unknown> {
    try {
      const text = await response.text();
      const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
      return isJson ? (JSON.parse(text) as unknown) : text;
    } catch (error) {
      throw this.#notOurs(`its answer cannot be read (${reasonOf(error)})`);
    }
  }

  #notOurs(what: string): CliError {
    return new CliError(
      EXIT_CODES.notReachable,
      `What answers at ${this.baseUrl} is not a control API of this version: ${what}.`,
    );
  }
}

/** `fetch` hides the reason (ECONNREFUSED, ENOTFOUND) in the cause of its error. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  return cause?.code ?? error.message;
}
