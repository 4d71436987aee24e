import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ZohoError } from '../../../src/zoho/errors/errors';
import type { ZohoCall } from '../../../src/zoho/http/call-report';
import { type AccessToken, type TokenSource, ZohoTransport } from '../../../src/zoho/http/transport';

export const ACCESS_TOKEN = '1000.access.5ecre7';

export interface ReceivedRequest {
  method: string;
  /** Decoded path and query. */
  url: URL;
  headers: IncomingMessage['headers'];
  body: string;
}

type Responder = (response: ServerResponse, request: ReceivedRequest) => void;

/** A server that answers every request with what the test says, for answers no sound server would give. */
export class StubZoho {
  readonly received: ReceivedRequest[] = [];
  readonly #server: Server;
  #respond: Responder = (response) => response.writeHead(204).end();

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const received = {
          method: request.method ?? '',
          url: new URL(request.url ?? '/', 'http://stub.invalid'),
          headers: request.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        };
        this.received.push(received);
        this.#respond(response, received);
      });
    });
  }

  static async start(): Promise<StubZoho> {
    const stub = new StubZoho();
    await new Promise<void>((resolve) => stub.#server.listen(0, '127.0.0.1', resolve));
    return stub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The latest request. */
  get last(): ReceivedRequest {
    const last = this.received.at(-1);
    if (!last) throw new Error('No request has arrived.');
    return last;
  }

  respond(responder: Responder): void {
    this.#respond = responder;
  }

  answer(status: number, body?: unknown, headers: Record<string, string> = {}): void {
    this.respond((response) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8', ...headers }).end(text);
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** One fixed token that remembers whether it was rejected. */
export class FixedToken implements TokenSource {
  readonly rejected: string[] = [];
  readonly #apiDomain: string;

  constructor(apiDomain: string) {
    this.#apiDomain = apiDomain;
  }

  async current(): Promise<AccessToken> {
    return { accessToken: ACCESS_TOKEN, apiDomain: this.#apiDomain, expiresAt: new Date(Date.now() + 3_600_000) };
  }

  async accept(): Promise<void> {}

  async reject(accessToken: string, refusal: ZohoError): Promise<ZohoError> {
    this.rejected.push(accessToken);
    return refusal;
  }
}

/** A stub with a transport that talks to it and a list of the calls it reported. */
export interface Bench {
  zoho: StubZoho;
  tokens: FixedToken;
  transport: ZohoTransport;
  calls: ZohoCall[];
  stop(): Promise<void>;
}

export async function startBench(timeoutMs = 5_000): Promise<Bench> {
  const zoho = await StubZoho.start();
  const tokens = new FixedToken(zoho.url);
  const calls: ZohoCall[] = [];
  const transport = new ZohoTransport({ tokens, timeoutMs, observer: (call) => calls.push(call) });
  const stop = async () => {
    await zoho.stop();
    await transport.close();
  };
  return { zoho, tokens, transport, calls, stop };
}

/** A source of tokens that takes no notice of what becomes of them. */
export function tokensFrom(current: TokenSource['current']): TokenSource {
  return { current, accept: async () => undefined, reject: async (_token, refusal) => refusal };
}
