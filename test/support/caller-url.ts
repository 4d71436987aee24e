import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A notification as it arrived. */
export interface ReceivedCall {
  body: string;
  signature: string;
}

/** A URL at which a caller is notified of the end of an operation. */
export interface CallerUrl {
  readonly url: string;
  readonly received: readonly ReceivedCall[];
  close(): Promise<void>;
}

/** @param refusals how many messages are answered 503 before one is taken */
export async function startCallerUrl(refusals = 0): Promise<CallerUrl> {
  const received: ReceivedCall[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ body, signature: String(request.headers['pulse-signature']) });
      response.writeHead(received.length > refusals ? 204 : 503).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/received`,
    received,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
