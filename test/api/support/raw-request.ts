import assert from 'node:assert/strict';
import { connect } from 'node:net';

/** Answer of an exchange whose bytes a test wrote itself. */
export interface RawAnswer {
  /** Of each answer, interim ones such as 100 included. */
  statuses: number[];
  text: string;
}

/**
 * Writes bytes to a server, and reads what comes back until the first final answer has a head.
 * @param head request line and headers, without their ends of line
 */
export async function rawRequest(baseUrl: string, head: readonly string[], body = ''): Promise<RawAnswer> {
  const { hostname, port } = new URL(baseUrl);
  const socket = connect(Number(port), hostname);
  socket.write(`${[...head, 'host: x'].join('\r\n')}\r\n\r\n${body}`, 'latin1');
  let text = '';
  try {
    for await (const piece of socket as AsyncIterable<Buffer>) {
      text += piece.toString('latin1');
      const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3})[^]*?\r\n\r\n/gm)].map(([, status]) => Number(status));
      if (statuses.some((status) => status >= 200)) return { statuses, text };
    }
    return assert.fail(`The server closed the connection after "${text}".`);
  } finally {
    socket.destroy();
  }
}
