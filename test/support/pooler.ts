import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

const SSL_REQUEST = 80_877_103;
/** Parameters of a connection's first message that PgBouncer 1.20 accepts without being configured. */
const ACCEPTED = new Set([
  'user',
  'database',
  'client_encoding',
  'datestyle',
  'timezone',
  'standard_conforming_strings',
  'application_name',
  'replication',
  'intervalstyle',
  'search_path',
  'default_transaction_read_only',
  'in_hot_standby',
  'is_superuser',
  'scram_iterations',
  'server_encoding',
  'server_version',
  'session_authorization',
  'integer_datetimes',
]);

/** Beginning of the message that names the backend: its type and its length. */
const BACKEND_KEY_DATA = Buffer.from([0x4b, 0, 0, 0, 12]);
const MADE_UP_BACKEND = 1;

/** Gives the client a number of its own for its backend, since it may get others. */
function makeUpBackend(piece: Buffer): void {
  const at = piece.indexOf(BACKEND_KEY_DATA);
  if (at !== -1) piece.writeInt32BE(MADE_UP_BACKEND, at + BACKEND_KEY_DATA.length);
}

/** A pooler before a PostgreSQL server: it makes up the numbers of backends, refuses the parameters that PgBouncer refuses, and passes on everything else. */
export async function startPooler(
  behindUrl: string,
): Promise<{ url: string; refused: string[]; close(): Promise<void> }> {
  const behind = new URL(behindUrl);
  const refused: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => client.destroy());
    client.on('close', () => sockets.delete(client));
    const begin = (piece: Buffer): void => {
      if (piece.readInt32BE(4) === SSL_REQUEST) {
        client.once('data', begin);
        client.write('N');
        return;
      }
      const words = piece.subarray(8, piece.readInt32BE(0)).toString().split('\0');
      const problem = problemOf(words);
      if (problem !== undefined) {
        refused.push(problem);
        client.end(fatal(problem));
        return;
      }
      const upstream = connect(Number(behind.port), behind.hostname, () => upstream.write(piece));
      sockets.add(upstream);
      upstream.on('error', () => client.destroy());
      upstream.on('close', () => client.destroy());
      client.on('close', () => upstream.destroy());
      client.pipe(upstream);
      upstream.on('data', makeUpBackend);
      upstream.pipe(client);
    };
    client.once('data', begin);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = Object.assign(new URL(behindUrl), { host: `127.0.0.1:${(server.address() as AddressInfo).port}` }).href;
  return {
    url,
    refused,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Names the parameter that PgBouncer would refuse. */
function problemOf(words: readonly string[]): string | undefined {
  for (let place = 0; place + 1 < words.length && words[place] !== ''; place += 2) {
    const name = words[place]?.toLowerCase() ?? '';
    const value = words[place + 1] ?? '';
    if (name === 'options') {
      for (const [, setting = ''] of value.matchAll(/-c\s*(\w+)=/g)) {
        if (!ACCEPTED.has(setting.toLowerCase())) return `unsupported startup parameter in options: ${setting}`;
      }
    } else if (!ACCEPTED.has(name)) return `unsupported startup parameter: ${name}`;
  }
  return undefined;
}

function fatal(message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C08P01\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
