import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface FrontRequest {
  method: string;
  path: string;
  body: string;
}

/** Another answer than the simulator's. An object is sent as JSON. */
export interface OtherAnswer {
  status?: number;
  body: Buffer | object;
}

export interface ZohoFront {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Stands before a simulator and gives some of its answers another form. URLs of the simulator become the front's own.
 * @param instead another answer, which may be made from the simulator's
 */
export async function startZohoFront(
  simulatorUrl: string,
  instead: (request: FrontRequest, ask: () => Promise<Buffer>) => Promise<OtherAnswer | undefined>,
): Promise<ZohoFront> {
  let url = '';
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const ask = () => forward(simulatorUrl, request, body);
    const { method = 'GET', url: path = '/' } = request;
    const other = await instead({ method, path, body: body.toString('utf8') }, async () =>
      Buffer.from(await (await ask()).arrayBuffer()),
    );
    if (other) return sendOther(response, other);
    const answer = await ask();
    const type = answer.headers.get('content-type') ?? '';
    const bytes = Buffer.from(await answer.arrayBuffer());
    const own = /json/.test(type) ? Buffer.from(bytes.toString('utf8').replaceAll(simulatorUrl, url)) : bytes;
    response.writeHead(answer.status, { 'content-type': type, 'content-length': own.length }).end(own);
  };
  const server = createServer((request, response) => {
    pass(request, response).catch(() => request.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const OF_THE_HOP = new Set(['host', 'connection', 'content-length', 'transfer-encoding']);

async function forward(simulatorUrl: string, request: IncomingMessage, body: Buffer): Promise<Response> {
  const headers = Object.entries(request.headers).filter(([name]) => !OF_THE_HOP.has(name)) as [string, string][];
  return fetch(`${simulatorUrl}${request.url}`, {
    method: request.method ?? 'GET',
    headers,
    ...(body.length > 0 && { body: new Uint8Array(body) }),
    redirect: 'manual',
  });
}

function sendOther(response: ServerResponse, { status = 200, body }: OtherAnswer): void {
  const isFile = Buffer.isBuffer(body);
  response
    .writeHead(status, { 'content-type': isFile ? 'application/x-download' : 'application/json;charset=UTF-8' })
    .end(isFile ? body : JSON.stringify(body));
}
