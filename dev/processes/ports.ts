import { createServer } from 'node:net';

/** Port on which this process could listen, or undefined if it is taken. Port 0 lets the system choose. */
async function tryListen(host: string, port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}

export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return (await tryListen(host, port)) !== undefined;
}

/** Free port, chosen by the system. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const port = await tryListen(host, 0);
  if (port === undefined) throw new Error(`No free port on ${host}.`);
  return port;
}

/** `wanted`, or the next free port above it. */
export async function nextFreePort(wanted: number, host = '127.0.0.1'): Promise<number> {
  for (let port = wanted; port < wanted + 100; port += 1) {
    if (await isPortFree(port, host)) return port;
  }
  throw new Error(`Ports ${wanted} to ${wanted + 99} are all in use.`);
}

/**
 * @param what purpose of the port for the message, such as "the control API"
 * @param variable the environment variable that chooses another.
 * @throws Error one sentence that names the port and the variable.
 */
export async function requireFreePort(port: number, what: string, variable: string, host = '127.0.0.1'): Promise<void> {
  if (await isPortFree(port, host)) return;
  throw new Error(
    `Port ${port} for ${what} is in use by another program: stop that program, or set ${variable} to a free port.`,
  );
}
