import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands between a worker and Temporal. */
export interface TemporalFront {
  /** `host:port` */
  readonly address: string;
  /** Keeps back what the worker says from here on; it does not hear that it is not heard. */
  hold(): void;
  /** Lets go of the connections there are, with what was kept back, and keeps nothing back of new ones. */
  release(): void;
  close(): Promise<void>;
}

/** @param behind `host:port` of the Temporal server */
export async function startTemporalFront(behind: string): Promise<TemporalFront> {
  const [host = '', port = ''] = behind.split(':');
  const sockets = new Set<Socket>();
  let isHeld = false;
  const join = (worker: Socket): void => {
    const server = connect(Number(port), host);
    for (const [socket, other] of [
      [worker, server],
      [server, worker],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    worker.on('data', (piece) => void (isHeld || server.write(piece)));
    server.pipe(worker);
  };
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const front = createServer(join);
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  return {
    address: `127.0.0.1:${(front.address() as AddressInfo).port}`,
    hold: () => void (isHeld = true),
    release: () => {
      cut();
      isHeld = false;
    },
    close: async () => {
      cut();
      front.close();
      await once(front, 'close');
    },
  };
}
