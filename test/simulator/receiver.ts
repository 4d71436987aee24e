import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** The body of a notification, read loosely. */
export interface Received {
  readonly operation: string;
  readonly ids: readonly string[];
  readonly [key: string]: unknown;
}

/** A client's URL that keeps what is posted to it. */
export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** Waits until so many messages have come. */
  wait(count: number): Promise<readonly Received[]>;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      received.push(body as Received);
      response.end();
      server.emit('received');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    wait: async (count) => {
      while (received.length < count) await once(server, 'received');
      return received;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
