import type { z } from 'zod';
import { PROBLEM_CONTENT_TYPE, ProblemDocument } from '../../api/http/problem';
import { printableValue } from '../output/printable';
import { ApiProblem, CliError, EXIT_CODES } from './errors';

export interface ApiAddress {
  /** Scheme, host and port, e.g. `http://127.0.0.1:8600`. */
  readonly baseUrl: string;
  /** Open routes need none. */
  readonly apiKey: string | undefined;
}

type QueryValue = string | number | boolean | undefined;

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface ApiCall {
  query?: Readonly<Record<string, QueryValue>>;
  /** Sent as JSON. */
  body?: object;
  /** JSON that is sent as it stands, instead of `body`: its numbers stay exact. */
  bodyText?: string;
  headers?: Readonly<Record<string, string>>;
}

export interface ApiRequest<T> extends ApiCall {
  /** Schema of the answer. */
  schema: z.ZodType<T>;
}

interface Answer {
  status: number;
  text: string;
  isJson: boolean;
}

/** Longer than the API waits for a command to take effect. */
const TIMEOUT_MS = 30_000;

/** The control API as a client sees it: HTTP, JSON, and answers that are checked against their schema. */
export class ApiClient {
  readonly #address: ApiAddress;
  readonly #forPeople: boolean;

  /** @param options.forPeople whether the texts of answers are for lines that a person reads; otherwise they are exact */
  constructor(address: ApiAddress, options: { forPeople: boolean }) {
    this.#address = address;
    this.#forPeople = options.forPeople;
  }

  get baseUrl(): string {
    return this.#address.baseUrl;
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
  async call<T>(method: Method, path: string, { schema, ...call }: ApiRequest<T>): Promise<T> {
    const answer = await this.#exchange(method, path, call);
    const parsed = schema.safeParse(answer.isJson ? this.#parse(answer.text) : answer.text);
    if (parsed.success) return this.#forPeople ? printableValue(parsed.data) : parsed.data;
    throw this.#notOurs(`${method} ${path} answered ${answer.status} in an unknown form`);
  }

  /**
   * Makes one call whose answer is JSON with values that parsing would change.
   * @returns its text as it came
   * @throws as `call`
   */
  async text(method: Method, path: string, call: ApiCall): Promise<string> {
    const { status, text } = await this.answer(method, path, call);
    if (status === 200) return text;
    throw this.#notOurs(`${method} ${path} answered ${status} in an unknown form`);
  }

  /**
   * Makes one call whose status says what its answer is.
   * @returns the text of a JSON answer as it came
   * @throws as `call`
   */
  async answer(method: Method, path: string, call: ApiCall): Promise<{ status: number; text: string }> {
    const { status, text, isJson } = await this.#exchange(method, path, call);
    if (status < 300 && isJson) return { status, text };
    throw this.#notOurs(`${method} ${path} answered ${status} in an unknown form`);
  }

  /** @throws ApiProblem for a problem document */
  async #exchange(method: Method, path: string, { query, body, bodyText, headers }: ApiCall): Promise<Answer> {
    const url = new URL(path, this.#address.baseUrl);
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const sent = bodyText ?? (body && JSON.stringify(body));
    const response = await this.#fetch(url, {
      method,
      headers: {
        ...(this.#address.apiKey !== undefined && { authorization: `Bearer ${this.#address.apiKey}` }),
        ...(sent !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(sent !== undefined && { body: sent }),
    });
    const contentType = response.headers.get('content-type') ?? '';
    const text = await this.#read(response);
    if (contentType.startsWith(PROBLEM_CONTENT_TYPE)) {
      const problem = ProblemDocument.safeParse(this.#parse(text));
      if (problem.success) throw new ApiProblem(printableValue(problem.data));
    }
    return { status: response.status, text, isJson: /[/+]json\b/.test(contentType) };
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

  async #read(response: Response): Promise<string> {
    try {
      return await response.text();
    } catch (error) {
      throw this.#notOurs(`its answer cannot be read (${reasonOf(error)})`);
    }
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
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
