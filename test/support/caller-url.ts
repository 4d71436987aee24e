import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ToldCaller {
  body: string;
  signature: string;
}

/** The URL of a caller who wants to be told. */
export interface CallerUrl {
  readonly url: string;
  readonly told: readonly ToldCaller[];
  close(): Promise<void>;
}

/** @param refusals how many messages are answered 503 before one is taken */
export async function startCallerUrl(refusals = 0): Promise<CallerUrl> {
  const told: ToldCaller[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      told.push({ body, signature: String(request.headers['pulse-signature']) });
      response.writeHead(told.length > refusals ? 204 : 503).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/told`,
    told,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
