import type { IncomingHttpHeaders } from 'node:http';
import type { AccessToken } from '../oauth/token-store';
import { parseJson, toJson } from './json-numbers';

/** A request as handlers see it: body read, path split, caller known. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Values of the route's `:names`. */
  readonly params: Readonly<Record<string, string>>;
  /** `http://host:port` as the caller addressed the simulator. */
  readonly origin: string;
  /** Present on CRM routes. */
  readonly token?: AccessToken;
}

/** Answer of a handler. At most one of `json`, `text` and `file` is there. */
export interface Reply {
  readonly status: number;
  /** Serialized JSON in UTF-8. */
  readonly json?: Buffer;
  readonly text?: { readonly type: string; readonly content: string };
  /** A file to stream as application/zip. */
  readonly file?: { readonly path: string; readonly name: string; readonly size: number };
  /** Chunks to stream without holding them. */
  readonly chunks?: { readonly type: string; readonly content: Iterable<Buffer> };
  readonly headers?: Readonly<Record<string, string>>;
}

export const NO_CONTENT: Reply = { status: 204 };

export function json(status: number, value: unknown): Reply {
  return { status, json: Buffer.from(toJson(value), 'utf8') };
}

/** A header's single value. */
export function header(exchange: Exchange, name: string): string | undefined {
  const value = exchange.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The JSON value of the body; undefined when it is not JSON. */
export function jsonBody(exchange: Exchange): unknown {
  try {
    return parseJson(exchange.body.toString('utf8'));
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
